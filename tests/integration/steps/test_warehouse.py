"""The warehouse through whole runs: in a database of its own, exported again, and of events that are no more."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from billetbro.models import Mode
from billetbro.steps.begin import begin
from billetbro.steps.report import make_report
from billetbro.steps.request import RunRequest
from billetbro.store.database import connect, migrate
from billetbro.store.runs import read_runs
from billetbro.store.warehouse_place import is_elsewhere, remember_elsewhere
from tests.integration.steps.harness import HOUR, LIBRARIES, World
from tests.integration.steps.programme import DEAR

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

TABLES = ("events", "prices", "purchases", "tickets", "additional_sales", "answers", "data_quality")


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


def stored(engine: Engine, *without: str) -> dict[str, list[str]]:
    with engine.connect() as connection:
        rows = {
            table: connection.scalars(
                text(f"SELECT to_jsonb(r) - CAST(:without AS text[]) FROM warehouse.{table} AS r"),
                {"without": list(without)},
            )
            for table in TABLES
        }
        return {table: sorted(map(str, found)) for table, found in rows.items()}


def counted(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM warehouse.{table}"))


def concert_with_buyers(world: World) -> str:
    uuid, event = world.sell()
    world.sandbox.place2book.buy(event.id, quantity=2)
    world.sandbox.place2book.buy(event.id, quantity=1)
    world.ahead += HOUR
    return uuid


def test_resync_exports_everything_again_and_changes_no_row(world: World) -> None:
    concert_with_buyers(world)
    assert world.run().raised == {}
    before = stored(world.engine, "last_seen_at", "exported_at")
    world.ahead += HOUR
    happened = world.run(Mode.RESYNC)
    purchases = world.record(happened).purchases or {}
    assert (happened.raised, purchases["reasons"], purchases["purchases_changed"]) == ({}, {"forced": 1}, 0)
    assert stored(world.engine, "last_seen_at", "exported_at") == before
    assert (len(before["purchases"]), len(before["tickets"]), before["data_quality"]) == (2, 3, [])


def test_warehouse_elsewhere_gets_every_row_and_the_state_stays(world: World, elsewhere: Engine) -> None:
    world.warehouse = elsewhere
    concert_with_buyers(world)
    assert world.run().raised == {}
    assert (counted(elsewhere, "purchases"), counted(world.engine, "purchases")) == (2, 0)
    assert is_elsewhere(world.engine)
    with elsewhere.connect() as connection:
        assert connection.scalar(text("SELECT to_regnamespace('sync')")) is None
        assert connection.scalar(text("SELECT tickets_sold FROM warehouse.sales_by_event")) == 3


def test_warehouse_elsewhere_named_later_is_filled_by_the_next_run(world: World, elsewhere: Engine) -> None:
    concert_with_buyers(world)
    world.run()
    moved_at = ("first_seen_at", "last_seen_at", "changed_at", "exported_at")
    before = stored(world.engine, *moved_at)
    world.warehouse = elsewhere
    happened = world.run()
    assert (world.record(happened).purchases or {})["reasons"] == {"never_exported": 1}
    assert stored(elsewhere, *moved_at) == before


def test_warehouse_elsewhere_whose_connection_is_gone_is_not_made_anew_beside_the_state(elsewhere: Engine) -> None:
    request, now = RunRequest(run_id="a run"), datetime.now(UTC)
    migrate(elsewhere)
    remember_elsewhere(elsewhere, now)
    begin(elsewhere, list(LIBRARIES.values()), request, now)
    with elsewhere.connect() as connection:
        assert connection.scalar(text("SELECT to_regnamespace('warehouse')")) is None
        assert len(read_runs(connection, "a run")) == len(LIBRARIES)


def test_warehouse_that_is_named_beside_the_state_again_is_brought_up_to_date(elsewhere: Engine) -> None:
    now = datetime.now(UTC)
    migrate(elsewhere)
    remember_elsewhere(elsewhere, now)
    begin(elsewhere, list(LIBRARIES.values()), RunRequest(run_id="a run"), now, elsewhere)
    assert counted(elsewhere, "purchases") == 0


def test_warehouse_elsewhere_that_does_not_answer_keeps_no_event_from_sale(world: World) -> None:
    world.warehouse = connect("postgresql://nobody:made-up@127.0.0.1:1/nowhere?connect_timeout=2")
    uuid = world.add()
    happened = world.run()
    assert (list(happened.raised), world.answers(world.link_shown(uuid))) == (["export_purchases"], True)


def test_warehouse_elsewhere_that_can_only_be_read_keeps_no_event_from_sale(world: World, elsewhere: Engine) -> None:
    with elsewhere.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {elsewhere.url.database} SET default_transaction_read_only = on"))
    elsewhere.dispose()
    world.warehouse = elsewhere
    uuid = world.add()
    happened = world.run()
    assert (list(happened.raised), world.answers(world.link_shown(uuid))) == (["export_purchases"], True)


def test_report_counts_purchases_that_do_not_add_up(world: World) -> None:
    event = world.event_of(concert_with_buyers(world))
    world.sandbox.place2book.purchases(event.id)[0].total = 1
    happened = world.run()
    told = "    ! køb, hvor beløbet ikke stemmer: 1 (warehouse.data_quality)\n"
    assert told in make_report(world.engine, happened.run_id, world.say).text


def test_event_deleted_at_place2book_between_two_runs_is_dated_and_its_sales_stay(world: World) -> None:
    uuid = concert_with_buyers(world)
    world.run()
    event_id = world.ours()[uuid].event_id
    world.sandbox.place2book.delete(event_id)
    world.ahead += HOUR
    deleted_at = world.now()
    world.run()
    rows = world.rows("SELECT removed_at, changed_at = removed_at AS touched FROM warehouse.events")
    assert [(row["removed_at"] >= deleted_at, row["touched"]) for row in rows] == [(True, True)]
    assert counted(world.engine, "tickets") == 3
    world.ahead += HOUR
    again = world.run()
    assert world.rows("SELECT removed_at FROM warehouse.events") == [{"removed_at": rows[0]["removed_at"]}]
    assert "export_purchases" not in again.raised


def test_event_deleted_between_two_steps_is_dated_and_told_once(world: World) -> None:
    uuid = concert_with_buyers(world)
    world.run()
    world.ahead += 24 * HOUR
    request = RunRequest(run_id="a day later")
    world.carry_out(request, only=["extract", "transform", "load", "writeback"])
    world.sandbox.place2book.delete(world.ours()[uuid].event_id)
    first = world.carry_out(request, only=["export_purchases"])
    found = (list(first.raised), counted(world.engine, "events WHERE removed_at IS NOT NULL"))
    assert found == (["export_purchases"], 1)
    assert world.carry_out(request, only=["export_purchases"]).raised == {}


def test_price_that_went_before_the_event_ended_is_dated_though_the_first_export_after_that_failed(
    world: World,
) -> None:
    child = {"uuid": "c2", "title": "Barn", "price": {"currency": "DKK", "value": 50}}
    times = {"start": world.now() + HOUR, "end": world.now() + 2 * HOUR}
    uuid, event = world.sell("Koncert", ticket_categories=[DEAR, child], **times)
    world.sandbox.place2book.buy(event.id)
    world.sandbox.place2book.remove_price(event.id, list(event.prices)[1])
    world.ahead = 3 * HOUR
    failed = world.after_fault("place2book", "status", "GET", "/purchases$")
    over = world.ours()[uuid].status
    assert (set(failed.raised), over, world.after_repair().raised) == ({"export_purchases"}, "retired", {})
    prices = world.rows("SELECT name, removed_at IS NULL AS there FROM warehouse.prices ORDER BY name")
    assert prices == [{"name": "Barn", "there": False}, {"name": "Voksen", "there": True}]


def test_event_that_is_past_lookback_is_exported_no_more(world: World) -> None:
    world.configure(lookback_days=2)
    world.add(start=world.now() + HOUR, end=world.now() + 2 * HOUR)
    looked_at = []
    for hours in (0, 3, 48, 51):
        looked_at.append((world.record(world.run_at(hours * HOUR)).purchases or {})["events_looked_at"])
    assert looked_at == [1, 1, 1, 0]


def test_event_that_we_deleted_unsold_is_dated_and_counts_as_no_empty_hall(world: World) -> None:
    gone = world.publish("Aflyst", beside="Koncert")
    assert counted(world.engine, "capacity_used") == 2
    world.site.remove(gone)
    for _ in range(2):
        world.ahead += HOUR
        world.run()
    removed = world.rows("SELECT title, removed_at IS NULL AS there FROM warehouse.events ORDER BY title")
    assert removed == [{"title": "Aflyst", "there": False}, {"title": "Koncert", "there": True}]
    for view in ("capacity_used", "sales_by_price"):
        assert world.rows(f"SELECT title FROM warehouse.{view}") == [{"title": "Koncert"}]
