"""A venue that plans in Yesplan: from nothing to all in step, then silence, and no trace of the key."""

import logging
import traceback

import pytest
from sqlalchemy import Engine, text

from billetbro.models import Mode
from billetbro.settings.libraries import Library
from billetbro.sources.yesplan.source import YesplanSettings
from sandbox.yesplan_json import named
from sandbox.yesplan_state import Installation
from tests.cases import cases
from tests.catalogues import english
from tests.integration.steps.harness import DAY, HOUR, World
from tests.integration.steps.venue import VENUE, in_yesplan

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ON_SALE = ["Kameliadamen", "Nøddeknækkeren", "Nøddeknækkeren", "Åbent hus bag scenen"]
WRITES_BACK = (f"yesplan:{VENUE}", "PUT")
PRICES = {"Voksen": "price_adult", "Barn": "price_child"}
AGREED = {"ticketing_publish": "Ja", "ticketing_capacity": "80", "price_adult": "75", "locations": ["Store Sal"]}
KEY = "MADEUPKEYOFTHETHEATRE0123456789A"


def installation(world: World) -> Installation:
    return world.sandbox.yesplan[VENUE]


def draw_in(world: World, horizon_days: int) -> Library:
    library = world.libraries["solbjerg"]
    source = library.source.model_copy(update={"horizon_days": horizon_days})
    world.libraries["solbjerg"] = library.model_copy(update={"source": source})
    return world.libraries["solbjerg"]


def said_of(world: World) -> str:
    return english(world.rows("SELECT errors FROM sync.runs ORDER BY started_at DESC LIMIT 1")[0]["errors"]["extract"])


def shown(world: World, name: str) -> dict[str, object]:
    custom = installation(world).find(name).custom
    return {keyword: custom.get(keyword) for keyword in ("ticket_state", "tickets_sold", "tickets_available")}


CHOICES = ["ticketing_publish", "ticketing_capacity", "price_adult", "price_child", "ticket_state", "tickets_sold"]


@cases(
    "switches",
    ("bulk", {}),
    ("one by one", {"bulk": False}),
    ("lists of fields and of what was chosen", {"listed": True, "choices": CHOICES}),
    ("one by one, with what was chosen", {"bulk": False, "choices": CHOICES}),
    ("writes answered with 200", {"written": 200}),
)
def test_first_run_sells_what_is_agreed_and_the_second_is_silent(theater: World, switches: dict[str, object]) -> None:
    installation(theater).behave(**switches)
    first, second = theater.run(), theater.run()
    assert (first.raised, first.counted) == ({}, {("place2book", "POST"): 4, WRITES_BACK: 4})
    assert sorted(event.fields.name for event in theater.sandbox.place2book.events) == ON_SALE
    assert theater.open_rejections() == {("Visekoncert", "price_not_a_number")}
    linked = [event for event in installation(theater).events if event.custom.get("ticket_link")]
    assert sorted(event.name for event in linked) == ON_SALE
    assert all(theater.answers(str(event.custom["ticket_link"])) for event in linked)
    assert shown(theater, "Kameliadamen") == {"ticket_state": "I salg", "tickets_sold": 0, "tickets_available": 240}
    assert (second.raised, second.writes, theater.changes(second)) == ({}, [], [])


def test_event_arrives_with_its_prices_and_its_group_as_series(theater: World) -> None:
    theater.run()
    event = theater.sandbox.place2book.find("Kameliadamen")
    assert {price.fields.name: price.fields.value for price in event.prices.values()} == {"Voksen": 17550, "Barn": 8000}
    assert (event.fields.capacity, event.fields.begin_at) == (240, installation(theater).find("Kameliadamen").start)
    series = [link.series_uuid for link in theater.ours().values() if link.title == "Nøddeknækkeren"]
    assert (len(series), len(set(series)), None in series) == (2, 1, False)


