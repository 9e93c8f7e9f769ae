"""Read the current state of Place2book, and reject answers that contradict what we know."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from billetbro.api.place2book.client import Place2bookClient
from billetbro.code_version import code_version
from billetbro.errors import InvalidResponse, Refused
from billetbro.models import CurrentEvent, CurrentPrice, Kind, Link, LinkStatus, PriceReading, TicketEventKey
from billetbro.models.source import fingerprint_of
from billetbro.reconcile.planning.owned_fields import read_time
from billetbro.reconcile.policies import distrust
from billetbro.reconcile.price_reading import prices_to_read
from billetbro.reconcile.state import ReconcileState
from billetbro.steps.read_each import Unread, read_each

MARGIN = timedelta(days=1)
"""How much earlier Place2book is read than the earliest start sought, as a start may have been moved a little."""

LISTED = ("published", None)
"""States of events that Place2book must list; for drafts and past events this is undocumented."""


def earliest_sought(state: ReconcileState) -> datetime:
    """Return the earliest start to read from: events without a link may have begun before the window.

    These are wanted source events, and creates in doubt whose event is not over.
    """
    linked = {link.uuid for link in state.links if link.status is not LinkStatus.DELETED}
    starts = [mapped.starts_at for mapped in state.wanted if mapped.uuid not in linked]
    for write in state.writes_in_doubt:
        if write.kind is Kind.CREATE and (read_time(write.new.get("end_at")) or state.run.now) > state.run.now:
            starts.append(read_time(write.new.get("begin_at")))
    return min(start for start in (state.run.window.start, *starts) if start is not None)


class Place2bookList:
    """Place2book's lists of events as they were sent, each read once in a load."""

    def __init__(self, client: Place2bookClient) -> None:
        self.client = client
        self._rows: dict[tuple[int, datetime], tuple[bytes, ...]] = {}

    def rows(self, event_maker: int, begin_at_after: datetime) -> tuple[bytes, ...]:
        """Return the rows of an event maker's events from a moment on."""
        key = event_maker, begin_at_after
        if key not in self._rows:
            self._rows[key] = self.client.event_rows(event_maker, begin_at_after=begin_at_after)
        return self._rows[key]

    def events(
        self, event_maker: int, begin_at_after: datetime, readings: Iterable[PriceReading]
    ) -> list[tuple[CurrentEvent, str]]:
        """Return the events, each with the hash of its row: as last read, where the row is the same."""
        known = {reading.row_hash: reading.event for reading in readings if reading.event_maker == event_maker}
        rows = ((row, row_hash(row)) for row in self.rows(event_maker, begin_at_after))
        return [(known.get(found) or self.client.event_in(event_maker, row), found) for row, found in rows]


def row_hash(row: bytes) -> str:
    """Return the hash of a row of Place2book's list, as this version of the code reads it."""
    return fingerprint_of(row, code_version())


def event_makers_of(state: ReconcileState) -> tuple[int, ...]:
    """Return whose events are read: the library's event makers, those of linked events, and of creates in doubt."""
    live = (link.event_maker for link in state.live_links if not link.is_over(state.run.now))
    created_at = (write.event_maker for write in state.writes_in_doubt if write.kind is Kind.CREATE)
    return tuple(dict.fromkeys((*state.rules.event_makers, *live, *created_at)))


def read_listed(lists: Place2bookList, state: ReconcileState) -> ReconcileState:
    """Return the state with the ticket events from a moment on, and with each linked event that was not among them.

    Raises InvalidResponse when the list lacks existing events, or too many linked events are missing: those reported
    before do not count, nor any when a person allows it (`allow_mass_removal`).
    """
    client, now = lists.client, state.run.now
    live = [link for link in state.live_links if not link.is_over(now)]
    begin_at_after = earliest_sought(state) - MARGIN
    last = state.readings.values()
    rows = [row for maker in event_makers_of(state) for row in lists.events(maker, begin_at_after, last)]
    listed = [event for event, _ in rows]
    known = {event.key for event in listed}
    unlisted = [link for link in state.live_links if link.key not in known]
    found = read_each(client, lambda link: _event_or_none(client, link), unlisted)
    missing = [link for link, event in zip(unlisted, found, strict=True) if event is None and link in live]
    there = [event for event in found if isinstance(event, CurrentEvent)]
    unread = (link for link, event in zip(unlisted, found, strict=True) if isinstance(event, Unread))
    to_be_listed = [event for event in there if event.state in LISTED and (event.end_at is None or event.end_at > now)]
    in_window = [event for event in to_be_listed if event.begin_at is not None and event.begin_at >= begin_at_after]
    believed = state.run.allow_mass_removal
    news = [link for link in missing if link.uuid not in state.reported_missing and not believed]
    if doubt := distrust(missing=len(news), unlisted=len(in_window), live_links=len(live), rules=state.rules):
        raise InvalidResponse(doubt)
    return replace(
        state,
        listed=(*listed, *there),
        missing=tuple(link.key for link in missing),
        unread=frozenset(link.key for link in unread),
        row_hashes={event.key: row for event, row in rows},
    )


