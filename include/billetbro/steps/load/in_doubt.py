"""Take up again what runs before left behind: events that were over and are not, writes whose answer was lost.

Both end in links that tell how things are, so that everything after this needs to know of neither. Whether
a change was carried out is its operation's to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import BegunChange, CurrentEvent, Link, LinkStatus, Mapped, SourceEvent, TicketEventKey
from billetbro.reconcile.matching.identity import wants_an_event
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.operations.create import SIGNS, created_link, sales_location
from billetbro.steps.load.observe import Observation, with_readable_prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Links that are to be stored as they are here, and the changes that were carried out after all, each with the
    Place2book event that it was carried out on. `unread` are the events that could not be read to find out, by the
    source event that they may belong to, and `put_off` the changes that are looked for once they can be."""

    links: tuple[Link, ...] = ()
    carried_out: Mapping[int, int] = field(default_factory=dict)
    unread: Mapping[str, TicketEventKey] = field(default_factory=dict)
    put_off: tuple[int, ...] = ()

    def among(self, links: Sequence[Link]) -> tuple[Link, ...]:
        """Return all links, these in the place of what was known of the same source events."""
        ours = {link.uuid: link for link in self.links}
        return (*(link for link in links if link.uuid not in ours), *ours.values())


def revive(links: Sequence[Link], wanted: Sequence[Mapped]) -> Recovered:
    """Return the retired links, live again, whose source event was given new dates after it had ended."""
    by_uuid = {mapped.uuid: mapped for mapped in wanted if wants_an_event(mapped)}
    return Recovered(
        links=tuple(
            replace(link, status=LinkStatus.LIVE, starts_at=mapped.starts_at, ends_at=mapped.ends_at)
            for link in links
            if link.status is LinkStatus.RETIRED and (mapped := by_uuid.get(link.uuid))
        )
    )


def addressed(links: Sequence[Link], events: Sequence[CurrentEvent]) -> Recovered:
    """Return the links with what Place2book had not told of their events before: seccode, and where they are sold."""
    by_key = {event.key: event for event in events}
    shown = ((link, by_key.get(link.key)) for link in links)
    told = (
        replace(
            link, seccode=link.seccode or event.seccode, sales_location=link.sales_location or sales_location(event)
        )
        for link, event in shown
        if event is not None and not (link.seccode and link.sales_location)
    )
    return Recovered(links=tuple(link for link in told if link not in links))


def carried_out_after_all(
    client: Place2bookClient,
    begun: Sequence[BegunChange],
    links: Sequence[Link],
    observation: Observation,
    snapshot: Sequence[Mapped],
    sources: Mapping[str, SourceEvent],
) -> Recovered:
    """Return what changes of unknown outcome are seen to have done; reads the prices of their events only."""
    made = _created(begun, links, observation.events)
    by_key = {event.key: event for event in observation.events}
    touched = [by_key[change.key] for change in begun if change.key in by_key]
    priced = with_readable_prices(client, [*made.values(), *touched])
    standing, unreadable = priced.events, observation.unread | priced.unread
    by_uuid = {mapped.uuid: mapped for mapped in snapshot}
    live: dict[TicketEventKey, Link] = {link.key: link for link in links if link.status is LinkStatus.LIVE}
    found: dict[str, Link] = {}
    carried_out: dict[int, int] = {}
    unread: dict[str, TicketEventKey] = {}
    put_off: list[int] = []
    for change in begun:
        key = made[change.change_id].key if change.change_id in made else change.key
        if key in unreadable:
            unread[change.uuid] = key
            put_off.append(change.change_id)
            continue
        if change.change_id in made:
            source = sources.get(change.uuid)
            mapped, series = by_uuid.get(change.uuid), source.series_uuid if source else None
            link: Link | None = created_link(change, standing[key], mapped, series)
        else:
            before = live.get(key)
            link = operation_of(change.kind).confirm(change, before, standing.get(key)) if before else None
        if link is not None:
            live[link.key] = found[link.uuid] = link
            carried_out[change.change_id] = link.event_id
    return Recovered(links=tuple(found.values()), carried_out=carried_out, unread=unread, put_off=tuple(put_off))


def _created(
    begun: Sequence[BegunChange], links: Sequence[Link], events: Sequence[CurrentEvent]
) -> dict[int, CurrentEvent]:
    """Return by change the unlinked event that a create made: it has the name and the start that were sent.

    What was sent counts (behaviour 4.4), not what the source says by now, and not whether it still says anything. One
    that staff renamed or moved since is known by its long description, which names the source event's page.
    """
    taken = {link.key for link in links if link.status is not LinkStatus.DELETED}
    free = [event for event in events if event.key not in taken]
    found: dict[int, CurrentEvent] = {}
    creates = [change for change in begun if operation_of(change.kind).makes_event]
    for bears in SIGNS:
        for create in creates:
            if create.change_id in found:
                continue
            made = next((e for e in free if e.event_maker == create.event_maker and bears(e, create.new)), None)
            if made is not None:
                free.remove(made)
                found[create.change_id] = made
    return found
