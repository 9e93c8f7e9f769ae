"""Reading the CMS: a complete snapshot, or an error."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.errors import (
    BilletbroError,
    InvalidResponse,
    Refused,
    ServerError,
    TimedOut,
    Unreachable,
    WrongCredentials,
    WrongHost,
)
from billetbro.models import LISTED_TWICE, SourceAddress, SourceEvent, SourceState, TicketCategory
from sandbox.faults import Kind
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.conftest import HASTY

FROM = date(2026, 9, 1)
BARE: dict[str, object] = {
    "uuid": "0a1b",
    "title": "Babyrytmik",
    "created_at": "2026-08-01T10:00:00+02:00",
    "updated_at": "2026-08-01T10:00:00+02:00",
    "url": "https://solbjerg.example.dk/babyrytmik",
    "state": "Active",
    "date_time": {"start": "2026-10-25T02:30:00+02:00", "end": "2026-10-25T10:00:00+01:00"},
}
BARE_EVENT = SourceEvent(
    uuid="0a1b",
    title="Babyrytmik",
    state=SourceState.ACTIVE,
    url="https://solbjerg.example.dk/babyrytmik",
    starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ends_at=datetime(2026, 10, 25, 9, 0, tzinfo=UTC),
)


def read(cms: CmsClient, server: Server, **fields: object) -> SourceEvent:
    server.will_answer(as_json([{**BARE, **fields}]))
    (event,) = cms.events(FROM)
    return event


def test_events_with_only_what_is_required_are_read(cms: CmsClient, server: Server) -> None:
    assert read(cms, server) == BARE_EVENT


def test_events_are_asked_for_with_login_and_from_a_day_more(cms: CmsClient, server: Server) -> None:
    read(cms, server)
    (asked,) = server.received
    assert asked.path == "/api/v1/events?_format=json&from_date=2026-08-31"
    assert asked.headers["Authorization"].startswith("Basic ")


def test_events_without_a_login_are_asked_for_openly(server: Server) -> None:
    server.will_answer(as_json([]))
    with CmsClient(server.url, "", "", connection="cms_solbjerg", settings=HASTY) as client:
        assert client.events(FROM) == ()
    assert "Authorization" not in server.received[0].headers


def test_event_with_everything_is_read_whole(cms: CmsClient, server: Server) -> None:
    body = b"""[{"uuid": "1", "title": "Caf\\u00e9 &amp; kage", "description": "Kort", "body": "<p>Lang</p>",
        "url": "https://solbjerg.example.dk/1", "state": "SoldOut", "ticket_manager_relevance": false, "all_day": true,
        "date_time": {"start": "2026-12-01T19:00:00+01:00", "end": "2026-12-01T18:00:00Z"},
        "image": {"url": "https://solbjerg.example.dk/1.jpg"}, 
        "originalImage": {"url": "https://solbjerg.example.dk/1.png"},
        "branches": ["Hovedbiblioteket"], "categories": ["Foredrag"], "audiences": ["Voksne"], "tags": ["jul"],
        "address": {"locationType": "physical", "location": "Salen", "locationAdditional": "Medborgerhuset",
                    "street": "Torvet 1", "zip_code": 800, "city": "H\\u00f8je Taastrup", "country": "DK"},
        "ticket_categories": [{"uuid": "tc-1", "title": "Voksen", "price": {"currency": "DKK", "value": 75.50}},
                              {"title": "Barn", "price": {"currency": "DKK", "value": 0}}],
        "ticket_capacity": 40, "series": {"uuid": "s-1"}, "a_new_field": {"of": ["any", "kind"]},
        "external_data": {"url": "https://www.place2book.com/da/sw2/sales/abc", "admin_url": " "}}]"""
    server.will_answer(Reply(body))
    assert cms.events(FROM) == (
        SourceEvent(
            uuid="1",
            title="Café &amp; kage",
            state=SourceState.SOLD_OUT,
            url="https://solbjerg.example.dk/1",
            starts_at=datetime(2026, 12, 1, 18, 0, tzinfo=UTC),
            ends_at=datetime(2026, 12, 1, 18, 0, tzinfo=UTC),
            all_day=True,
            relevant=False,
            description="Kort",
            body="<p>Lang</p>",
            image_url="https://solbjerg.example.dk/1.jpg",
            branches=("Hovedbiblioteket",),
            address=SourceAddress(
                place="Medborgerhuset",
                room="Salen",
                street="Torvet 1",
                postal_code="800",
                city="Høje Taastrup",
                country="DK",
            ),
            categories=("Foredrag",),
            audiences=("Voksne",),
            ticket_categories=(
                TicketCategory(title="Voksen", uuid="tc-1", amount=Decimal("75.50"), currency="DKK"),
                TicketCategory(title="Barn", amount=Decimal(0), currency="DKK"),
            ),
            capacity=40,
            series_uuid="s-1",
            link="https://www.place2book.com/da/sw2/sales/abc",
        ),
    )


OPTIONAL = (
    "description",
    "body",
    "ticket_manager_relevance",
    "image",
    "originalImage",
    "all_day",
    "branches",
    "address",
)
OPTIONAL_TOO = ("categories", "audiences", "ticket_categories", "ticket_capacity", "series", "external_data")
OBJECTS = ("image", "originalImage", "address", "series", "external_data", "branches", "ticket_categories")


def test_event_with_nulls_is_read_as_if_they_were_left_out(cms: CmsClient, server: Server) -> None:
    assert read(cms, server, **dict.fromkeys((*OPTIONAL, *OPTIONAL_TOO))) == BARE_EVENT


def test_event_with_empty_lists_for_objects_is_read_as_if_they_were_left_out(cms: CmsClient, server: Server) -> None:
    assert read(cms, server, **{name: [] for name in OBJECTS}) == BARE_EVENT


@pytest.mark.parametrize("sent", ["29.949999999999999", '"29.949999999999999"', "29.950000000000003", "29.95"])
def test_price_with_the_noise_of_another_language_is_read_without_it(cms: CmsClient, server: Server, sent: str) -> None:
    body = json.dumps([{**BARE, "ticket_categories": [{"title": "V", "price": {"value": "?"}}]}])
    server.will_answer(Reply(body.replace('"?"', sent).encode()))
    (event,) = cms.events(FROM)
    assert (event.ticket_categories, event.unreadable) == ((TicketCategory(title="V", amount=Decimal("29.95")),), {})


def test_number_beyond_all_measure_costs_no_more_than_itself(cms: CmsClient, server: Server) -> None:
    body = json.dumps([{**BARE, "ticket_capacity": 1}, {**BARE, "uuid": "2", "ticket_capacity": 2}])
    huge = body.replace('"ticket_capacity": 1}', f'"ticket_capacity": {"9" * 5000}, "all_day": 1e{"9" * 20}}}')
    server.will_answer(Reply(huge.encode()))
    found = [(event.capacity, list(event.unreadable)) for event in cms.events(FROM)]
    assert found == [(None, ["ticket_capacity"]), (2, [])]


def test_lists_that_php_wrote_as_objects_are_read_in_order(cms: CmsClient, server: Server) -> None:
    listed = {
        "branches": {"10": "Havnen", "2": "Torvet"},
        "categories": {"1": "Foredrag"},
        "audiences": {"3": "Voksne", "1": "Unge"},
        "ticket_categories": {"4": {"title": "Barn"}, "1": {"title": "Voksen"}},
    }
    server.will_answer(as_json({"7": {**BARE, "uuid": "2"}, "2": {**BARE, **listed}}))
    assert cms.events(FROM) == (
        replace(
            BARE_EVENT,
            branches=("Torvet", "Havnen"),
            categories=("Foredrag",),
            audiences=("Unge", "Voksne"),
            ticket_categories=(TicketCategory(title="Voksen"), TicketCategory(title="Barn")),
        ),
        replace(BARE_EVENT, uuid="2"),
    )


@pytest.mark.parametrize(
    "sent", [{}, {"a": {"title": "V"}}, {"1": {"title": "V"}, "more": True}, {"-1": {}}, {"01": {}}]
)
def test_object_that_is_no_list_of_phps_is_none(cms: CmsClient, server: Server, sent: dict[str, object]) -> None:
    event = read(cms, server, ticket_categories=sent)
    assert (event.ticket_categories, list(event.unreadable)) == ((), ["ticket_categories"])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-10-25T02:30:00+02", "2026-10-25T10:00:00+01"),
        ("2026-10-25 00:30:00 UTC", "2026-10-25 10:00:00.000 +0100"),
        ("2026-10-25t00:30:00z", "2026-10-25T09:00Z"),
    ],
)
def test_times_as_other_languages_write_them_are_read(cms: CmsClient, server: Server, start: str, end: str) -> None:
    assert read(cms, server, date_time={"start": start, "end": end}) == BARE_EVENT


def test_midnight_that_ends_a_day_begins_the_next(cms: CmsClient, server: Server) -> None:
    event = read(cms, server, date_time={"start": "2027-03-27T00:00:00+01:00", "end": "2027-03-27T24:00:00+01:00"})
    assert (event.ends_at, event.unreadable) == (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), {})


IN_ADDRESS = ("location", "locationAdditional", "street", "zip_code", "city", "country")


@pytest.mark.parametrize("empty", [{}, dict.fromkeys(IN_ADDRESS)], ids=["absent", "null"])
@cases(
    "of_type address",
    ("online", {"locationType": "online"}, SourceAddress(online=True)),
    ("physical", {"locationType": "physical"}, SourceAddress()),
    ("neither", {"locationType": None}, SourceAddress()),
)
def test_address_with_nothing_inside_is_kept_empty(
    cms: CmsClient, server: Server, of_type: dict[str, object], empty: dict[str, object], address: SourceAddress
) -> None:
    event = read(cms, server, address={**of_type, **empty})
    assert (event.address, event.unreadable) == (address, {})


@cases(
    "external links",
    ("both-absent", {}, (None, None)),
    ("both-null", {"url": None, "admin_url": None}, (None, None)),
    ("one-absent", {"url": "https://a.example/1"}, ("https://a.example/1", None)),
    ("one-null", {"url": "https://a.example/1", "admin_url": None}, ("https://a.example/1", None)),
)
def test_links_that_are_absent_or_null_are_none(
    cms: CmsClient, server: Server, external: dict[str, object], links: tuple[str | None, str | None]
) -> None:
    event = read(cms, server, external_data=external)
    assert (event.link, event.admin_link, event.unreadable) == (*links, {})


def test_event_with_an_original_image_alone_has_none_for_tickets(cms: CmsClient, server: Server) -> None:
    assert read(cms, server, originalImage={"url": "https://solbjerg.example.dk/40_mb.png"}) == BARE_EVENT


@cases(
    "fields unreadable",
    ("title", {"title": ["x"]}, {"title": '["x"]'}),
    ("a state that is new", {"state": "Postponed"}, {"state": "Postponed"}),
    ("body", {"body": 7}, {"body": "7"}),
    ("times that are a text", {"date_time": "i morgen"}, {"date_time": "i morgen"}),
    (
        "times without an offset",
        {"date_time": {"start": "2026-12-01T19:00:00", "end": 1764612000}},
        {"date_time.start": "2026-12-01T19:00:00", "date_time.end": "1764612000"},
    ),
    (
        "times outside the calendar",
        {"date_time": {"start": "0001-01-01T00:00:00+01:00", "end": "2026-12-01"}},
        {"date_time.start": "0001-01-01T00:00:00+01:00", "date_time.end": "2026-12-01"},
    ),
    ("capacity that is a word", {"ticket_capacity": "mange"}, {"ticket_capacity": "mange"}),
    ("capacity that is a flag", {"ticket_capacity": True}, {"ticket_capacity": "true"}),
    ("half a ticket", {"ticket_capacity": 7.5}, {"ticket_capacity": "7.5"}),
    ("capacity with an underscore", {"ticket_capacity": "1_000"}, {"ticket_capacity": "1_000"}),
    ("capacity without measure", {"ticket_capacity": 10**12}, {"ticket_capacity": "1000000000000"}),
    ("relevance", {"ticket_manager_relevance": "måske"}, {"ticket_manager_relevance": "måske"}),
    ("branches", {"branches": "Havnen"}, {"branches": "Havnen"}),
    ("address that is a text", {"address": "Torvet 1"}, {"address": "Torvet 1"}),
    ("room", {"address": {"location": ["x"]}}, {"address.location": '["x"]'}),
    ("place", {"address": {"locationAdditional": 7}}, {"address.locationAdditional": "7"}),
    ("postal code", {"address": {"zip_code": {"a": 1}}}, {"address.zip_code": '{"a": 1}'}),
    ("category", {"ticket_categories": ["Voksen"]}, {"ticket_categories": '["Voksen"]'}),
    (
        "price with a comma",
        {"ticket_categories": [{"title": "V", "price": {"currency": "DKK", "value": "75,00"}}]},
        {"ticket_categories.price.value": "75,00"},
    ),
    (
        "price that is no number",
        {"ticket_categories": [{"title": "V", "price": {"currency": "DKK", "value": float("nan")}}]},
        {"ticket_categories.price.value": "NaN"},
    ),
    (
        "price with an underscore",
        {"ticket_categories": [{"title": "V", "price": {"currency": "DKK", "value": "1_000"}}]},
        {"ticket_categories.price.value": "1_000"},
    ),
    ("series", {"series": "s-1"}, {"series": "s-1"}),
    ("link", {"external_data": {"url": {"a": 1}}}, {"external_data.url": '{"a": 1}'}),
    ("what only decorates", {"image": 3, "categories": 3, "all_day": "ja?", "url": 3}, {}),
)
def test_event_with_a_field_that_cannot_be_understood_is_kept_with_a_note(
    cms: CmsClient, server: Server, fields: dict[str, object], unreadable: dict[str, str]
) -> None:
    event = read(cms, server, **fields)
    assert (event.uuid, dict(event.unreadable)) == ("0a1b", unreadable)


def test_text_that_no_database_takes_is_cleaned(cms: CmsClient, server: Server) -> None:
    server.will_answer(Reply(b'[{"uuid": "1", "title": "Kaffe\\u0000 \\ud83d og \\ud83d\\ude00"}]'))
    assert [event.title for event in cms.events(FROM)] == ["Kaffe ? og 😀"]


def test_event_listed_twice_alike_is_read_once(cms: CmsClient, server: Server) -> None:
    server.will_answer(as_json([BARE, BARE]))
    assert cms.events(FROM) == (BARE_EVENT,)


@pytest.mark.parametrize("order", [1, -1], ids=["as listed", "the other way round"])
def test_event_listed_twice_differently_keeps_what_both_say_of_when(cms: CmsClient, server: Server, order: int) -> None:
    other = {
        **BARE,
        "title": "Andet",
        "date_time": {"start": "2026-10-25T02:30:00+02:00", "end": "2026-10-26T10:00:00+01:00"},
        "ticket_manager_relevance": False,
        "series": {"uuid": "s-1"},
    }
    server.will_answer(as_json([*[BARE, other][::order], {**BARE, "uuid": "2"}, BARE]))
    doubted = SourceEvent(
        uuid="0a1b",
        title="Andet",
        state=None,
        url=None,
        starts_at=BARE_EVENT.starts_at,
        ends_at=None,
        shows=(),
        unreadable={LISTED_TWICE: '"Andet" / "Babyrytmik"'},
    )
    assert cms.events(FROM) == (doubted, replace(BARE_EVENT, uuid="2"))


def test_list_of_nothing_but_one_uuid_is_read_as_one_event(cms: CmsClient, server: Server) -> None:
    server.will_answer(as_json([{**BARE, "title": f"Nummer {number}"} for number in range(5000)]))
    (event,) = cms.events(FROM)
    assert event.unreadable == {LISTED_TWICE: " / ".join(f'"Nummer {number}"' for number in range(5))}


@cases(
    "reply kind",
    ("not a list", as_json({"message": "Der opstod en fejl"}), InvalidResponse),
    ("a status that is not 200", as_json([], 203), InvalidResponse),
    ("a part", as_json([], 206), InvalidResponse),
    ("an object with nothing in it", as_json({}), InvalidResponse),
    ("an object that is no list of PHP's", as_json({"1": BARE, "links": {}}), InvalidResponse),
    ("no content", Reply(status=204), InvalidResponse),
    ("an item that is a text", as_json([BARE, "tekst"]), InvalidResponse),
    ("an item that is null", as_json([BARE, None]), InvalidResponse),
    ("no uuid", as_json([{"title": "Uden uuid"}]), InvalidResponse),
    ("empty uuid", as_json([{**BARE, "uuid": ""}]), InvalidResponse),
    ("uuid that is a number", as_json([{**BARE, "uuid": 7}]), InvalidResponse),
    ("401", Reply(status=401), WrongCredentials),
    ("403", Reply(status=403), WrongCredentials),
    ("404", Reply(b"<html>Not found</html>", 404), WrongHost),
    ("406", Reply(status=406), Refused),
)
def test_snapshot_that_is_not_complete_is_an_error(
    cms: CmsClient, server: Server, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        cms.events(FROM)
    assert type(raised.value) is kind
    assert f"Connection 'cms_solbjerg' to {server.url.removeprefix('http://')} " in str(raised.value)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("html_200", InvalidResponse),
        ("truncated_json", InvalidResponse),
        ("wrong_length", InvalidResponse),
        ("not_a_list", InvalidResponse),
        ("garbage", Unreachable),
        ("drop_before", Unreachable),
        ("drop_after", Unreachable),
        ("status", ServerError),
        ("slow", TimedOut),
    ],
)
def test_read_from_a_site_in_trouble_is_an_error(
    sandbox: Sandbox, sandbox_cms: CmsClient, fault: Kind, kind: type[BilletbroError]
) -> None:
    sandbox.faults.add("cms:solbjerg", fault)
    with pytest.raises(kind) as raised:
        sandbox_cms.events(FROM)
    assert type(raised.value) is kind


@pytest.mark.parametrize("fault", ["status", "drop_before"])
def test_read_from_a_site_that_recovers_succeeds(sandbox: Sandbox, sandbox_cms: CmsClient, fault: Kind) -> None:
    sandbox.faults.add("cms:solbjerg", fault, times=2)
    assert len(sandbox_cms.events(FROM)) == len(sandbox.cms["solbjerg"].listed(FROM))


def test_read_from_a_site_that_was_slow_once_succeeds(sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "slow", times=1, seconds=30)
    url, (login, password) = sandbox.cms_urls["solbjerg"], sandbox.cms_users["solbjerg"]
    with CmsClient(url, login, password, connection="cms", settings=replace(HASTY, read_timeout=3)) as client:
        assert len(client.events(FROM)) == len(sandbox.cms["solbjerg"].listed(FROM))


@pytest.mark.parametrize("library", ["solbjerg", "nordvig"])
def test_every_event_of_a_whole_site_can_be_read(sandbox: Sandbox, library: str) -> None:
    listed = sandbox.cms[library].listed(date(2020, 1, 1))
    login, password = sandbox.cms_users[library]
    with CmsClient(sandbox.cms_urls[library], login, password, connection="cms", settings=HASTY) as client:
        events = client.events(date(2020, 1, 1))
    assert [(event.uuid, event.starts_at, dict(event.unreadable)) for event in events] == [
        (event.uuid, event.start, {}) for event in listed
    ]
    assert len(events) > 20


def test_window_begins_at_the_date_asked_for(sandbox: Sandbox, sandbox_cms: CmsClient) -> None:
    tomorrow = date.today() + timedelta(days=2)
    expected = {event.uuid for event in sandbox.cms["solbjerg"].listed(tomorrow)}
    assert {event.uuid for event in sandbox_cms.events(tomorrow)} == expected