def test_status_that_is_named_by_its_id_or_in_other_letters_changes_nothing(theater: World) -> None:
    theater.run()
    library = theater.libraries["solbjerg"]
    for statuses in ([named("status", "Confirmed")["id"]], ["CONFIRMED\u200b "]):
        source = YesplanSettings.model_validate({**library.source.model_dump(mode="json"), "statuses": statuses})
        theater.libraries["solbjerg"] = library.model_copy(update={"source": source})
        again = theater.run()
        assert (again.raised, again.writes, theater.changes(again)) == ({}, [], [])


def test_field_of_which_a_choice_is_made_keeps_the_sale_and_several_choices_hold_it_back(theater: World) -> None:
    theater.run()
    state = installation(theater)
    event = state.find("Kameliadamen")
    state.behave(choices=CHOICES)
    chosen = theater.run()
    state.edit(event.id, price_adult=["175,50", "95"], ticketing_capacity="200")
    several = theater.run()
    assert [(run.raised, run.writes, theater.changes(run)) for run in (chosen, several)] == [({}, [], [])] * 2
    flawed = {("Kameliadamen", "price_not_a_number"), ("Visekoncert", "price_not_a_number")}
    assert theater.open_rejections() == flawed
    state.edit(event.id, price_adult=["95"])
    assert theater.run().counted == {("place2book", "PUT"): 2, WRITES_BACK: 1}
    sold_at = {price.fields.name: price.fields.value for price in theater.event_of(event.id).prices.values()}
    assert (sold_at["Voksen"], theater.open_rejections()) == (9500, flawed - {("Kameliadamen", "price_not_a_number")})


def test_event_that_goes_back_to_option_is_withdrawn_at_once_and_returns_when_it_is_agreed(theater: World) -> None:
    theater.run()
    state = installation(theater)
    event = state.find("Kameliadamen")
    state.edit(event.id, status="Option")
    withdrawn = theater.run()
    emptied = {keyword: event.custom[keyword] for keyword in ("ticket_link", "tickets_sold", "tickets_available")}
    assert withdrawn.writes == [("place2book", "DELETE"), WRITES_BACK]
    assert emptied == {"ticket_link": "", "tickets_sold": "", "tickets_available": ""}
    assert theater.run().writes == []
    state.edit(event.id, status="Confirmed")
    assert theater.run().writes == [("place2book", "POST"), WRITES_BACK]
    assert theater.answers(str(event.custom["ticket_link"]))
    assert theater.run().writes == []


def test_horizon_that_is_drawn_in_takes_nothing_off_sale_that_lies_beyond_it(theater: World) -> None:
    theater.run()
    state = installation(theater)
    start = theater.now().replace(microsecond=0) + 100 * DAY
    uuid = state.add(name="Hamlet", start=start, **AGREED)
    theater.run()
    far, near = theater.libraries["solbjerg"], draw_in(theater, horizon_days=80)
    hidden = [theater.run() for _ in range(3)]
    resync = theater.run(Mode.RESYNC)
    assert [(run.raised, run.writes) for run in (*hidden, resync)] == [({}, [])] * 4
    assert theater.answers(str(state.get(uuid).custom["ticket_link"]))
    theater.ahead = 25 * DAY
    state.edit(uuid, ticketing_capacity="90")
    assert (near.source == far.source, theater.run().writes[0]) == (False, ("place2book", "PUT"))
    state.remove(uuid)
    theater.run()
    assert ("place2book", "DELETE") in theater.run().writes


def test_plan_shows_what_the_next_run_does_and_writes_nothing(theater: World) -> None:
    theater.run()
    theater.sandbox.place2book.buy(theater.sandbox.place2book.find("Kameliadamen").id)
    installation(theater).edit(installation(theater).find("Nøddeknækkeren").id, status="Option")
    planned = theater.run(Mode.PLAN)
    done = theater.run()
    assert (planned.raised, planned.writes) == ({}, [])
    assert [change[:2] for change in theater.changes(planned)] == [change[:2] for change in theater.changes(done)]
    assert {status for *_, status in theater.changes(done)} == {"applied"}


