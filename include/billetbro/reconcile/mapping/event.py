"""Map a source event to its outcome and the desired ticket event (behaviour 1 and 2).

The first row that matches decides:

| the source says                                       | outcome        | code                                   |
|-------------------------------------------------------|----------------|----------------------------------------|
| it is listed twice, differently                       | rejected       | uuid_twice                             |
| its ticket manager relevance is false                 | skipped        | not_relevant                           |
| it has ended, or its state is Occurred                | over           | over                                   |
| its link does not lead to Place2book                  | sold elsewhere | sold_elsewhere                         |
| its state is Cancelled                                | cancelled      |                                        |
| it has no ticket categories, and the library does not | skipped        | no_ticket_categories                   |
|   import unpriced events                              |                |                                        |
| a required field could not be read                    | rejected       | unreadable, price_not_a_number         |
| no title; no start or end; an end before the start    | rejected       | title_missing, times_missing,          |
|                                                       |                | ends_before_start                      |
| ticket categories, but no capacity of at least 1      | rejected       | capacity_missing                       |
| a place away from the branch, its address incomplete  | rejected       | address_incomplete                     |
| a ticket category that cannot be sold                 | rejected       | category_..., price_...                |
| it has ticket categories                              | ticket event   |                                        |
| it has none                                           | passive event  |                                        |

An event that has begun but not ended is ours. One that ends before a future start is a mistake, not over. A link to an
organiser's list is a Place2book link, which matching/identity.py judges. A mistake in an event is data, never an
exception, and never stops the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from billetbro.models.rules import LibraryRules
from billetbro.models.sales_links import is_place2book, pasted_link
from billetbro.models.source import LISTED_TWICE, SourceEvent, SourceState
from billetbro.models.sync import Mapped, Outcome
from billetbro.models.text import caseless
from billetbro.models.ticketing import OnCreate, TicketEvent
from billetbro.reconcile.mapping.address import address_of
from billetbro.reconcile.mapping.flaw import Flaw
from billetbro.reconcile.mapping.html import is_too_long, long_description, plain_line, short_description, web_url
from billetbro.reconcile.mapping.prices import prices_of

_Value = TypeVar("_Value")
_YEARS = range(1900, 9000)
"""Valid years; any other is a mistake, and some cannot be converted between time zones."""

_NOT_NEEDED = frozenset({"all_day", "url", "image_url", "categories", "audiences", "admin_link"})
"""Optional fields; an event is rejected if any other field could not be read."""


def map_event(event: SourceEvent, rules: LibraryRules, now: datetime) -> Mapped:
    """Return the mapped event; its content never raises an exception."""
    if LISTED_TWICE in event.unreadable:
        return _listed_twice(event, rules)
    outcome, code = _judged(event, rules, now)
    if outcome is not None:
        found = _link(event) if outcome is Outcome.SOLD_ELSEWHERE else None
        return _mapped(event, rules, outcome, Flaw(code, "link" if found else None, found) if code else None)
    wanted = _wanted(event, rules)
    if isinstance(wanted, Flaw):
        return _mapped(event, rules, Outcome.REJECTED, wanted)
    return _mapped(event, rules, Outcome.PASSIVE_EVENT if wanted.passive else Outcome.TICKET_EVENT, desired=wanted)


def _listed_twice(event: SourceEvent, rules: LibraryRules) -> Mapped:
    """Return the event as rejected, without the fields that would be written back to or relied on."""
    nothing_said = replace(event, state=None, link=None, admin_link=None, sold=None, available=None, shows=())
    titles = event.unreadable[LISTED_TWICE]
    return _mapped(nothing_said, rules, Outcome.REJECTED, Flaw("uuid_twice", LISTED_TWICE, titles))


def _judged(event: SourceEvent, rules: LibraryRules, now: datetime) -> tuple[Outcome | None, str | None]:
    """Return the outcome and code of an event that we do not sell; None when we may."""
    if not event.relevant:
        return Outcome.SKIPPED, "not_relevant"
    if event.state is SourceState.OCCURRED or _has_ended(event, now):
        return Outcome.OVER, "over"
    link = _link(event)
    if link and not is_place2book(link, rules.sales_hosts):
        return Outcome.SOLD_ELSEWHERE, "sold_elsewhere"
    if event.state is SourceState.CANCELLED:
        return Outcome.CANCELLED, None
    if not (event.ticket_categories or rules.import_unpriced_events or _says_unreadable(event, "ticket_categories")):
        return Outcome.SKIPPED, "no_ticket_categories"
    return None, None


def _link(event: SourceEvent) -> str | None:
    return pasted_link(event.link or "") or None


def _has_ended(event: SourceEvent, now: datetime) -> bool:
    return event.ends_at is not None and event.ends_at <= now and (event.starts_at is None or event.starts_at <= now)


def _wanted(event: SourceEvent, rules: LibraryRules) -> TicketEvent | Flaw:
    flaw = _unreadable(event) or (None if plain_line(event.title) else Flaw("title_missing", "title"))
    if flaw is not None:
        return flaw
    times = _times(event, rules)
    if isinstance(times, Flaw):
        return times
    if event.ticket_categories and (event.capacity is None or event.capacity < 1):
        return Flaw("capacity_missing", "capacity", None if event.capacity is None else str(event.capacity))
    address = address_of(event, rules)
    if isinstance(address, Flaw):
        return address
    prices = prices_of(event.ticket_categories, rules.price_unit, rules.currency)
    if isinstance(prices, Flaw):
        return prices
    return TicketEvent(
        name=plain_line(event.title),
        description_short=short_description(event.description),
        description_long=long_description(event.body, event.url),
        begin_at=times[0],
        end_at=times[1],
        capacity=max(event.capacity or 0, 1),
        passive=not event.ticket_categories,
        address=address,
        prices=prices,
    )


def _unreadable(event: SourceEvent) -> Flaw | None:
    """Return the first required field that could not be read; a price that is not a number has its own code."""
    for field, found in event.unreadable.items():
        if _root(field) not in _NOT_NEEDED:
            a_price = _root(field) == "ticket_categories" and field.endswith((".price", ".amount", ".value"))
            return Flaw("price_not_a_number" if a_price else "unreadable", field, found)
    return None


def _times(event: SourceEvent, rules: LibraryRules) -> tuple[datetime, datetime] | Flaw:
    """Return start and end in UTC; all-day events have times too, which are used unchanged."""
    begin_at, end_at = _utc(event.starts_at), _utc(event.ends_at)
    if begin_at is None:
        return Flaw("times_missing", "starts_at", _said(event.starts_at))
    if end_at is None:
        return Flaw("times_missing", "ends_at", _said(event.ends_at))
    if end_at < begin_at:
        zone = ZoneInfo(rules.timezone)
        return Flaw("ends_before_start", "ends_at", f"{_local(begin_at, zone)} – {_local(end_at, zone)}")
    return begin_at, end_at


def _mapped(
    event: SourceEvent,
    rules: LibraryRules,
    outcome: Outcome,
    flaw: Flaw | None = None,
    *,
    desired: TicketEvent | None = None,
) -> Mapped:
    return Mapped(
        uuid=event.uuid,
        title=plain_line(event.title),
        outcome=outcome,
        starts_at=_utc(event.starts_at),
        ends_at=_utc(event.ends_at),
        series_uuid=event.series_uuid,
        event_maker=_event_maker(event, rules),
        desired=desired,
        on_create=_on_create(event, rules),
        code=flaw.code if flaw else None,
        field=flaw.field if flaw else None,
        found=flaw.found if flaw else None,
        link=_link(event),
        admin_link=event.admin_link,
        state=event.state,
        sold=event.sold,
        available=event.available,
        shows=event.shows,
        empty=event.empty,
        cut=desired is not None and is_too_long(event.body),
    )


def _event_maker(event: SourceEvent, rules: LibraryRules) -> int:
    """Return the event maker of the first branch that has one, else the library's."""
    return _first_match(event.branches, rules.event_makers_by_branch) or rules.event_maker


def _on_create(event: SourceEvent, rules: LibraryRules) -> OnCreate:
    return OnCreate(
        mute=rules.mute,
        kultunaut_export=rules.kultunaut_export,
        kultunaut_age_group=_first_match(event.audiences, rules.kultunaut_age_groups),
        kultunaut_export_category=_first_match(event.categories, rules.kultunaut_categories),
        kultunaut_picture_uri=web_url(event.image_url),
    )


def _first_match(names: Iterable[str], table: Mapping[str, _Value]) -> _Value | None:
    """Return the value of the first name in the table, ignoring case and white space."""
    by_name = {caseless(plain_line(name)): value for name, value in table.items()}
    return next((by_name[key] for name in names if (key := caseless(plain_line(name))) in by_name), None)


def _utc(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC, in whole seconds as Place2book stores them; None for an invalid year."""
    if moment is None or moment.year not in _YEARS:
        return None
    return moment.astimezone(UTC).replace(microsecond=0)


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y kl. %H.%M}"


def _says_unreadable(event: SourceEvent, field: str) -> bool:
    return any(_root(name) == field for name in event.unreadable)


def _root(field: str) -> str:
    """Return the field of a path such as `ticket_categories.0.price`."""
    return field.partition(".")[0].partition("[")[0]
