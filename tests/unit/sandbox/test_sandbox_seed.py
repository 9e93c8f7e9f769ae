"""The seed holds every kind of event that the synchronisation has a rule for."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.seed import event_uuid
from sandbox.server import Sandbox
from tests.unit.sandbox.clients import Place2bookClient, cms_list

Event = dict[str, Any]
REQUIRED = {"uuid", "title", "created_at", "updated_at", "url", "state", "date_time"}
ALWAYS = REQUIRED | {"ticket_categories"}


def _seeded(sandbox: Sandbox, library_id: str, key: str) -> Event:
    uuid = event_uuid(library_id, key)
    return next(event for event in cms_list(sandbox, library_id) if event["uuid"] == uuid)


def _begins_in_hours(event: Event) -> float:
    start = datetime.fromisoformat(event["date_time"]["start"])
    return (start - datetime.now(UTC)) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("library_id", "key", "holds"),
    [
        pytest.param("solbjerg", "babyrytmik", lambda e: len(e["ticket_categories"]) == 1, id="one category"),
        pytest.param("solbjerg", "forfatteraften", lambda e: len(e["ticket_categories"]) == 2, id="two categories"),
        pytest.param("solbjerg", "teater-bjørnen", lambda e: len(e["ticket_categories"]) == 3, id="three categories"),
        pytest.param(
            "solbjerg", "itcafé", lambda e: [c["price"]["value"] for c in e["ticket_categories"]] == [0], id="free"
        ),
        pytest.param("solbjerg", "entiteter", lambda e: "&amp; fløde &ndash;" in e["title"], id="entities in title"),
        pytest.param("solbjerg", "script", lambda e: "<script>" in e["body"], id="script in body"),
        pytest.param("nordvig", "lang-tekst", lambda e: len(e["body"]) > 10_000, id="very long body"),
        pytest.param("nordvig", "lang-tekst", lambda e: len(e["description"]) > 5_000, id="very long description"),
        pytest.param("solbjerg", "posthuset", lambda e: e["address"]["zip_code"] == 800, id="postal code 800"),
        pytest.param(
            "solbjerg",
            "bogsalg",
            lambda e: (
                (e["all_day"], *(e["date_time"][one][11:19] for one in ("start", "end")))
                == (True, "00:00:00", "23:59:59")
            ),
            id="all day",
        ),
        pytest.param("solbjerg", "online", lambda e: e["address"] == {"locationType": "online"}, id="online"),
        pytest.param(
            "solbjerg", "adresse-null", lambda e: e["address"] == {"locationType": "physical"}, id="address of nothing"
        ),
        pytest.param(
            "solbjerg",
            "jazz",
            lambda e: (e["address"]["location"], e["address"]["street"]) == ("Salen på 1. sal", "Solbjerg Torv 4 "),
            id="a room, and a street that ends in a space",
        ),
        pytest.param(
            "solbjerg",
            "kulturhuset",
            lambda e: (
                (e["address"]["location"], e["address"]["locationAdditional"]) == ("Store Sal", "Kulturhuset Møllen")
            ),
            id="a room of a place away from the branch",
        ),
        pytest.param(
            "nordvig",
            "fyret",
            lambda e: (e["branches"], e["address"]["locationAdditional"]) == (["Nordvig Havn"], "Nordvig Fyr"),
            id="a place away from the branch",
        ),
        pytest.param(
            "solbjerg", "anden-sælger", lambda e: "billetter.example.com" in e["external_data"]["url"], id="elsewhere"
        ),
        pytest.param("solbjerg", "ikke-relevant", lambda e: e["ticket_manager_relevance"] is False, id="not relevant"),
        pytest.param("solbjerg", "højtlæsning", lambda e: e["ticket_categories"] == [], id="no categories"),
        pytest.param("solbjerg", "uden-antal", lambda e: "ticket_capacity" not in e, id="no capacity"),
        pytest.param("solbjerg", "aflyst", lambda e: e["state"] == "Cancelled", id="cancelled"),
        pytest.param("solbjerg", "overstået", lambda e: e["state"] == "Occurred", id="occurred"),
        pytest.param(
            "solbjerg", "i-gang", lambda e: _begins_in_hours(e) < -11 and e["state"] == "Active", id="still on"
        ),
        pytest.param("solbjerg", "ikke-åbnet", lambda e: e["state"] == "TicketSaleNotOpen", id="sale not open"),
        pytest.param("nordvig", "kun-det-nødvendige", lambda e: set(e) == ALWAYS, id="only what is required"),
        pytest.param("solbjerg", "negativ-pris", lambda e: _price(e)["value"] < 0, id="negative price"),
        pytest.param("solbjerg", "euro", lambda e: _price(e)["currency"] == "EUR", id="another currency"),
        pytest.param("solbjerg", "decimalpris", lambda e: _price(e)["value"] == 37.5, id="decimal price"),
        pytest.param("solbjerg", "uden-titel", lambda e: e["title"] == "", id="empty title"),
        pytest.param("solbjerg", "slut-før-start", lambda e: _minutes(e) < 0, id="ends before it starts"),
        pytest.param("nordvig", "uden-adresse", lambda e: "address" not in e, id="no address"),
        pytest.param("nordvig", "uden-kategori-uuid", lambda e: "uuid" not in e["ticket_categories"][0], id="no uuid"),
        pytest.param("solbjerg", "jazz", lambda e: "listing_weight" in e, id="a field that nobody knows"),
    ],
)
def test_seed_holds_event_that_needs_a_rule(
    sandbox: Sandbox, library_id: str, key: str, holds: Callable[[Event], bool]
) -> None:
    assert holds(_seeded(sandbox, library_id, key))


def _price(event: Event) -> dict[str, Any]:
    price: dict[str, Any] = event["ticket_categories"][0]["price"]
    return price


def _minutes(event: Event) -> float:
    start, end = (datetime.fromisoformat(event["date_time"][name]) for name in ("start", "end"))
    return (end - start) / timedelta(minutes=1)


def test_seed_has_one_series_of_four_and_one_of_one(sandbox: Sandbox) -> None:
    events = [*cms_list(sandbox), *cms_list(sandbox, "nordvig")]
    sizes = Counter(event["series"]["uuid"] for event in events if "series" in event)
    assert sorted(sizes.values()) == [1, 4]


def test_seed_of_one_library_is_in_kroner_and_of_the_other_in_minor_units(sandbox: Sandbox) -> None:
    prices = [_price(_seeded(sandbox, *where)) for where in (("solbjerg", "jazz"), ("nordvig", "koncert-folk"))]
    assert prices == [{"currency": "DKK", "value": 110}, {"currency": "DKK", "value": 12500}]


def test_seed_of_place2book_is_what_was_entered_by_hand(sandbox: Sandbox) -> None:
    held = [(event.event_maker, event.seccode, event.sold()) for event in sandbox.place2book.events]
    assert held == [(5000, "julekonc01", 0), (5000, "vinaften01", 0), (5100, "krimiafte1", 3), (5100, "lokaleleje", 0)]


def test_seed_links_adopted_cloned_and_unknown_events(sandbox: Sandbox) -> None:
    base = f"{sandbox.place2book_url}/da/sw2/sales"
    keys = ["julekoncert", "vinsmagning", "vinsmagning-kopi", "ukendt-link"]
    links = [_seeded(sandbox, "solbjerg", key)["external_data"]["url"] for key in keys]
    links.append(_seeded(sandbox, "nordvig", "krimiaften")["external_data"]["url"])
    assert links == [
        f"{base}/julekonc01",
        f"{base}/vinaften01",
        f"{base}/vinaften01",
        "https://www.place2book.com/da/sw2/sales/findesikke",
        "https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=krimiafte1",
    ]


def test_seeded_event_of_place2book_begins_when_the_websites_event_does(sandbox: Sandbox) -> None:
    listed = Place2bookClient(sandbox).send("GET", "/events").json()
    ticket_event = next(event for event in listed if event["seccode"] == "krimiafte1")
    source = _seeded(sandbox, "nordvig", "krimiaften")
    moments = [datetime.fromisoformat(text) for text in (ticket_event["begin_at"], source["date_time"]["start"])]
    assert moments[0] == moments[1]


def test_seeded_purchases_are_of_made_up_people(sandbox: Sandbox) -> None:
    event = sandbox.place2book.by_seccode("krimiafte1")
    shown = Place2bookClient(sandbox).send("GET", f"/events/{event.id}/purchases").json()
    answers = [ticket["custom_fields"] for purchase in shown for ticket in purchase["tickets"]]
    assert [(p["full_name"], p["email"], p["total_price_paid"]) for p in shown] == [
        ("Test Testesen", "test.testesen@example.com", 28500),
        ("Prøve Prøvesen", "proeve.proevesen@example.com", 12000),
    ]
    assert answers == [[{"custom_field_name": "Allergi", "value": value}] for value in ("Nødder", "Nødder", "")]


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2031, 3, 29, 23, 30, tzinfo=UTC), id="the night when summer time begins"),
        pytest.param(datetime(2031, 12, 31, 23, 59, tzinfo=UTC), id="New Year's Eve"),
    ],
)
def test_seed_keeps_wall_clock_times_on_any_day(sandbox: Sandbox, moment: datetime) -> None:
    sandbox.clock = lambda: moment
    sandbox.reset()
    shown = {event["title"]: event["date_time"]["start"][11:16] for event in cms_list(sandbox)}
    assert (len(shown), shown["Babyrytmik for de mindste"], shown["Jazz i kælderen"]) == (38, "10:00", "20:00")
