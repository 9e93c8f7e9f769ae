"""Read how Place2book stands now, and refuse to believe an answer that contradicts what we know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import InvalidResponse, Refused
from billetbro.models import BegunChange, CurrentEvent, Kind, LibraryRules, Link, LinkStatus, Mapped, TicketEventKey
from billetbro.reconcile.matching.identity import is_over, wants_an_event
from billetbro.reconcile.planning.owned_fields import read_time
from billetbro.reconcile.policies import distrust
from billetbro.steps.read_each import Unread, read_each

MARGIN = timedelta(days=1)
"""How much further back Place2book is read than what is sought starts, for a start that was moved a little."""

LISTED = ("published", None)
"""States of an event that Place2book's list must hold; whether it lists drafts and what is over is not documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The ticket events of a library's event makers, prices not read yet, the linked ones that are missing, and those
    that could not be read."""

    events: tuple[CurrentEvent, ...]
    missing: tuple[TicketEventKey, ...]
    unread: frozenset[TicketEventKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """Events with their prices, and those whose prices could not be read."""

    events: dict[TicketEventKey, CurrentEvent]
    unread: frozenset[TicketEventKey]


def earliest_sought(
    window_start: datetime,
    snapshot: Sequence[Mapped],
    links: Sequence[Link],
    begun: Iterable[BegunChange],
    now: datetime,
) -> datetime:
    """Return the earliest start of what may have to be found: what is not linked yet can have begun before the window.

    That is a source event that is wanted, and one whose create may have been carried out, until it would be over.
    """
    linked = {link.uuid for link in links if link.status is not LinkStatus.DELETED}
    starts = [mapped.starts_at for mapped in snapshot if wants_an_event(mapped) and mapped.uuid not in linked]
    for change in begun:
        if change.kind is Kind.CREATE and (read_time(change.new.get("end_at")) or now) > now:
            starts.append(read_time(change.new.get("begin_at")))
    return min(start for start in (window_start, *starts) if start is not None)


def observe(
    client: Place2bookClient,
    links: Sequence[Link],
    rules: LibraryRules,
    starts_after: datetime,
    now: datetime,
    known_missing: Collection[str],
    *,
    created_at: Iterable[int],
    believe_missing: bool,
) -> Observation:
    """Read the ticket events that begin after a moment, and each linked event that was not among them.

    They are read of the library's event makers, of those that linked events have from before, and of those that creates
    of unknown outcome were sent to (`created_at`).
    Raises InvalidResponse when the list lacks existing events, or too many linked events are said not to exist: other
    than those of which staff were told before (`known_missing`, by source event), unless a person says that they were
    removed (`believe_missing`).
    """
    linked = [link for link in links if link.status is LinkStatus.LIVE]
    live = [link for link in linked if not is_over(link, now)]
    makers = dict.fromkeys((*rules.event_makers, *(link.event_maker for link in live), *created_at))
    begin_at_after = starts_after - MARGIN
    listed = [event for maker in makers for event in client.events(maker, begin_at_after=begin_at_after)]
    known = {event.key for event in listed}
    unlisted = [link for link in linked if link.key not in known]
    found = read_each(client, lambda link: _event_or_none(client, link), unlisted)
    missing = [link for link, event in zip(unlisted, found, strict=True) if event is None and link in live]
    there = [event for event in found if isinstance(event, CurrentEvent)]
    unread = (link for link, event in zip(unlisted, found, strict=True) if isinstance(event, Unread))
    to_be_listed = [event for event in there if event.state in LISTED and (event.end_at is None or event.end_at > now)]
    in_window = [event for event in to_be_listed if event.begin_at is not None and event.begin_at >= begin_at_after]
    news = [link for link in missing if link.uuid not in known_missing and not believe_missing]
    if doubt := distrust(missing=len(news), unlisted=len(in_window), live_links=len(live), rules=rules):
        raise InvalidResponse(doubt)
    return Observation(
        events=(*listed, *there),
        missing=tuple(link.key for link in missing),
        unread=frozenset(link.key for link in unread),
    )


def with_readable_prices(client: Place2bookClient, events: Iterable[CurrentEvent]) -> Priced:
    """Return the events with their prices read, as `with_prices` does, but for the few of which nothing can be read."""
    wanted = list({event.key: event for event in events}.values())
    prices = read_each(client, lambda event: client.prices_or_none(*event.key), wanted)
    read = zip(wanted, prices, strict=True)
    return Priced(
        events={event.key: replace(event, prices=found) for event, found in read if not isinstance(found, Unread)},
        unread=frozenset(e.key for e, found in zip(wanted, prices, strict=True) if isinstance(found, Unread)),
    )


def with_prices(client: Place2bookClient, events: Iterable[CurrentEvent]) -> dict[TicketEventKey, CurrentEvent]:
    """Return the events with their prices read, a few at a time; None where Place2book shows none."""
    wanted = list({event.key: event for event in events}.values())
    prices = client.map_concurrently(lambda event: client.prices_or_none(*event.key), wanted)
    return {event.key: replace(event, prices=found) for event, found in zip(wanted, prices, strict=True)}


def _event_or_none(client: Place2bookClient, link: Link) -> CurrentEvent | None:
    """Return the event; None when Place2book refuses to show it although it has just shown the list: it is not ours."""
    try:
        return client.event(*link.key)
    except Refused:
        return None
