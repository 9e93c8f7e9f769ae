"""Read the current state of Place2book, and reject answers that contradict what we know."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import InvalidResponse, Refused
from billetbro.models import CurrentEvent, Kind, Link, LinkStatus, TicketEventKey
from billetbro.reconcile.planning.owned_fields import read_time
from billetbro.reconcile.policies import distrust
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


def read_listed(client: Place2bookClient, state: ReconcileState) -> ReconcileState:
    """Return the state with the ticket events from a moment on, and with each linked event that was not among them.

    They are read for the library's event makers, for those of linked events, and for those of creates in doubt. Raises
    InvalidResponse when the list lacks existing events, or too many linked events are missing: those reported before do
    not count, nor any when a person allows it (`allow_mass_removal`).
    """
    now = state.run.now
    live = [link for link in state.live_links if not link.is_over(now)]
    created_at = (write.event_maker for write in state.writes_in_doubt if write.kind is Kind.CREATE)
    makers = dict.fromkeys((*state.rules.event_makers, *(link.event_maker for link in live), *created_at))
    begin_at_after = earliest_sought(state) - MARGIN
    listed = [event for maker in makers for event in client.events(maker, begin_at_after=begin_at_after)]
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
    )


def read_prices(client: Place2bookClient, state: ReconcileState, events: Iterable[CurrentEvent]) -> ReconcileState:
    """Return the state with the prices of these events read, except for the few that are unreadable."""
    wanted = list({event.key: event for event in events}.values())
    found = read_each(client, lambda event: client.prices_or_none(*event.key), wanted)
    read = list(zip(wanted, found, strict=True))
    return replace(
        state,
        currents={event.key: replace(event, prices=prices) for event, prices in read if not isinstance(prices, Unread)},
        unread=state.unread.union(event.key for event, prices in read if isinstance(prices, Unread)),
    )


def with_prices(client: Place2bookClient, events: Iterable[CurrentEvent]) -> dict[TicketEventKey, CurrentEvent]:
    """Return the events with their prices, read a few at a time; None where Place2book shows none."""
    wanted = list({event.key: event for event in events}.values())
    prices = client.map_concurrently(lambda event: client.prices_or_none(*event.key), wanted)
    return {event.key: replace(event, prices=found) for event, found in zip(wanted, prices, strict=True)}


def _event_or_none(client: Place2bookClient, link: Link) -> CurrentEvent | None:
    """Return the event; None if Place2book refuses it although it just answered the list: it is not ours."""
    try:
        return client.event(*link.key)
    except Refused:
        return None
