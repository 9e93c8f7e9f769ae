"""What the ticket button should say, and what of it is due to be written back to the source (behaviour 7). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from billetbro.models.sales_links import seccode_of
from billetbro.models.source import SourceState
from billetbro.models.sync import Change, FieldChange, Kind, Link, LinkStatus, Mapped, Outcome, Rejection
from billetbro.models.ticketing import UNLIMITED_TICKETS, CurrentEvent, SaleState
from billetbro.reconcile.planning.plan_parts import change_of
from billetbro.reconcile.reasons import Why

IN_SOURCE_WORDS = {
    SaleState.OPEN: SourceState.ACTIVE,
    SaleState.SOLD_OUT: SourceState.SOLD_OUT,
    SaleState.WAITING_LIST: SourceState.SOLD_OUT,
    SaleState.UPCOMING: SourceState.TICKET_SALE_NOT_OPEN,
    SaleState.CLOSED: SourceState.TICKET_SALE_NOT_OPEN,
}
NEVER_OVERWRITTEN = (SourceState.CANCELLED, SourceState.OCCURRED)
SHOWN_AS = {"url": "link", "admin_url": "admin_link"}
"""What an address is called in a change, and what in a ticket status; the other fields have one name for both."""
NEVER_WRITTEN = (Outcome.SOLD_ELSEWHERE, Outcome.OVER)
OVER_STATES = ("held", "completed")
CLEARED = "cleared_url"
"""Under this name a link's `echo` holds the address that we cleared at the source, for as long as it is shown there."""
STILL_SHOWN = "link_still_shown"
"""The rejection of a link that the source shows although we cleared it."""


def sale_state(event: CurrentEvent, now: datetime) -> SaleState:
    """Return what the ticket button should say, by the live client's rules in their order (facts/place2book.md).

    `active` also turns false when tickets run out or the sale has not opened, so where Place2book tells whether staff
    paused the sale, that answers rule 2; without it, `active` does.
    """
    if event.state in OVER_STATES:
        return SaleState.OVER
    if event.paused if event.paused is not None else event.active is False:
        return SaleState.CLOSED
    if event.state == "published" and event.available_tickets is not None and event.available_tickets <= 0:
        return SaleState.WAITING_LIST if event.waiting_list else SaleState.SOLD_OUT
    return state_of_windows(event, now)


def state_of_windows(event: CurrentEvent, now: datetime) -> SaleState:
    """Return what the sale windows alone say: open from the moment they begin, closed from the moment they end."""
    opens = _starts(event, now)
    if not opens:
        return SaleState.CLOSED
    return SaleState.UPCOMING if all(start is not None and start > now for start in opens) else SaleState.OPEN


def sale_opens_at(event: CurrentEvent, now: datetime) -> datetime | None:
    """Return when the sale of an event that is `upcoming` opens."""
    return min((start for start in _starts(event, now) if start is not None), default=None)


def sale_closed_at(event: CurrentEvent, now: datetime) -> datetime | None:
    """Return when the sale period ended; None when it has not."""
    ended = [end for _, end in windows_of(event) if end is not None and end <= now]
    return None if _starts(event, now) else max(ended, default=None)


def _starts(event: CurrentEvent, now: datetime) -> list[datetime | None]:
    """Return the starts of the sale windows that have not ended; None is one without a start."""
    return [start for start, end in windows_of(event) if end is None or (end > now and (start is None or start < end))]


def windows_of(event: CurrentEvent) -> Iterable[tuple[datetime | None, datetime | None]]:
    """Yield (opens, ends) of each price, within the event's own window; an event without prices has only its own."""
    prices = event.prices or ()
    if not prices:
        yield event.sale_open_at, event.sale_close_at
    for price in prices:
        starts = [moment for moment in (price.sale_begin_at, event.sale_open_at) if moment is not None]
        ends = [moment for moment in (price.sale_end_at, event.sale_close_at) if moment is not None]
        yield max(starts, default=None), min(ends, default=None)


def admin_page(link: Link) -> str:
    """Return the address of the event's page for the organiser, on the site that sells the event.

    The API hands out no such address; this is its one place in the project (docs/behaviour.md, 7).
    """
    site = "/".join(link.sales_location.split("/", 3)[:3])
    return f"{site}/da/event_makers/{link.event_maker}/events/{link.event_id}"


def addresses_of(link: Link) -> dict[str, str]:
    """Return what the source is to show of a link, under the source's own names; nothing while it is sold nowhere."""
    return {"url": link.sales_location, "admin_url": admin_page(link)} if link.sales_location else {}