def test_event_that_cannot_be_read_for_an_hour_keeps_its_sale(theater: World) -> None:
    theater.run()
    state = installation(theater)
    untold, without_status = state.find("Kameliadamen"), state.find("Åbent hus bag scenen")
    state.behave(bulk=False)
    state.edit(without_status.id, status="")
    ill = theater.after_fault(f"yesplan:{VENUE}", "status", "GET", f"{untold.id}/customdata", code=404)
    assert (ill.raised, ill.writes) == ({}, [])
    unreadable = {(event.name, "unreadable") for event in (untold, without_status)}
    assert theater.open_rejections() == unreadable | {("Visekoncert", "price_not_a_number")}
    theater.sandbox.faults.clear()
    state.edit(without_status.id, status="Confirmed")
    well = theater.run()
    assert (well.raised, well.writes, theater.open_rejections()) == ({}, [], {("Visekoncert", "price_not_a_number")})


def test_keyword_that_does_not_exist_ends_the_librarys_run_with_one_sentence(theater: World) -> None:
    theater.run()
    theater.libraries["solbjerg"] = in_yesplan(theater.libraries["solbjerg"], prices=PRICES, capacity="kapacitet")
    run = theater.run()
    assert (list(run.raised), run.writes, theater.changes(run)) == (["extract"], [], [])
    assert said_of(theater).count("kapacitet") == 1
    assert "without the custom data 'kapacitet', which source.custom_data in libraries.yaml names; it has" in said_of(
        theater
    )


@pytest.mark.parametrize(
    "trouble",
    [
        "revoked",
        "unknown",
        "html_200",
        "truncated_json",
        "drop_before",
        "garbage",
        "throttled",
        "elsewhere",
        "custom data",
        "refused",
    ],
)
def test_key_is_in_nothing_that_a_failing_run_leaves_behind(
    theater: World, engine: Engine, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    theater.run()
    state, server = installation(theater), f"yesplan:{VENUE}"
    secret = KEY
    match trouble:
        case "revoked":
            state.behave(revoked=True)
        case "unknown":
            secret = theater.passwords[VENUE] = "ANOTHERMADEUPKEY/OF+THE=THEATRE"
        case "throttled":
            theater.sandbox.faults.add(server, "status", code=429)
        case "elsewhere":
            state.behave(next_host=f"http://elsewhere.example/?api_key={KEY}&next=")
        case "custom data":
            theater.sandbox.faults.add(
                server, "status", "GET", "customdata", code=422, body=f'{{"message": "api_key={KEY}"}}'
            )
        case "refused":
            state.edit(state.find("Kameliadamen").id, ticket_link=None)
            theater.sandbox.faults.add(server, "status", "PUT", code=400, body=f'{{"message": "?api_key={KEY}"}}')
        case _:
            theater.sandbox.faults.add(server, trouble)  # type: ignore[arg-type]
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        run = theater.run()
    told = [caplog.text, everything_stored(engine)]
    for error in run.raised.values():
        told += traceback.format_exception(error)
    assert bool(run.raised) is (trouble != "refused")
    assert "/api/events/date:" in caplog.text
    found = [key for key in (secret, KEY, "MADEUPKEY") if any(key in one for one in told)]
    assert found == []


def test_revoked_key_fails_the_library_at_once_and_names_the_connection(theater: World) -> None:
    theater.run()
    installation(theater).behave(revoked=True)
    run = theater.run()
    assert (list(run.raised), run.writes) == (["extract"], [])
    assert "Connection 'yesplan_theater' to 127.0.0.1" in said_of(theater)
    assert "did not accept the login (status 403)" in said_of(theater)
    installation(theater).behave(revoked=False)
    assert theater.run().writes == []


def test_event_past_its_end_is_over_and_nothing_is_written(theater: World) -> None:
    theater.run()
    later = theater.run_at(22 * 24 * HOUR)
    assert (later.raised, later.writes, {link.status for link in theater.ours().values()}) == ({}, [], {"retired"})


def everything_stored(engine: Engine) -> str:
    with engine.connect() as connection:
        tables = connection.scalars(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('sync', 'warehouse')"
            )
        ).all()
        return "\n".join(str(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in tables)