def read_prices(client: Place2bookClient, state: ReconcileState, events: Iterable[CurrentEvent]) -> ReconcileState:
    """Return the state with the prices of these events, except for the few that are unreadable.

    They are read where they can have changed (`price_reading.py`), once in a run; else the prices last read count.
    """
    wanted = {event.key: event for event in events}
    read = {key: state.currents[key] for key in state.read_now & wanted.keys()}
    due = [event for key, event in wanted.items() if key not in read and prices_to_read(event, state)]
    found = list(zip(due, read_each(client, lambda event: _prices_or_none(client, state, event), due), strict=True))
    read |= {event.key: replace(event, prices=prices) for event, prices in found if not isinstance(prices, Unread)}
    earlier = wanted.keys() - {event.key for event in due} - read.keys()
    return replace(
        state,
        currents={key: read.get(key) or as_last_read(wanted[key], state) for key in read.keys() | earlier},
        read_now=frozenset(read),
        unread=state.unread.union(event.key for event, prices in found if isinstance(prices, Unread)),
    )


def _prices_or_none(
    client: Place2bookClient, state: ReconcileState, event: CurrentEvent
) -> tuple[CurrentPrice, ...] | None:
    """Return an event's prices; raises InvalidResponse when the list lacks one that was there and still is."""
    reading = state.readings.get(event.key)
    if reading and reading.event:
        known = price_ids(reading.event)
    else:
        known = {p.price_id for link in state.live_links if link.key == event.key for p in link.prices.values()}
    return _whole(client, event.key, known)


def price_ids(event: CurrentEvent) -> set[int]:
    """Return the ids of an event's prices."""
    return {price.price_id for price in event.prices or ()}


def _whole(client: Place2bookClient, key: TicketEventKey, known: Iterable[int]) -> tuple[CurrentPrice, ...] | None:
    prices = client.prices_or_none(*key)
    if prices is None:
        return None
    for price_id in sorted({*known} - {price.price_id for price in prices}):
        client.ensure_price_is_gone(*key, price_id)
    return prices


def as_last_read(event: CurrentEvent, state: ReconcileState) -> CurrentEvent:
    """Return an event of the list with the prices that were last read of it, None if none were."""
    reading = state.readings.get(event.key)
    before = reading.event if reading else None
    return event if event is before else replace(event, prices=before.prices if before else None)


def with_prices(
    client: Place2bookClient, events: Iterable[CurrentEvent], last: Mapping[TicketEventKey, CurrentEvent | None]
) -> dict[TicketEventKey, CurrentEvent]:
    """Return the events with their prices, read a few at a time; None where Place2book shows none.

    Raises InvalidResponse when a list lacks a price that was there when it was read `last`, and still is.
    """
    wanted = list({event.key: event for event in events}.values())

    def read(event: CurrentEvent) -> tuple[CurrentPrice, ...] | None:
        before = last.get(event.key)
        return _whole(client, event.key, price_ids(before) if before else ())

    prices = client.map_concurrently(read, wanted)
    return {event.key: replace(event, prices=found) for event, found in zip(wanted, prices, strict=True)}


def _event_or_none(client: Place2bookClient, link: Link) -> CurrentEvent | None:
    """Return the event; None if Place2book refuses it although it just answered the list: it is not ours."""
    try:
        return client.event(*link.key)
    except Refused:
        return None
