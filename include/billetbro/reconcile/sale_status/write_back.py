"""What the ticket button should say, and what has to be written back to the source (behaviour 7). Pure."""

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
"""The addresses' names in a change, and in a ticket status; the other fields have the same name in both."""
NEVER_WRITTEN = (Outcome.SOLD_ELSEWHERE, Outcome.OVER)
OVER_STATES = ("held", "completed")
CLEARED = "cleared_url"
PASSIVE = "passive"
"""The key in a link's `echo` for the address that we cleared at the source, while the source still shows it."""
STILL_SHOWN = "link_still_shown"
"""Rejection code: the source shows a link although we cleared it."""


def sale_state(event: CurrentEvent, now: datetime) -> SaleState:
    """Return what the ticket button should say, by the live client's rules in their order (facts/place2book.md).

    `active` is also false when tickets run out or before the sale opens. So rule 2 uses `paused` where Place2book
    reports it, and `active` otherwise.
    """
    if event.state in OVER_STATES:
        return SaleState.OVER
    if event.paused if event.paused is not None else event.active is False:
        return SaleState.CLOSED
    if event.state == "published" and event.available_tickets is not None and event.available_tickets <= 0:
        return SaleState.WAITING_LIST if event.waiting_list else SaleState.SOLD_OUT
    return state_of_windows(event, now)


def sale_shown(event: CurrentEvent, now: datetime) -> str:
    """Return the sale state as staff are shown it: a passive event has no sale."""
    return PASSIVE if event.passive else sale_state(event, now).value


def state_of_windows(event: CurrentEvent, now: datetime) -> SaleState:
    """Return the state by the sale windows alone: the start is inclusive, the end is exclusive."""
    opens = _starts(event, now)
    if not opens:
        return SaleState.CLOSED
    return SaleState.UPCOMING if all(start is not None and start > now for start in opens) else SaleState.OPEN


def sale_opens_at(event: CurrentEvent, now: datetime) -> datetime | None:
    """Return when the sale of an event that is `upcoming` opens."""
    return min((start for start in _starts(event, now) if start is not None), default=None)


def sale_closed_at(event: CurrentEvent, now: datetime) -> datetime | None:
    """Return when the sale ended; None while it has not."""
    ended = [end for _, end in windows_of(event) if end is not None and end <= now]
    return None if _starts(event, now) else max(ended, default=None)


def _starts(event: CurrentEvent, now: datetime) -> list[datetime | None]:
    """Return the starts of the sale windows that have not ended; None for a window without a start."""
    return [start for start, end in windows_of(event) if end is None or (end > now and (start is None or start < end))]


def windows_of(event: CurrentEvent) -> Iterable[tuple[datetime | None, datetime | None]]:
    """Yield (start, end) of each price within the event's window; of the event itself if it has no prices."""
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
    """Return the addresses that the source should show, by the source's field names; none while it is sold nowhere."""
    return {"url": link.sales_location, "admin_url": admin_page(link)} if link.sales_location else {}


def _shows(mapped: Mapped, link: Link, name: str, address: str, sales_hosts: frozenset[str]) -> bool:
    """Return whether an address need not be sent again.

    After a write, another form of the sales link (https, without www) counts as the same, and so does an admin link
    that the site hides or rewrites. Otherwise they would be sent every hour. Differences go along with other changes.
    """
    written = link.echo.get(name) == address and not _is_empty(mapped, SHOWN_AS[name])
    if name == "admin_url":
        return mapped.admin_link == address or written
    return mapped.link == address or (
        written and bool(link.seccode) and seccode_of(mapped.link or "", sales_hosts) == link.seccode
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedSource:
    """A source event, its link, and its Place2book event (None when it is gone there).

    `failed`: the latest PATCH was not accepted.
    """

    mapped: Mapped
    link: Link
    current: CurrentEvent | None
    failed: bool = False


def due_write_back(source: LinkedSource, sales_hosts: frozenset[str], now: datetime) -> Change | None:
    """Return the PATCH that is due for one source event; None when the source is up to date.

    A link of ours that sells nothing any more is cleared. A sold event that is no longer ours is left alone. The state
    is included only when Place2book's changed since the last write, so that a state set by hand stays, or when the
    source reports that it shows none. Cancelled and Occurred are never overwritten.
    """
    mapped, link, current = source.mapped, source.link, source.current
    if mapped.outcome in NEVER_WRITTEN or link.status is LinkStatus.RETIRED:
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
    """Return Place2book's state if it changed since the last write-back, else None.

    Events that are never written to have none: a state that was not written must not be recorded as written.
    """
    if mapped.state in NEVER_OVERWRITTEN or mapped.outcome in (*NEVER_WRITTEN, Outcome.SKIPPED):
        return None
    if "state" not in mapped.shows or _hides_its_state(mapped):
        return None
    state = IN_SOURCE_WORDS.get(sale_state(current, now))
    return None if state == link.state_written and not _is_empty(mapped, "state") else state


def _hides_its_state(mapped: Mapped) -> bool:
    """Return whether the source's state could not be read: it may be one that is never overwritten."""
    return mapped.state is None and mapped.code == "unreadable"


def _is_empty(mapped: Mapped, name: str) -> bool:
    """Return whether the source reports a field as empty, as for a keyword that was just added to the settings."""
    return name in mapped.empty and getattr(mapped, name) is None


def _counts(mapped: Mapped, current: CurrentEvent) -> list[FieldChange]:
    """Return the changed counts of tickets sold and left, for a source that shows them.

    Counts that Place2book did not report stay. Without a limit nothing is left to count; an oversold event has 0 left.
    """
    prices, left = current.prices, current.available_tickets
    counts = {"available": None if left is None or left == UNLIMITED_TICKETS else max(left, 0)}
    if prices is not None and all(price.sold_tickets is not None for price in prices):
        counts["sold"] = sum(price.sold_tickets or 0 for price in prices)
    shown = {"sold": mapped.sold, "available": mapped.available}
    return [
        FieldChange(field=name, old=shown[name], new=counts[name])
        for name in shown
        if name in mapped.shows and name in counts and counts[name] != shown[name]
    ]


def _clearing(mapped: Mapped, link: Link, sales_hosts: frozenset[str], *, failed: bool) -> Change | None:
    """Return the PATCH that clears a link of ours; a link that we never wrote stays.

    The link's companion fields are cleared without it only when the PATCH that should have cleared both `failed`.
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
    """Return the rejection of a link that sells nothing and is shown although we cleared it.

    The website falls back to the link that an editor entered on the series.
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
