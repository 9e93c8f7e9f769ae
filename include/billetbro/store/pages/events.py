"""A library's events, searched, filtered and paged in the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.models import CurrentEvent, LinkStatus, Outcome, SourceState
from billetbro.models.text import normal_form
from billetbro.reconcile.mapping.warnings import CLONED
from billetbro.reconcile.sale_status.write_back import PASSIVE
from billetbro.store.drift import has_open_drift
from billetbro.store.event.lookup import identified_by, is_in_title
from billetbro.store.normal_form import normal_form_of
from billetbro.store.pages.sales import OF_LINK, is_turned, sale_now, turned_sales
from billetbro.store.schema.records import CURRENT_EVENT
from billetbro.store.schema.tables import links, rejections, source_events, ticket_events

PAGE_SIZE = 50
_LINKED = and_(links.c.library == source_events.c.library, links.c.uuid == source_events.c.uuid)


class When(StrEnum):
    """Which events by their time."""

    COMING = "coming"
    PAST = "past"
    ALL = "all"


class Only(StrEnum):
    """A filter: those in a sale state, or those that something is to be said about."""

    OPEN = "open"
    SOLD_OUT = "sold_out"
    WAITING_LIST = "waiting_list"
    UPCOMING = "upcoming"
    CLOSED = "closed"
    NO_BUTTON = "no_button"
    REJECTED = "rejected"
    DRIFT = "drift"
    CANCELLED = "cancelled"
    PASSIVE = "passive"
    CLONED = "cloned"


SALES = (Only.OPEN, Only.SOLD_OUT, Only.WAITING_LIST, Only.UPCOMING, Only.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEvent:
    """An event on a line. `present`: its source lists it; `link`: what its source shows; `current`: as last read."""

    uuid: str
    title: str
    starts_at: datetime | None
    present: bool
    state: str | None
    outcome: str | None
    link: str | None
    status: LinkStatus | None
    current: CurrentEvent | None
    sale: str | None
    rejected: bool
    drift: bool
    cloned: bool

    @property
    def capacity(self) -> int | None:
        """Return for how many tickets there is room; None without a limit, and while that is not known."""
        return None if self.current is None or self.current.is_unlimited else self.current.capacity

    @property
    def taken(self) -> int | None:
        """Return how many tickets are taken: of a capacity those not left, else those sold; None if it is not known."""
        if self.current is None or self.current.passive:
            return None
        if self.capacity is not None:
            left = self.current.available_tickets
            return None if left is None else self.capacity - left
        prices = self.current.prices
        sold = [price.sold_tickets for price in prices or () if price.sold_tickets is not None]
        return sum(sold) if prices and len(sold) == len(prices) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage:
    """One page of the events that were found; `identified`: by what was sought, whatever the filters."""

    events: tuple[ListedEvent, ...]
    number: int
    page: int
    identified: bool = False

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return pages_of(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: a text that is sought, filters, and a page, counted from 1."""

    sought: str = ""
    only: Only | None = None
    when: When = When.COMING
    page: int = 1


def read_events(connection: Connection, library: str, wanted: Wanted, now: datetime) -> EventsPage:
    """Return a page of the library's events, the next to come first; the latest first if past ones are asked for, too.

    A text that identifies events, as for `airflow billetbro why`, finds them whatever the filters; any other is looked
    for in the titles. A page after the last one is the last one.
    """
    turned = turned_sales(connection, [library], now)
    sale = sale_now(turned, now)
    sought = normal_form(wanted.sought.replace("\0", ""))
    uuids = _identified(connection, library, sought)
    named = [source_events.c.uuid == any_(literal(uuids, ARRAY(Text)))]
    of_library = source_events.c.library == library
    found = _of_events(select(source_events.c.uuid), turned).where(
        of_library, *(named if uuids else _filters(wanted, sought, sale, now))
    )
    number = connection.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = min(wanted.page, pages_of(number))
    order = _order(wanted.when)
    # What is shown is told for the rows of this page only.
    of_page = found.order_by(*order).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    shown = _of_events(_columns(sale), turned).where(of_library, source_events.c.uuid.in_(of_page)).order_by(*order)
    events = tuple(map(_listed, connection.execute(shown).mappings()))
    return EventsPage(events=events, number=number, page=page, identified=bool(uuids))


