"""Production's login, as a browser goes through it: an API server with users and roles in a PostgreSQL of its own."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests
import yaml

from billetbro.store.database import connect, migrate, migrate_warehouse
from demo.environment import LIBRARIES, EmbeddedPostgres
from tests.cases import cases
from tests.end_to_end.machines import LONGEST, Machine
from tests.natively import ADMIN, Place, Service, run_once

pytestmark = pytest.mark.long

TOO_MANY = 429
ROLE = "Folk i Solbjerg"
PASSWORD = "made-up-password-of-the-others"
STAFF = {"solbjerg": [ROLE], "nordvig": ["nora"]}
# What Airflow's own roles are called, and those that `staff` names.
PEOPLE = {"lis": ["Viewer"], "nora": ["User"], "sofie": ["User", ROLE], "oda": ["Op"], "gast": ["Public"]}


@dataclass(slots=True)
class Browser:
    """A person's browser: cookies, and forms as they are shown."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.headers["Accept"] = "text/html"

    def get(self, path: str) -> requests.Response:
        """Follow a link."""
        return self.session.get(self.address + path, timeout=120)

    def try_to_log_in(self, user: str, password: str) -> requests.Response:
        """Open a page, fill in the login that it leads to, and return where that leads."""
        shown = self.get("/billetbro/")
        form = hidden_fields(shown.text) | {"username": user, "password": password}
        return self.session.post(shown.url, data=form, timeout=120)

    def log_in(self, user: str, password: str) -> requests.Response:
        """Log in, after a wait where there were many tries before."""
        deadline = time.monotonic() + LONGEST
        while (answer := self.try_to_log_in(user, password)).status_code == TOO_MANY:
            assert time.monotonic() < deadline
            time.sleep(1)
        return answer

    def send(self, page: requests.Response) -> requests.Response:
        """Send the form of a page as it is."""
        return self.session.post(
            f"{self.address}/billetbro/actions",
            data=hidden_fields(page.text),
            headers={"Origin": self.address},
            timeout=120,
            allow_redirects=False,
        )


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    tags = re.findall(r"<input[^>]*type=\"?hidden\"?[^>]*>", page)
    fields = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in tags]
    return {one["name"]: one.get("value", "") for one in fields}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Run the API server of docker-compose.yaml, with the first administrator and those whom she let in."""
    with TemporaryDirectory(prefix="billetbro-login-") as folder, EmbeddedPostgres(user="postgres") as postgres:
        place = Place(folder=Path(folder), postgres=postgres)
        place.prepare()
        libraries = yaml.safe_load(LIBRARIES.read_text())
        for library in libraries["libraries"]:
            library["staff"] = STAFF.get(library["id"], ["nobody-else"])
        (place.folder / "settings" / "libraries.yaml").write_text(yaml.safe_dump(libraries, allow_unicode=True))
        for name in ("postgres-roles", "airflow-init"):
            run_once(place, name)
        place.make_admin()
        service = Service(place, "api-server")
        airflow(service, "dags", "reserialize")
        airflow(service, "dags", "unpause", "place2book_sync")
        make_tables(place)
        machine = Machine(place.folder / "logs-of-services", service.environment)
        machine.start("api-server", service.command)
        try:
            deadline = time.monotonic() + LONGEST
            while not service.is_healthy():
                assert time.monotonic() < deadline, machine.said("api-server")[-3000:]
                machine.check()
            let_in(place)
            yield place
        finally:
            machine.stop()


def airflow(service: Service, *arguments: str) -> None:
    """Run a command of Airflow in the environment of a service."""
    command = [shutil.which("airflow", path=service.environment["PATH"]) or "airflow", *arguments]
    ran = subprocess.run(command, env=service.environment, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def let_in(place: Place) -> None:
    """Make a role and the other people's logins, as the first administrator."""
    address, credentials = f"{place.address}/auth", {"username": ADMIN, "password": place.admin_password}
    with requests.Session() as session:
        session.trust_env = False
        token = session.post(f"{address}/token", json=credentials, timeout=120).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        made = [session.post(f"{address}/fab/v1/roles", json={"name": ROLE, "actions": []}, timeout=120)]
        for name, roles in PEOPLE.items():
            person = {"username": name, "email": f"{name}@example.com", "first_name": name, "last_name": "Testesen"}
            given = {"password": PASSWORD, "roles": [{"name": role} for role in roles]}
            made.append(session.post(f"{address}/fab/v1/users", json=person | given, timeout=120))
    assert [answer.text for answer in made if not answer.ok] == []


def make_tables(place: Place) -> None:
    """Make Billetbro's tables as its own role."""
    postgres, password = place.postgres, place.secret("billetbro_database_password")
    engine = connect(f"postgresql://billetbro:{password}@{postgres.host}:{postgres.port}/billetbro")
    migrate(engine)
    migrate_warehouse(engine)
    engine.dispose()


def test_nobody_is_let_in_without_a_login(place: Place) -> None:
    browser = Browser(place.address)
    page = browser.get("/billetbro/")

    assert ("/auth/login" in page.url, "Solbjerg" in page.text) == (True, False)
    assert [browser.session.get(f"{place.address}{path}", timeout=60).status_code for path in ("/api/v2/dags",)] == [
        401
    ]


def test_wrong_password_leads_back_to_the_login(place: Place) -> None:
    browser = Browser(place.address)
    browser.log_in(ADMIN, "wrong")

    assert "/auth/login" in browser.get("/billetbro/").url


@cases(
    "person sees acts",
    ("the first administrator", ADMIN, {"Solbjerg", "Nordvig"}, True),
    ("an operator", "oda", {"Solbjerg", "Nordvig"}, True),
    ("staff by name", "nora", {"Nordvig"}, True),
    ("staff by role", "sofie", {"Solbjerg"}, True),
    ("a viewer who is nowhere staff", "lis", set(), False),
)
def test_person_sees_and_does_what_roles_and_staff_allow(place: Place, person: str, sees: set[str], acts: bool) -> None:
    browser = Browser(place.address)
    page = browser.log_in(person, place.admin_password if person == ADMIN else PASSWORD)
    library = next(iter(sorted(sees)), "Solbjerg").lower()
    confirm = browser.get(f"/billetbro/actions/confirm?action=update&library={library}")
    sent = browser.send(confirm) if acts else None

    assert (page.status_code, page.url) == (200, f"{place.address}/billetbro/")
    assert {name for name in ("Solbjerg", "Nordvig") if name in page.text} == sees
    assert confirm.status_code == (200 if acts else 403)
    assert sent is None or (sent.status_code, "/billetbro/runs/" in sent.headers["Location"]) == (303, True)


def test_person_without_a_role_sees_nothing(place: Place) -> None:
    browser = Browser(place.address)

    assert browser.log_in("gast", PASSWORD).status_code == 403


def test_many_wrong_passwords_are_refused_unread(place: Place) -> None:
    browser = Browser(place.address)
    statuses = {browser.try_to_log_in("oda", f"guess {number}").status_code for number in range(12)}

    assert TOO_MANY in statuses


def test_cookie_of_the_login_is_no_scripts_business(place: Place) -> None:
    browser = Browser(place.address)
    browser.log_in(ADMIN, place.admin_password)
    session = [cookie for cookie in browser.session.cookies if cookie.name == "session"]

    assert [cookie.has_nonstandard_attr("HttpOnly") for cookie in session] == [True]
