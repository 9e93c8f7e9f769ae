"""A library writes nothing until a person said that it is live, in this database and this installation."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, text

from billetbro.models import Mode
from billetbro.steps.report import make_report
from billetbro.steps.request import RunRequest, library_run
from billetbro.steps.sale_windows import Followed, follow_sale_windows
from billetbro.steps.webhook_states import whom_to_tell
from billetbro.store.database import connect, lineage, migrate
from billetbro.store.live_libraries import Live, go_live, is_live, pause_live, read_live
from billetbro.store.runs import RunRecord
from billetbro.store.schema.metadata import metadata
from demo.environment import EmbeddedPostgres, make_live
from tests.cases import cases
from tests.integration.steps.harness import DAY, HOUR, Happened, World

pytestmark = pytest.mark.slow
REQUESTED = """
    INSERT INTO sync.webhook_requests (signature, library, received_at, uuid, action, run_id)
    VALUES ('made up', 'solbjerg', now(), '1-1', 'update', :run)
"""


def pause(world: World) -> None:
    with world.engine.begin() as connection:
        pause_live(connection, ["solbjerg"])


def live(engine: Engine, library: str = "solbjerg") -> Live:
    with engine.connect() as connection:
        return read_live(connection, [library])[library]


def report_of(world: World, run: Happened, language: str = "da") -> list[str]:
    return list(make_report(world.engine, run.run_id, world.say_in(language)).head)


@pytest.fixture
def copied(world: World, postgres: EmbeddedPostgres) -> Iterator[World]:
    """Give a world whose database was copied, as it stands in the copy."""
    original = world.engine
    original.dispose()
    name = postgres.create_database("copied", str(original.url.database)).rpartition("/")[2]
    world.engine = connect(postgres.url(name))
    yield world
    world.engine.dispose()
    world.engine = original
    world.sandbox.log.clear()
    postgres.drop_database(name)


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.RESYNC])
def test_library_that_is_not_live_is_planned_and_nothing_is_written_anywhere(world: World, mode: Mode) -> None:
    pause(world)
    uuid = world.add("Koncert")
    run = world.run(mode, by_hand=True)
    assert (run.raised, run.writes, world.ours(), world.sandbox.place2book.events) == ({}, [], {}, [])
    assert ("Koncert", "create", "planned") in world.changes(run)
    record: RunRecord = world.record(run)
    assert (record.mode, record.not_live, record.exported_at, world.link_shown(uuid)) == ("plan", True, None, None)
    make_live(world.engine, ["solbjerg"])
    assert world.run().counted == {("place2book", "POST"): 1, ("cms:solbjerg", "PATCH"): 1}


@cases(
    "language line",
    (
        "Danish",
        "da",
        "IKKE I DRIFT, kun planlagt: solbjerg. Intet er skrevet nogen steder. Se planen, og sæt i drift med `airflow "
        "billetbro go-live solbjerg`.",
    ),
    (
        "English",
        "en",
        "NOT LIVE, only planned: solbjerg. Nothing was written anywhere. Look at the plan, and go live with `airflow "
        "billetbro go-live solbjerg`.",
    ),
)
def test_report_says_first_that_a_library_is_not_live(world: World, language: str, line: str) -> None:
    pause(world)
    world.add("Koncert")
    head = report_of(world, world.run(), language)
    assert (head[0], len(head)) == (line, 5)
    make_live(world.engine, ["solbjerg"])
    assert line not in report_of(world, world.run(), language)


def test_plan_of_a_library_that_is_not_live_is_a_plan_as_any_other(world: World) -> None:
    pause(world)
    run = world.run(Mode.PLAN)
    assert (world.record(run).not_live, report_of(world, run)[0].startswith("IKKE I DRIFT")) == (False, False)


def test_library_that_is_paused_between_two_steps_writes_nothing_more(world: World) -> None:
    uuid, event = world.sell("Koncert")
    world.site.edit(uuid, title="Nyt navn")
    run = world.run(only=["extract", "transform"])
    pause(world)
    rest = world.carry_out(request_again(run), only=["load", "writeback", "export_purchases"])
    assert (rest.writes, event.fields.name) == ([], "Koncert")


def request_again(run: Happened) -> RunRequest:
    return RunRequest(run_id=run.run_id)


def test_run_that_began_as_a_plan_stays_one_when_the_library_goes_live_meanwhile(world: World) -> None:
    pause(world)
    world.add("Koncert")
    run = world.run(only=["extract", "transform", "load"])
    make_live(world.engine, ["solbjerg"])
    rest = world.carry_out(request_again(run), only=["writeback", "export_purchases"])
    assert (rest.writes, world.sandbox.place2book.events) == ([], [])


def test_run_that_began_as_a_plan_writes_no_due_link_when_the_library_goes_live_meanwhile(
    world: World,
) -> None:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, external_data=None)
    pause(world)
    run = world.run(only=["extract", "transform", "load"])
    make_live(world.engine, ["solbjerg"])
    rest = world.carry_out(request_again(run), only=["writeback"])
    assert (rest.writes, world.link_shown(uuid)) == ([], None)
    assert (world.run().writes, bool(world.link_shown(uuid))) == ([("cms:solbjerg", "PATCH")], True)


def test_copy_of_the_database_is_harmless_until_somebody_says_otherwise(copied: World) -> None:
    assert live(copied.engine) is Live.OTHER_DATABASE
    copied.add("Koncert")
    assert copied.run().writes == []
    make_live(copied.engine, ["solbjerg"])
    assert live(copied.engine) is Live.YES
    assert copied.run().writes != []


@cases(
    "said_in here how",
    ("the same", "https://a.example", "https://a.example", Live.YES),
    ("another", "https://a.example", "https://b.example", Live.OTHER_INSTALLATION),
    ("no name then", "", "https://b.example", Live.YES),
    ("no name now", "https://a.example", "", Live.YES),
)
@pytest.mark.parametrize("variable", ["BILLETBRO_INSTALLATION", "AIRFLOW__API__BASE_URL"])
def test_another_installation_is_not_live(
    world: World, monkeypatch: pytest.MonkeyPatch, variable: str, said_in: str, here: str, how: Live
) -> None:
    for name in ("BILLETBRO_INSTALLATION", "AIRFLOW__API__BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, said_in)
    make_live(world.engine, ["solbjerg"])
    monkeypatch.setenv(variable, here)
    assert live(world.engine) is how


def test_who_said_that_a_library_is_live_is_stored_with_when_and_where(world: World) -> None:
    with world.engine.begin() as connection:
        go_live(connection, ["solbjerg"], "vagt", world.now())
    (row,) = world.rows("SELECT * FROM sync.live_libraries WHERE library = 'solbjerg'")
    identity = world.rows("SELECT system_identifier::text AS server FROM pg_control_system()")[0]["server"]
    assert (row["said_by"], row["database"].partition("/")[0]) == ("vagt", identity)


def test_nobody_has_said_of_a_new_library_that_it_is_live(world: World) -> None:
    assert live(world.engine, "nowhere") is Live.NEVER_SAID


def test_ticket_status_leaves_a_library_alone_that_is_not_live(world: World) -> None:
    opens = world.now() + 2 * HOUR
    uuid, event = world.sell("Koncert", start=world.now() + 5 * DAY)
    world.after_staff_edit(event.id, sale_open_at=opens.isoformat())
    pause(world)
    world.ahead = 3 * HOUR
    before = len(world.sandbox.log.entries)
    with world.apis_of("solbjerg") as (source, client):
        run = library_run(world.engine, world.libraries["solbjerg"], RunRequest(run_id="ticket_status__x"), world.now())
        followed = follow_sale_windows(run, source, client)
    assert (followed, len(world.sandbox.log.entries)) == (Followed(read=0, written=0, refused=0), before)
    assert uuid in world.ours()


def test_upgrade_keeps_libraries_live_that_have_links(database_url: str) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        command.upgrade(lineage(connection, metadata), "0024_words")
        connection.execute(
            text(
                "INSERT INTO sync.links (library, uuid, event_maker, event_id, seccode, sales_location, title, status,"
                " applied, echo, drift, prices, absences)"
                " VALUES ('solbjerg', 'a', 5000, 1, 's', '', 'Koncert', 'live', '{}', '{}', '{}', '{}', 0)"
            )
        )
    migrate(engine)
    with engine.connect() as connection:
        assert (is_live(connection, "solbjerg"), is_live(connection, "nordvig")) == (True, False)
    engine.dispose()


def test_who_asked_in_the_source_is_told_nothing_of_a_library_that_is_not_live(world: World) -> None:
    request = request_again(world.run())
    with world.engine.begin() as connection:
        connection.execute(text(REQUESTED), {"run": request.run_id})
    assert [one.uuid for one in whom_to_tell(world.engine, request)] == ["1-1"]
    pause(world)
    assert whom_to_tell(world.engine, request) == []
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM sync.webhook_requests"))
