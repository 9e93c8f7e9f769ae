"""Take up again what runs before left behind: events that were over and are not, writes whose answer was lost.

Both end in links that tell how things are, so that everything after this needs to know of neither. What a link would be
had an answer come is noted.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import (
    BegunChange,
    CurrentEvent,
    Kind,
    Link,
    LinkStatus,
    Mapped,
    SourceEvent,
    TicketEventKey,
    Written,
)
from billetbro.models.text import normal_form
from billetbro.reconcile.in_doubt import as_applied, noted, sent_key
from billetbro.reconcile.matching.identity import wants_an_event
from billetbro.reconcile.operations.apply import sales_location
from billetbro.reconcile.planning.owned_fields import LONG_TEXT, current_fields, read_time, same_value, written_time
from billetbro.reconcile.planning.prices import claim_prices, prices_as_made
from billetbro.steps.load.observe import Observation, with_readable_prices

_LINK = re.compile(r"""href=["']([^"']+)""")


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
            current = standing[key]
            link: Link | None = _link_of(change, current, sources.get(change.uuid), by_uuid.get(change.uuid))
        else:
            link = noted(change, live.get(key), standing.get(key), missing=key not in by_key)
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
    creates = [change for change in begun if change.kind is Kind.CREATE]
    for bears in (_bears_name_and_start, _bears_description, _names_the_page):
        for create in creates:
            if create.change_id in found:
                continue
            made = next((e for e in free if e.event_maker == create.event_maker and bears(e, create.new)), None)
            if made is not None:
                free.remove(made)
                found[create.change_id] = made
    return found


def _bears_name_and_start(event: CurrentEvent, sent: Mapping[str, Written]) -> bool:
    same_start = written_time(event.begin_at) == sent.get("begin_at")
    return bool(event.name) and same_start and same_value("name", event.name, sent.get("name"))


def _bears_description(event: CurrentEvent, sent: Mapping[str, Written]) -> bool:
    said = event.description_long
    return bool(said) and same_value(LONG_TEXT, said, sent.get(LONG_TEXT))


def _names_the_page(event: CurrentEvent, sent: Mapping[str, Written]) -> bool:
    """Return whether the event's description links to the page that was sent last in it, however it was rewritten."""
    pages = _LINK.findall(str(sent.get(LONG_TEXT) or ""))
    return bool(pages) and pages[-1] in _LINK.findall(event.description_long)


def _link_of(create: BegunChange, current: CurrentEvent, source: SourceEvent | None, mapped: Mapped | None) -> Link:
    """Return the link of a create that was carried out after all.

    Its prices are known by their names. Which ticket category one came from was not sent: it is told by its name and
    value, as of any price whose category has got another uuid.
    """
    stands = current_fields(current)
    desired = mapped.desired.prices if mapped and mapped.desired else ()
    names = {normal_form(name) for name in create.new if name.startswith("price.")}
    ours = (price for price in current.prices or () if normal_form(f"price.{price.name}") in names)
    sent = {sent_key(price): as_applied(price) for price in ours}
    prices = claim_prices(desired, sent, {}, adopting=False)
    return Link(
        uuid=create.uuid,
        event_maker=current.event_maker,
        event_id=current.event_id,
        seccode=current.seccode,
        sales_location=sales_location(current),
        title=create.title,
        series_uuid=source.series_uuid if source else None,
        starts_at=read_time(create.new.get("begin_at")),
        ends_at=read_time(create.new.get("end_at")),
        applied={name: value for name, value in create.new.items() if name in stands},
        echo=stands,
        prices=prices or prices_as_made(desired, {price.price_id: price for price in current.prices or ()}),
    )
