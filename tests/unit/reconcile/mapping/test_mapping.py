"""Every row of behaviour 1: what a source event is to us."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from billetbro.models import (
    LISTED_TWICE,
    Address,
    DesiredPrice,
    Mapped,
    OnCreate,
    Outcome,
    SourceAddress,
    SourceEvent,
    SourceState,
    TicketCategory,
    TicketEvent,
)
from billetbro.reconcile.mapping.event import map_event
from tests.cases import cases
from tests.unit.reconcile.mapping.mapping_examples import EVENT, NOW, RULES

PLACE2BOOK_LINK = "https://www.place2book.com/da/sw2/sales/39pfs0v0xy"
ELSEWHERE = "https://billetter.example.com/123"


def _reason(mapped: Mapped) -> tuple[Outcome, str | None, str | None, str | None]:
    return mapped.outcome, mapped.code, mapped.field, mapped.found


def test_map_event_with_everything_in_order_is_a_ticket_event() -> None:
    assert map_event(EVENT, RULES, NOW) == Mapped(
        uuid=EVENT.uuid,
        title="Foredrag om hvaler",
        outcome=Outcome.TICKET_EVENT,
        starts_at=datetime(2026, 4, 14, 17, 0, tzinfo=UTC),
        ends_at=datetime(2026, 4, 14, 19, 0, tzinfo=UTC),
        event_maker=5000,
        desired=TicketEvent(
            name="Foredrag om hvaler",
            description_short="Kom og hør om havets kæmper.",
            description_long=(
                "<p>Kom og hør om havets kæmper.</p>\n"
                '<p><a href="https://solbjerg.example.com/arrangementer/foredrag-om-hvaler">'
                "Læs mere på bibliotekets hjemmeside</a></p>"
            ),
            begin_at=datetime(2026, 4, 14, 17, 0, tzinfo=UTC),
            end_at=datetime(2026, 4, 14, 19, 0, tzinfo=UTC),
            capacity=40,
            passive=False,
            address=Address(
                name="Solbjerg Bibliotek",
                address1="Bygaden 12",
                postal_code="0800",
                city="Solbjerg",
                phone="+45 00 00 50 00",
                country="DK",
            ),
            prices=(DesiredPrice(key="cat-1", name="Voksen", value_ore=7500),),
        ),
        on_create=OnCreate(mute=True, kultunaut_export=False),
        state=SourceState.TICKET_SALE_NOT_OPEN,
    )


@cases(
    "event expected",
    ("not-relevant", replace(EVENT, relevant=False), (Outcome.SKIPPED, "not_relevant", None, None)),
    ("ends-now", replace(EVENT, ends_at=NOW, starts_at=NOW), (Outcome.OVER, "over", None, None)),
    ("occurred-by-state", replace(EVENT, state=SourceState.OCCURRED), (Outcome.OVER, "over", None, None)),
    ("sold-elsewhere", replace(EVENT, link=ELSEWHERE), (Outcome.SOLD_ELSEWHERE, "sold_elsewhere", "link", ELSEWHERE)),
    ("cancelled", replace(EVENT, state=SourceState.CANCELLED), (Outcome.CANCELLED, None, None, None)),
    ("no-categories", replace(EVENT, ticket_categories=()), (Outcome.SKIPPED, "no_ticket_categories", None, None)),
    ("blank", replace(EVENT, ticket_categories=(), link="  "), (Outcome.SKIPPED, "no_ticket_categories", None, None)),
    (
        "link-of-which-nothing-is-seen-is-none",
        replace(EVENT, ticket_categories=(), link="\u200b\ufeff"),
        (Outcome.SKIPPED, "no_ticket_categories", None, None),
    ),
    ("no-capacity", replace(EVENT, capacity=None), (Outcome.REJECTED, "capacity_missing", "capacity", None)),
    ("capacity-0", replace(EVENT, capacity=0), (Outcome.REJECTED, "capacity_missing", "capacity", "0")),
    ("capacity-below-0", replace(EVENT, capacity=-1), (Outcome.REJECTED, "capacity_missing", "capacity", "-1")),
    ("no-title", replace(EVENT, title=""), (Outcome.REJECTED, "title_missing", "title", None)),
    ("blank-title", replace(EVENT, title=" &nbsp;\n"), (Outcome.REJECTED, "title_missing", "title", None)),
    ("no-start", replace(EVENT, starts_at=None), (Outcome.REJECTED, "times_missing", "starts_at", None)),
    ("no-end", replace(EVENT, ends_at=None), (Outcome.REJECTED, "times_missing", "ends_at", None)),
    (
        "end-that-no-time-zone-can-hold",
        replace(EVENT, ends_at=datetime.max.replace(tzinfo=timezone(timedelta(hours=-2)))),
        (Outcome.REJECTED, "times_missing", "ends_at", "9999-12-31T23:59:59.999999-02:00"),
    ),
    (
        "ends-before-start",
        replace(EVENT, ends_at=datetime(2026, 4, 14, 15, 0, tzinfo=UTC)),
        (Outcome.REJECTED, "ends_before_start", "ends_at", "14.04.2026 kl. 19.00 – 14.04.2026 kl. 17.00"),
    ),
    (
        "last-year's-end-of-a-coming-start-is-a-slip",
        replace(EVENT, ends_at=datetime(2025, 4, 14, 19, 0, tzinfo=UTC)),
        (Outcome.REJECTED, "ends_before_start", "ends_at", "14.04.2026 kl. 19.00 – 14.04.2025 kl. 21.00"),
    ),
    (
        "address-of-another-place",
        replace(EVENT, address=SourceAddress(place="Forsamlingshuset", street="Engvej 3")),
        (Outcome.REJECTED, "address_incomplete", "address.postal_code", "Forsamlingshuset"),
    ),
    (
        "negative-price",
        replace(EVENT, ticket_categories=(TicketCategory(title="Voksen", amount=Decimal(-5)),)),
        (Outcome.REJECTED, "price_negative", "ticket_categories", "Voksen: -5"),
    ),
)
def test_map_event_without_what_a_ticket_event_needs_says_why(
    event: SourceEvent, expected: tuple[Outcome, str | None, str | None, str | None]
) -> None:
    mapped = map_event(event, RULES, NOW)
    assert (_reason(mapped), mapped.desired) == (expected, None)


@cases(
    "event",
    ("in order", EVENT),
    ("not relevant", replace(EVENT, relevant=False)),
    ("cancelled", replace(EVENT, state=SourceState.CANCELLED)),
    ("occurred", replace(EVENT, state=SourceState.OCCURRED)),
    ("no ticket categories", replace(EVENT, ticket_categories=())),
    ("sold elsewhere", replace(EVENT, link=ELSEWHERE)),
    ("on sale", replace(EVENT, link=PLACE2BOOK_LINK, sold=3, available=7)),
)
def test_map_event_that_is_listed_twice_is_rejected_whatever_else_it_says(event: SourceEvent) -> None:
    titles = '"Foredrag om hvaler" / "Koncert"'
    assert map_event(replace(event, unreadable={LISTED_TWICE: titles, "title": "?"}), RULES, NOW) == Mapped(
        uuid=EVENT.uuid,
        title="Foredrag om hvaler",
        outcome=Outcome.REJECTED,
        starts_at=EVENT.starts_at,
        ends_at=EVENT.ends_at,
        event_maker=5000,
        on_create=OnCreate(mute=True, kultunaut_export=False),
        code="uuid_twice",
        field="uuid",
        found=titles,
        shows=(),
    )


@cases(
    "event outcome",
    ("relevance", replace(EVENT, relevant=False, state=SourceState.OCCURRED, link=ELSEWHERE), Outcome.SKIPPED),
    ("over-before-link", replace(EVENT, state=SourceState.OCCURRED, link=ELSEWHERE, title=""), Outcome.OVER),
    ("link-before-state", replace(EVENT, state=SourceState.CANCELLED, link=ELSEWHERE), Outcome.SOLD_ELSEWHERE),
    (
        "cancelled-needs-no-valid-field",
        replace(EVENT, state=SourceState.CANCELLED, title="", capacity=None, starts_at=None, ends_at=None),
        Outcome.CANCELLED,
    ),
    ("cancelled-unpriced", replace(EVENT, state=SourceState.CANCELLED, ticket_categories=()), Outcome.CANCELLED),
    ("unreadable", replace(EVENT, state=SourceState.CANCELLED, unreadable={"title": "[]"}), Outcome.CANCELLED),
    ("skipped-before-checks", replace(EVENT, ticket_categories=(), title=""), Outcome.SKIPPED),
)
def test_map_event_with_several_reasons_takes_the_first_row_that_fits(event: SourceEvent, outcome: Outcome) -> None:
    assert map_event(event, RULES, NOW).outcome is outcome


@cases(
    "link",
    ("event", PLACE2BOOK_LINK),
    ("organisers-list", "https://www.place2book.com/da/sw2/sales/event_list/EM11444"),
    ("the-connections-own-host", "http://127.0.0.1:8100/da/sw2/sales/abc"),
)
def test_map_event_with_a_place2book_link_passes_it_on(link: str) -> None:
    mapped = map_event(replace(EVENT, link=f" {link} "), RULES, NOW)
    assert (mapped.outcome, mapped.link) == (Outcome.TICKET_EVENT, link)


def test_map_event_that_has_begun_and_not_ended_is_still_ours() -> None:
    running = replace(EVENT, starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(seconds=1))
    assert map_event(running, RULES, NOW).outcome is Outcome.TICKET_EVENT


@cases("capacity expected", ("none", None, 1), ("zero", 0, 1), ("negative", -3, 1), ("given", 25, 25))
def test_map_event_without_categories_where_those_are_imported_is_passive(capacity: int | None, expected: int) -> None:
    unpriced = replace(EVENT, ticket_categories=(), capacity=capacity)
    mapped = map_event(unpriced, replace(RULES, import_unpriced_events=True), NOW)
    found = (mapped.outcome, mapped.desired.passive, mapped.desired.capacity, mapped.desired.prices)
    assert found == (Outcome.PASSIVE_EVENT, True, expected, ())


@cases(
    "field code",
    ("title", "title", "unreadable"),
    ("state", "state", "unreadable"),
    ("relevance", "ticket_manager_relevance", "unreadable"),
    ("part-of-the-address", "address.zip_code", "unreadable"),
    ("ticket-categories", "ticket_categories", "unreadable"),
    ("currency", "ticket_categories.price.currency", "unreadable"),
    ("amount", "ticket_categories.price.value", "price_not_a_number"),
    ("price", "ticket_categories.price", "price_not_a_number"),
    ("a-field-that-we-do-not-know", "something_new", "unreadable"),
)
def test_map_event_with_an_unreadable_field_is_rejected(field: str, code: str) -> None:
    mapped = map_event(replace(EVENT, unreadable={field: "[1, 2]"}), RULES, NOW)
    assert _reason(mapped) == (Outcome.REJECTED, code, field, "[1, 2]")


def test_map_event_with_unreadable_ticket_categories_is_not_taken_for_one_without() -> None:
    mapped = map_event(replace(EVENT, ticket_categories=(), unreadable={"ticket_categories": "x"}), RULES, NOW)
    assert _reason(mapped) == (Outcome.REJECTED, "unreadable", "ticket_categories", "x")


@pytest.mark.parametrize("field", ["image_url", "categories", "audiences", "all_day", "url", "admin_link"])
def test_map_event_with_an_unreadable_field_that_it_can_do_without_is_ours(field: str) -> None:
    assert map_event(replace(EVENT, unreadable={field: "x"}), RULES, NOW).outcome is Outcome.TICKET_EVENT


@cases(
    "branches expected",
    ("no-branch", (), 5000),
    ("branch-without-its-own", ("Solbjerg Bibliotek",), 5000),
    ("branch-with-its-own", ("Havnen",), 5001),
    ("first-that-has-its-own", ("Solbjerg Bibliotek", "Skovby Bibliotek", "Havnen"), 5002),
    ("capitals-and-spaces", (" skovby  bibliotek",), 5002),
)
def test_map_event_takes_the_event_maker_of_its_branch(branches: tuple[str, ...], expected: int) -> None:
    assert map_event(replace(EVENT, branches=branches), RULES, NOW).event_maker == expected


def test_map_event_with_audience_category_and_picture_names_them_for_kultunaut() -> None:
    event = replace(
        EVENT,
        audiences=("Familier", "Voksne", "Børn"),
        categories=("Natur", "Foredrag"),
        image_url="https://solbjerg.example.com/hval.jpg",
    )
    rules = replace(RULES, mute=False, kultunaut_export=True)
    assert map_event(event, rules, NOW).on_create == OnCreate(
        mute=False,
        kultunaut_export=True,
        kultunaut_age_group="Voksne",
        kultunaut_export_category="Foredrag",
        kultunaut_picture_uri="https://solbjerg.example.com/hval.jpg",
    )


def test_map_event_with_nothing_that_kultunaut_knows_leaves_it_out() -> None:
    event = replace(EVENT, audiences=("Alle aldre",), categories=("Natur",), image_url="/hval.jpg")
    assert map_event(event, RULES, NOW).on_create == OnCreate()


@cases(
    "starts_at expected",
    ("winter", "2026-03-20T19:00:00+01:00", datetime(2026, 3, 20, 18, 0, tzinfo=UTC)),
    ("summer", "2026-04-01T19:00:00+02:00", datetime(2026, 4, 1, 17, 0, tzinfo=UTC)),
    ("whole-seconds", "2026-04-01T17:00:00.750+00:00", datetime(2026, 4, 1, 17, 0, tzinfo=UTC)),
)
def test_map_event_in_local_time_is_sent_in_utc(starts_at: str, expected: datetime) -> None:
    mapped = map_event(replace(EVENT, starts_at=datetime.fromisoformat(starts_at)), RULES, NOW)
    assert (mapped.starts_at, mapped.desired.begin_at) == (expected, expected)
    assert mapped.desired.begin_at.utcoffset() == timedelta(0)