def pages_of(number: int) -> int:
    """Return on how many pages so many events stand, at least one."""
    return max(1, -(-number // PAGE_SIZE))


def _identified(connection: Connection, library: str, sought: str) -> list[str]:
    if not sought:
        return []
    keys = identified_by(sought).subquery("keys")
    return list(connection.scalars(select(keys.c.uuid).where(keys.c.library == library)))


def _of_events(query: Select[Any], turned: FromClause) -> Select[Any]:
    return (
        query.select_from(source_events)
        .outerjoin(links, _LINKED)
        .outerjoin(ticket_events, OF_LINK)
        .outerjoin(turned, is_turned(turned))
    )


def _columns(sale: ColumnElement[str | None]) -> Select[Any]:
    return select(
        source_events.c.shown_title.label("title"),
        *(source_events.c[name] for name in ("uuid", "present", "starts_at", "state", "outcome", "link")),
        *(links.c.status, cast(ticket_events.c.payload, Text).label("current"), sale.label("sale")),
        *(_is_rejected().label("rejected"), has_open_drift().label("drift"), _is_cloned().label("cloned")),
    )


def _listed(row: Mapping[Any, Any]) -> ListedEvent:
    return ListedEvent(
        **{name: row[name] for name in ("uuid", "title", "present", "state", "outcome", "link", "sale", "rejected")},
        starts_at=datetime.fromisoformat(row["starts_at"]) if row["starts_at"] else None,
        status=LinkStatus(row["status"]) if row["status"] else None,
        current=CURRENT_EVENT.in_json(row["current"]) if row["current"] else None,
        drift=bool(row["drift"]),
        cloned=row["cloned"],
    )


def _filters(wanted: Wanted, sought: str, sale: ColumnElement[str | None], now: datetime) -> list[ColumnElement[bool]]:
    conditions = []
    if sought:
        conditions.append(is_in_title(sought))
    if wanted.when is not When.ALL:
        coming = _is_coming(now)
        conditions.append(coming if wanted.when is When.COMING else ~coming)
    if wanted.only is not None:
        conditions.append(_holds(wanted.only, sale))
    return conditions


def _is_coming(now: datetime) -> ColumnElement[bool]:
    """Return the condition of events that are not over; one without a time is to come.

    Times are stored in UTC and in one form, so that texts compare like times.
    """
    last = func.greatest(source_events.c.starts_at, source_events.c.ends_at).collate("C")
    return or_(last.is_(None), last > f"{now:%Y-%m-%dT%H:%M:%SZ}")


def _order(when: When) -> list[ColumnElement[Any]]:
    by_start = source_events.c.starts_at.collate("C")
    if when is When.COMING:
        return [by_start.asc().nulls_last(), source_events.c.uuid]
    return [by_start.desc().nulls_last(), source_events.c.uuid]


def _holds(only: Only, sale: ColumnElement[str | None]) -> ColumnElement[bool]:
    if only in SALES:
        return sale == only.value
    match only:
        case Only.NO_BUTTON:
            return and_(source_events.c.present, func.coalesce(source_events.c.link, "") == "")
        case Only.REJECTED:
            return _is_rejected()
        case Only.DRIFT:
            return func.coalesce(has_open_drift(), false())
        case Only.CANCELLED:
            return source_events.c.state == SourceState.CANCELLED
        case Only.PASSIVE:
            return or_(sale == PASSIVE, source_events.c.outcome == Outcome.PASSIVE_EVENT)
    return _is_cloned()


def _is_rejected() -> ColumnElement[bool]:
    return exists().where(
        rejections.c.library == source_events.c.library,
        rejections.c.uuid == source_events.c.uuid,
        rejections.c.resolved_at.is_(None),
    )


def _is_cloned() -> ColumnElement[bool]:
    return normal_form_of(source_events.c.shown_title).regexp_match(CLONED, "i")
