"""The DAG between two hourly runs, and as a command, over a sale that opened since an hourly run read it."""

import subprocess
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from demo.environment import ROOT, airflow_command, airflow_environment, child_environment
from sandbox.moments import utc_now
from sandbox.server import Sandbox
from tests.conftest import AIRFLOW_HOME
from tests.end_to_end.airflow_runs import Runs

pytestmark = pytest.mark.long

SHOWN = "TicketSaleNotOpen"
CMS, PLACE2BOOK = "cms:solbjerg", "place2book"
TASK = "follow_sale_windows"
READ_EARLIER = "UPDATE sync.ticket_events SET read_at = read_at - interval '30 minutes' WHERE event_id = :event"
WRITTEN_EARLIER = "UPDATE sync.links SET state_written = :state WHERE event_id = :event RETURNING uuid"


@pytest.fixture(scope="module")
def opened(runs: Runs, sandbox: Sandbox, engine: Engine) -> str:
    """Give the uuid of a source event whose sale has opened since an hourly run read it; the website does not know."""
    event = sandbox.place2book.find("Julekoncert i hovedbiblioteket")
    opens = (utc_now() - timedelta(minutes=10)).replace(microsecond=0)
    sandbox.place2book.staff_edit(event.id, sale_open_at=opens.isoformat())
    assert runs.run(libraries=["solbjerg"]).state == "success"
    with engine.begin() as connection:
        connection.execute(text(READ_EARLIER), {"event": event.id})
        uuid = str(connection.scalar(text(WRITTEN_EARLIER), {"event": event.id, "state": SHOWN}))
    sandbox.cms["solbjerg"].edit(uuid, state=SHOWN)
    return uuid


@pytest.fixture(scope="module")
def looks(runs: Runs) -> Runs:
    return Runs(AIRFLOW_HOME, "ticket_status")


def test_run_is_red_and_names_the_library_then_follows_the_sale_then_asks_nobody(
    opened: str, looks: Runs, variables: dict[str, str], sandbox: Sandbox, engine: Engine
) -> None:
    site, log = sandbox.cms["solbjerg"], sandbox.log
    sandbox.stop_server(CMS)
    red = looks.run()
    sandbox.start_server(CMS)
    assert (red.state, red.state_of(TASK), site.get(opened).fields["state"]) == ("failed", "failed", SHOWN)
    assert "1 af 1 bibliotek fejlede: solbjerg: Forbindelsen 'cms_solbjerg' til 127.0.0.1:" in red.log
    before = len(log.entries)
    done = command_line(variables)
    assert (done.returncode, b"solbjerg: 1 event read again, 1 written, 0 refused" in done.stdout) == (0, True)
    sent = Counter((entry.server, entry.method) for entry in log.entries[before:])
    assert sent == {(PLACE2BOOK, "GET"): 2, (CMS, "GET"): 1, (CMS, "PATCH"): 1}
    assert site.get(opened).fields["state"] == "Active"
    before = len(log.entries)
    idle = looks.run()
    assert (idle.state, idle.state_of(TASK), log.entries[before:]) == ("success", "skipped", [])
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT run_id, library FROM sync.runs WHERE mode = 'ticket_status'")).all()
    assert [(run_id.split("__")[0], library) for run_id, library in rows] == [("ticket_status", "solbjerg")] * 2


def command_line(variables: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    logging = {"AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO"}
    environment = child_environment(airflow_environment(AIRFLOW_HOME), variables, logging)
    command = airflow_command("dags", "test", "ticket_status")
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, timeout=600)
