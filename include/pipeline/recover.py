"""Take up again what runs before left behind: events that were over and are not, creates whose answer was lost.

Both end in a live link, so that everything after this needs to know of neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from include.models import AppliedPrice, CurrentEvent, Link, LinkStatus, Mapped, SourceEvent
from include.store.changes import BegunCreate
from include.sync.apply import sales_location
from include.sync.fields import current_fields, read_time
from include.sync.identity import wants_an_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Links that are live again or at last; `created` are the events that creates made after all, by change."""

    links: tuple[Link, ...] = ()
    created: Mapping[int, int] = field(default_factory=dict)

    def among(self, links: Sequence[Link]) -> tuple[Link, ...]:
        """Return all links, these in the place of what was known of the same source events."""
        ours = {link.uuid: link for link in self.links}
        return (*(link for link in links if link.uuid not in ours), *self.links)


def revive(links: Sequence[Link], snapshot: Sequence[Mapped]) -> tuple[Link, ...]:
    """Return the retired links, live again, whose source event was given new dates after it had ended."""
    wanted = {mapped.uuid: mapped for mapped in snapshot if wants_an_event(mapped)}
    return tuple(
        replace(link, status=LinkStatus.LIVE, starts_at=mapped.starts_at, ends_at=mapped.ends_at)
        for link in links
        if link.status is LinkStatus.RETIRED and (mapped := wanted.get(link.uuid))
    )


def created_after_all(
    begun: Sequence[BegunCreate], links: Sequence[Link], events: Sequence[CurrentEvent]
) -> dict[int, CurrentEvent]:
    """Return by change the unlinked event that a create of unknown outcome made: it has what was sent (behaviour 4.4).

    What was sent counts, not what the source says by now, and not whether it still says anything.
    """
    taken = {(link.event_maker, link.event_id) for link in links if link.status is not LinkStatus.DELETED}
    free = {(event.event_maker, event.event_id): event for event in events}
    for key in taken & free.keys():
        del free[key]
    found: dict[int, CurrentEvent] = {}
    for create in begun:
        sent = (create.event_maker, create.fields.get("name"), read_time(create.fields.get("begin_at")))
        made = next(
            (key for key, event in free.items() if (event.event_maker, event.name, event.begin_at) == sent), None
        )
        if made is not None:
            found[create.change_id] = free.pop(made)
    return found


def link_of(create: BegunCreate, current: CurrentEvent, source: SourceEvent | None, mapped: Mapped | None) -> Link:
    """Return the link of a create that was carried out after all; `current` has its prices.

    Which ticket category a price came from was not sent: it is known while the category has its name.
    """
    stands = current_fields(current)
    keys = {price.name: price.key for price in (mapped.desired.prices if mapped and mapped.desired else ())}
    return Link(
        uuid=create.uuid,
        event_maker=current.event_maker,
        event_id=current.event_id,
        seccode=current.seccode,
        sales_location=sales_location(current),
        title=create.title,
        series_uuid=source.series_uuid if source else None,
        starts_at=read_time(create.fields.get("begin_at")),
        ends_at=read_time(create.fields.get("end_at")),
        applied={name: value for name, value in create.fields.items() if name in stands},
        echo=stands,
        prices={
            keys.get(price.name, f"sent:{price.name}"): AppliedPrice(
                price_id=price.price_id, name=price.name, value_ore=price.value_ore
            )
            for price in current.prices or ()
            if create.prices.get(price.name) == price.value_ore
        },
    )
