"""A venue's Yesplan as a source of events."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billetbro.api.yesplan.client import YesplanClient
from billetbro.errors import InvalidResponse, SettingsError, WrongCredentials
from billetbro.models import PriceUnit, SourceAddress, SourceEvent, SourceState, TicketCategory
from billetbro.sources.yesplan.source import YesplanSettings
from sandbox.server import Sandbox
from sandbox.yesplan_state import Installation
from tests.cases import cases
from tests.unit.sources.yesplan.theatre import ADMIN, FROM, HALL, LINK, START, plan, read_one, source_of


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "one by one"])
def test_event_with_everything_is_read_whole(theater: Installation, client: YesplanClient, bulk: bool) -> None:
    theater.behave(bulk=bulk)
    shown = {"ticket_link": LINK, "ticket_admin": ADMIN, "ticket_state": "Udsolgt", "web_text": "<p>Prins.</p>"}
    shown |= {"tickets_sold": "12", "tickets_available": "228"}
    event_id = plan(theater, price_child="0", group="H", web_page="https://teater.example/hamlet", **shown)
    event = read_one(client)
    assert event == SourceEvent(
        uuid=event_id,
        title="Hamlet",
        state=SourceState.SOLD_OUT,
        url="https://teater.example/hamlet",
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        description="<p>Prins.</p>",
        body="<p>Prins.</p>",
        branches=("Store Sal",),
        address=HALL,
        ticket_categories=(
            TicketCategory(title="Voksen", uuid="price_adult", amount=Decimal("75.50")),
            TicketCategory(title="Barn", uuid="price_child", amount=Decimal(0)),
        ),
        capacity=240,
        series_uuid=event.series_uuid,
        link=LINK,
        admin_link=ADMIN,
        sold=12,
        available=228,
        shows=("state", "link", "admin_link", "sold", "available"),
    )
    assert event.series_uuid


@cases(
    "fields relevant state",
    ("confirmed", {}, True, None),
    ("small letters", {"status": "confirmed"}, True, None),
    ("option", {"status": "Option"}, False, None),
    ("called off", {"status": "Aflyst"}, True, SourceState.CANCELLED),
    ("off, and no", {"status": "Aflyst", "ticketing_publish": "nej"}, True, SourceState.CANCELLED),
    ("nobody said yes", {"ticketing_publish": None}, False, None),
    ("no", {"ticketing_publish": "nej"}, False, None),
    ("word of theirs for a state", {"ticket_state": "Aflyst"}, True, None),
)
def test_event_counts_by_its_status_and_somebodys_yes(
    theater: Installation, client: YesplanClient, fields: dict[str, object], relevant: bool, state: SourceState | None
) -> None:
    plan(theater, **fields)
    event = read_one(client)
    assert (event.relevant, event.state) == (relevant, state)


def test_without_a_keyword_for_it_the_status_alone_decides(theater: Installation, client: YesplanClient) -> None:
    theater.add(start=START)
    assert read_one(client, custom_data={}).relevant


@cases(
    "locations addresses address branches",
    ("first that is known", ["Foyer", "Store Sal"], None, HALL, ("Store Sal",)),
    ("none is known", ["Foyer"], None, SourceAddress(place="Foyer"), ()),
    ("no addresses at all", ["Foyer"], {}, None, ("Foyer",)),
    ("no location", [], None, None, ()),
)
def test_location_becomes_an_address(
    theater: Installation,
    client: YesplanClient,
    locations: list[str],
    addresses: dict[str, object] | None,
    address: SourceAddress | None,
    branches: tuple[str, ...],
) -> None:
    plan(theater, locations=locations)
    event = read_one(client, **({} if addresses is None else {"addresses": addresses}))
    assert (event.address, event.branches) == (address, branches)


@cases(
    "fields categories unreadable",
    ("no price", {"price_adult": None}, [], {}),
    ("free", {"price_adult": "0"}, [("Voksen", Decimal(0))], {}),
    ("in words", {"price_adult": "ved døren"}, [("Voksen", None)], {"ticket_categories.price": "Voksen: ved døren"}),
    ("capacity in words", {"ticketing_capacity": "mange"}, [("Voksen", Decimal("75.5"))], {"capacity": "mange"}),
)
def test_prices_and_capacity_are_numbers_or_noted(
    theater: Installation,
    client: YesplanClient,
    fields: dict[str, object],
    categories: list[tuple[str, Decimal | None]],
    unreadable: dict[str, str],
) -> None:
    plan(theater, **fields)
    event = read_one(client)
    assert [(category.title, category.amount) for category in event.ticket_categories] == categories
    assert event.unreadable == unreadable


@pytest.mark.parametrize("status", ["", " "])
def test_event_without_a_status_is_not_withdrawn(theater: Installation, client: YesplanClient, status: str) -> None:
    plan(theater, status=status)
    event = read_one(client)
    assert (event.relevant, event.state, event.unreadable) == (True, None, {"status": "?"})


@cases(
    "fields relevant state",
    ("agreed", {}, True, None),
    ("option", {"status": "Option"}, False, None),
    ("called off", {"status": "Aflyst"}, True, SourceState.CANCELLED),
)
@pytest.mark.parametrize("code", [403, 404, 500])
def test_event_whose_custom_data_cannot_be_had_is_present_and_the_others_go_on(
    sandbox: Sandbox,
    theater: Installation,
    client: YesplanClient,
    code: int,
    fields: dict[str, object],
    relevant: bool,
    state: SourceState | None,
) -> None:
    theater.behave(bulk=False)
    ill, well = plan(theater, ticket_link=LINK, **fields), plan(theater)
    sandbox.faults.add("yesplan:theater", "status", "GET", f"/api/event/{ill}/customdata", code=code)
    events = {event.uuid: event for event in source_of(client).read(FROM)}
    assert (events[well].unreadable, events[well].capacity) == ({}, 240)
    assert (events[ill].relevant, events[ill].state, events[ill].shows) == (relevant, state, ())
    assert events[ill].unreadable == {"custom_data": "?", "ticket_categories": "?"}


def test_keywords_are_looked_for_at_an_event_that_can_be_read(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    ill, well = plan(theater), plan(theater, name="Macbeth")
    theater.keywords = tuple(keyword for keyword in theater.keywords if keyword != "price_child")
    sandbox.faults.add("yesplan:theater", "status", "GET", f"/api/event/{ill}/customdata", code=404)
    with pytest.raises(SettingsError, match="without the custom data 'price_child'"):
        source_of(client).read(FROM)
    sandbox.faults.add("yesplan:theater", "status", "GET", f"/api/event/{well}/customdata", code=404)
    assert len(source_of(client).read(FROM)) == 2


def test_window_and_own_query_are_asked_for(sandbox: Sandbox, theater: Installation, client: YesplanClient) -> None:
    sandbox.log.clear()
    assert source_of(client, query='location:"Store Sal"', horizon_days=10).read(FROM) == ()
    asked = [entry.path for entry in sandbox.log.entries]
    assert asked == ['/api/events/date:01-01-2031 TO 12-03-2031 location:"Store Sal"']


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "one by one"])
def test_keywords_that_the_installation_lacks_are_reported_once_with_those_it_has(
    theater: Installation, client: YesplanClient, bulk: bool
) -> None:
    theater.behave(bulk=bulk)
    for _ in range(3):
        plan(theater)
    wrong = {"capacity": "capasity", "prices": {"Voksen": "price_adult", "Barn": "pris_barn"}}
    with pytest.raises(SettingsError) as raised:
        source_of(client, custom_data=wrong).read(FROM)
    assert str(raised.value) == (
        "Connection 'yesplan_theater' is to a Yesplan without the custom data 'capasity', 'pris_barn', which "
        "source.custom_data in libraries.yaml names; it has "
        + ", ".join(f"'{keyword}'" for keyword in sorted(theater.keywords))
        + "."
    )


@pytest.mark.parametrize("path", ["/api/events/[^/]*$", "customdata"])
def test_read_of_an_incomplete_snapshot_raises(
    sandbox: Sandbox, theater: Installation, client: YesplanClient, path: str
) -> None:
    plan(theater)
    sandbox.faults.add("yesplan:theater", "truncated_json", "GET", path)
    with pytest.raises(InvalidResponse):
        source_of(client).read(FROM)


def test_revoked_key_raises(theater: Installation, client: YesplanClient) -> None:
    theater.behave(revoked=True)
    with pytest.raises(WrongCredentials, match="yesplan_theater"):
        source_of(client).read(FROM)


def test_settings_have_defaults_that_say_what_counts() -> None:
    least = YesplanSettings.model_validate({"type": "yesplan", "conn_id": "y", "price_unit": "minor"})
    assert least.model_dump() == {
        "type": "yesplan",
        "conn_id": "y",
        "price_unit": PriceUnit.MINOR,
        "statuses": ("Confirmed",),
        "cancelled_statuses": ("Cancelled", "Aflyst", "Geannuleerd"),
        "query": "",
        "horizon_days": 400,
        "custom_data": {
            **dict.fromkeys(("capacity", "description", "page", "relevant")),
            "prices": {},
            **dict.fromkeys(("sales_link", "admin_link", "sale_state", "sold", "available", "webhook_state")),
        },
        "webhook": None,
        "addresses": {},
    }