def _shows(mapped: Mapped, link: Link, name: str, address: str, sales_hosts: frozenset[str]) -> bool:
    """Return whether the source shows an address that it need not be sent again.

    Once written, another form of the sales link will do (the site may write it with https, or without www), and so
    will an admin link that the site keeps to itself or rewrites: or it would be sent again every hour. What differs
    goes along when something else is due.
    """
    written = link.echo.get(name) == address and not _is_empty(mapped, SHOWN_AS[name])
    if name == "admin_url":
        return mapped.admin_link == address or written
    return mapped.link == address or (
        written and bool(link.seccode) and seccode_of(mapped.link or "", sales_hosts) == link.seccode
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedSource:
    """A source event as it is shown, its link, and its Place2book event, None when Place2book no longer has it.

    `failed` says that the latest PATCH was not taken.
    """

    mapped: Mapped
    link: Link
    current: CurrentEvent | None
    failed: bool = False


def due_write_back(source: LinkedSource, sales_hosts: frozenset[str], now: datetime) -> Change | None:
    """Return the PATCH that is due for one source event, or None when the source shows everything right.

    A link of ours that no longer stands is cleared. An event that is not ours any more but was sold is left alone. The
    state is part of it only when Place2book's has changed since it was last written, so that a state set by hand stays,
    or when the source tells that it shows none; Cancelled and Occurred are never overwritten.
    """
    mapped, link, current = source.mapped, source.link, source.current
    if mapped.outcome in NEVER_WRITTEN:
        return None
    if link.status is LinkStatus.RETIRED:
        return None
    if current is None or _sells_nothing(link, current):
        return _clearing(mapped, link, sales_hosts, failed=source.failed)
    if mapped.outcome is Outcome.SKIPPED:
        return None
    addresses = {name: address for name, address in addresses_of(link).items() if SHOWN_AS[name] in mapped.shows}
    state = due_state(mapped, link, current, now)
    state = None if state == mapped.state else state
    counts = _counts(mapped, current)
    shows_addresses = all(_shows(mapped, link, name, addresses[name], sales_hosts) for name in addresses)
    if state is None and not counts and shows_addresses:
        return None
    shown = {"url": mapped.link, "admin_url": mapped.admin_link}
    differing = ((name, address) for name, address in addresses.items() if shown[name] != address)
    fields = [FieldChange(field=name, old=shown[name], new=address) for name, address in differing]
    if state is not None:
        fields.append(FieldChange(field="state", old=mapped.state, new=state))
    fields += counts
    return change_of(Kind.WRITE_BACK, mapped, link, tuple(fields), Why.SHOWN_OTHERWISE)


def due_state(mapped: Mapped, link: Link, current: CurrentEvent, now: datetime) -> SourceState | None:
    """Return the state that Place2book has taken on since one was last written back; None when there is none.

    Events that are written nothing have none either: a state that was not written must not be noted as if it were.
    """
    if mapped.state in NEVER_OVERWRITTEN or mapped.outcome in (*NEVER_WRITTEN, Outcome.SKIPPED):
        return None
    if "state" not in mapped.shows or _hides_its_state(mapped):
        return None
    state = IN_SOURCE_WORDS.get(sale_state(current, now))
    return None if state == link.state_written and not _is_empty(mapped, "state") else state


def _hides_its_state(mapped: Mapped) -> bool:
    """Return whether what the source shows could not be read: it may be a state that is never overwritten."""
    return mapped.state is None and mapped.code == "unreadable"


def _is_empty(mapped: Mapped, name: str) -> bool:
    """Return whether the source tells that it shows nothing, as under a keyword that the settings name since today."""
    return name in mapped.empty and getattr(mapped, name) is None


def _counts(mapped: Mapped, current: CurrentEvent) -> list[FieldChange]:
    """Return what a source that shows how many tickets are sold and left shows otherwise.

    What Place2book did not tell is left; a sale without a limit has nothing left to count, one with more sold than
    there is room for has none.
    """
    prices, left = current.prices, current.available_tickets
    told = {"available": None if left is None or left == UNLIMITED_TICKETS else max(left, 0)}
    if prices is not None and all(price.sold_tickets is not None for price in prices):
        told["sold"] = sum(price.sold_tickets or 0 for price in prices)
    shown = {"sold": mapped.sold, "available": mapped.available}
    return [
        FieldChange(field=name, old=shown[name], new=told[name])
        for name in shown
        if name in mapped.shows and name in told and told[name] != shown[name]
    ]


def _clearing(mapped: Mapped, link: Link, sales_hosts: frozenset[str], *, failed: bool) -> Change | None:
    """Return the PATCH that clears a link of ours; a link that we never wrote stays.

    What goes along with a link is cleared without it only when the PATCH that was to clear both `failed`.
    """
    url = mapped.link
    if (url is None and not failed) or _shows_what_was_cleared(mapped, link):
        return None
    if url is not None and url != link.sales_location and seccode_of(url, sales_hosts) != link.seccode:
        return None
    shown = {"url": url, "admin_url": mapped.admin_link, "sold": mapped.sold, "available": mapped.available}
    fields = tuple(FieldChange(field=name, old=old, new=None) for name, old in shown.items() if old is not None)
    return change_of(Kind.CLEAR_LINK, mapped, link, fields, Why.NOT_ON_SALE) if fields else None


def still_shown(source: LinkedSource) -> Rejection | None:
    """Return the rejection of a link that sells nothing, and that the source shows although we cleared it.

    The website shows what an editor typed on the series when the event has no link of its own.
    """
    mapped, link = source.mapped, source.link
    if mapped.outcome in NEVER_WRITTEN or link.status is LinkStatus.RETIRED:
        return None
    if not (_sells_nothing(link, source.current) and _shows_what_was_cleared(mapped, link)):
        return None
    return Rejection(uuid=mapped.uuid, title=mapped.title, code=STILL_SHOWN, field="link", found=mapped.link)


def _sells_nothing(link: Link, current: CurrentEvent | None) -> bool:
    return link.status is LinkStatus.DELETED or current is None or current.passive


def _shows_what_was_cleared(mapped: Mapped, link: Link) -> bool:
    return mapped.link is not None and mapped.link == link.echo.get(CLEARED)
