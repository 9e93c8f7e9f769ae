"""The seed holds every kind of event that the synchronisation has a rule for."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.seed import event_uuid
from sandbox.server import Sandbox
from tests.cases import cases
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


@cases(
    "library_id key holds",
    ("one category", "solbjerg", "babyrytmik", lambda e: len(e["ticket_categories"]) == 1),
    ("two categories", "solbjerg", "forfatteraften", lambda e: len(e["ticket_categories"]) == 2),
    ("three categories", "solbjerg", "teater-bjørnen", lambda e: len(e["ticket_categories"]) == 3),
    ("free", "solbjerg", "itcafé", lambda e: [c["price"]["value"] for c in e["ticket_categories"]] == [0]),
    ("entities in title", "solbjerg", "entiteter", lambda e: "&amp; fløde &ndash;" in e["title"]),
    ("script in body", "solbjerg", "script", lambda e: "<script>" in e["body"]),
    ("very long body", "nordvig", "lang-tekst", lambda e: len(e["body"]) > 10_000),
    ("very long description", "nordvig", "lang-tekst", lambda e: len(e["description"]) > 5_000),
    ("postal code 800", "solbjerg", "posthuset", lambda e: e["address"]["zip_code"] == 800),
    (
        "all day",
        "solbjerg",
        "bogsalg",
        lambda e: (
            (e["all_day"], *(e["date_time"][one][11:19] for one in ("start", "end"))) == (True, "00:00:00", "23:59:59")
        ),
    ),
    ("online", "solbjerg", "online", lambda e: e["address"] == {"locationType": "online"}),
    ("address of nothing", "solbjerg", "adresse-null", lambda e: e["address"] == {"locationType": "physical"}),
    (
        "a room, and a street that ends in a space",
        "solbjerg",
        "jazz",
        lambda e: (e["address"]["location"], e["address"]["street"]) == ("Salen på 1. sal", "Solbjerg Torv 4 "),
    ),
    (
        "a room of a place away from the branch",
        "solbjerg",
        "kulturhuset",
        lambda e: (e["address"]["location"], e["address"]["locationAdditional"]) == ("Store Sal", "Kulturhuset Møllen"),
    ),
    (
        "a place away from the branch",
        "nordvig",
        "fyret",
        lambda e: (e["branches"], e["address"]["locationAdditional"]) == (["Nordvig Havn"], "Nordvig Fyr"),
    ),
    ("elsewhere", "solbjerg", "anden-sælger", lambda e: "billetter.example.com" in e["external_data"]["url"]),
    ("not relevant", "solbjerg", "ikke-relevant", lambda e: e["ticket_manager_relevance"] is False),
    ("no categories", "solbjerg", "højtlæsning", lambda e: e["ticket_categories"] == []),
    ("no capacity", "solbjerg", "uden-antal", lambda e: "ticket_capacity" not in e),
    ("cancelled", "solbjerg", "aflyst", lambda e: e["state"] == "Cancelled"),
    ("occurred", "solbjerg", "overstået", lambda e: e["state"] == "Occurred"),
    ("still on", "solbjerg", "i-gang", lambda e: _begins_in_hours(e) < -11 and e["state"] == "Active"),
    ("sale not open", "solbjerg", "ikke-åbnet", lambda e: e["state"] == "TicketSaleNotOpen"),
    ("only what is required", "nordvig", "kun-det-nødvendige", lambda e: set(e) == ALWAYS),
    ("negative price", "solbjerg", "negativ-pris", lambda e: _price(e)["value"] < 0),
    ("another currency", "solbjerg", "euro", lambda e: _price(e)["currency"] == "EUR"),
    ("decimal price", "solbjerg", "decimalpris", lambda e: _price(e)["value"] == 37.5),
    ("empty title", "solbjerg", "uden-titel", lambda e: e["title"] == ""),
    ("ends before it starts", "solbjerg", "slut-før-start", lambda e: _minutes(e) < 0),
    ("no address", "nordvig", "uden-adresse", lambda e: "address" not in e),
    ("no uuid", "nordvig", "uden-kategori-uuid", lambda e: "uuid" not in e["ticket_categories"][0]),
    ("a field that nobody knows", "solbjerg", "jazz", lambda e: "listing_weight" in e),
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


@cases(
    "moment",
    ("the night when summer time begins", datetime(2031, 3, 29, 23, 30, tzinfo=UTC)),
    ("New Year's Eve", datetime(2031, 12, 31, 23, 59, tzinfo=UTC)),
)
def test_seed_keeps_wall_clock_times_on_any_day(sandbox: Sandbox, moment: datetime) -> None:
    sandbox.clock = lambda: moment
    sandbox.reset()
    shown = {event["title"]: event["date_time"]["start"][11:16] for event in cms_list(sandbox)}
    assert (len(shown), shown["Babyrytmik for de mindste"], shown["Jazz i kælderen"]) == (38, "10:00", "20:00")
