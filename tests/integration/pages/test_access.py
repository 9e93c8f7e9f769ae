"""Who sees what: Airflow's login and rights, and `staff:` in libraries.yaml (behaviour 12)."""

import pytest
from starlette.requests import Request

from billetbro_airflow.pages import overview
from billetbro_airflow.pages.app import _address_of
from tests.integration.pages.conftest import SettingsOf
from tests.integration.pages.site import Site, text_of

SECRET_LIBRARY = "Nordvig"


def test_without_login_a_page_goes_to_airflows_login_and_comes_back(site: Site) -> None:
    answer = site.get("/?lang=en")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/api/v2/auth/login?next=%2Fbilletbro%2F%3Flang%3Den"


def test_without_login_json_gets_401_and_nothing_else(site: Site) -> None:
    answer = site.client.get("/billetbro/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Not authenticated"})


def test_a_user_without_a_role_gets_403_in_danish(site: Site) -> None:
    answer = site.as_person("nemo", "").get("/")
    assert answer.status_code == 403
    assert "Du har ikke adgang til siden" in text_of(answer.text)


@pytest.mark.parametrize(
    ("name", "role", "seen"),
    [
        pytest.param("otto", "ADMIN", True, id="who may edit connections sees all"),
        pytest.param("vera", "VIEWER", True, id="named by user name"),
        pytest.param("Vera", "VIEWER", True, id="whatever the case"),
        pytest.param("lis", "VIEWER", False, id="not named"),
    ],
)
def test_staff_limits_a_librarys_pages_to_its_own_people(site: Site, name: str, role: str, seen: bool) -> None:
    text = site.as_person(name, role).text("/")
    assert (SECRET_LIBRARY in text, "Solbjerg" in text) == (seen, True)


def test_every_answer_forbids_scripts_and_what_comes_from_elsewhere(admin: Site) -> None:
    answer = admin.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert "style=" not in answer.text


def test_an_unknown_page_says_so_without_naming_anything(admin: Site) -> None:
    answer = admin.get("/nothing/here")
    assert (answer.status_code, "Siden findes ikke" in text_of(answer.text)) == (404, True)


def test_the_webhook_beside_the_pages_still_answers(site: Site) -> None:
    assert site.client.post("/billetbro/yesplan/solbjerg", json={}).status_code == 404
    assert site.client.get("/billetbro/yesplan/solbjerg").json() == {"detail": "Not Found"}


def test_the_view_stands_in_airflows_navigation(admin: Site) -> None:
    found = admin.client.get("/api/v2/plugins").json()["plugins"]
    (ours,) = [plugin for plugin in found if plugin["name"] == "billetbro"]
    assert [(view["href"], view["url_route"]) for view in ours["external_views"]] == [("/billetbro/", "billetbro")]


def test_copy_of_an_entry_without_its_staff_shows_the_library_to_nobody(site: Site, settings_of: SettingsOf) -> None:
    with settings_of(lambda entries: [*entries, {**entries[1], "staff": []}]):
        assert SECRET_LIBRARY not in site.as_person("lis", "USER").text("/")


def test_mistake_in_the_settings_is_said_and_makes_nobody_see_all(site: Site, settings_of: SettingsOf) -> None:
    with settings_of(lambda entries: [entries[0], {**entries[1], "source": {"type": "unknown"}}]):
        limited = site.as_person("lis", "USER")
        assert "Der er en fejl i libraries.yaml" in limited.text("/")
        assert limited.get("/actions/confirm?action=update").status_code == 403


def test_any_bytes_in_an_address_are_carried_to_the_login() -> None:
    scope = {"type": "http", "path": "/billetbro/libraries/æ", "query_string": b"q=\xe6", "headers": []}
    assert _address_of(Request(scope)) == "/billetbro/libraries/%C3%A6?q=æ"


def test_page_that_fails_says_so_with_the_same_headers_and_logs_no_values(
    admin: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = " ".join(("Test", "Testesen"))

    def fail(*_args: object) -> None:
        raise ValueError(name)

    monkeypatch.setattr(overview, "count_sales", fail)
    answer = admin.get("/")
    assert (answer.status_code, "Der skete en fejl" in text_of(answer.text)) == (500, True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert ("ValueError" in caplog.text, name in caplog.text) == (True, False)
