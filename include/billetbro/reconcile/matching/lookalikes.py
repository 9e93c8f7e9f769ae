"""Unlinked Place2book events to come that look like one of ours, though nobody here began to create them. Pure.

| the source event | the unlinked event | then |
|---|---|---|
| is about to be created | has its event maker, name and start | not created: `looks_like_existing` |
| is about to be created | has its start, and its description names the source event's page | the same |
| has its event in Place2book | its description names the source event's page | told: `same_source_page` |

Staff made it by hand, or another installation did, which sells the same events. A person says whether it is the same
event (`LookalikeChoice.ADOPT`) or another one; what was called another is not asked about again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from billetbro.models import CurrentEvent, LookalikeChoice, Mapped, TicketEventKey
from billetbro.models.text import normal_form
from billetbro.reconcile.matching.pages import page_named_in
from billetbro.reconcile.state import Identity, ReconcileState

LOOKS_LIKE_EXISTING = "looks_like_existing"
SAME_SOURCE_PAGE = "same_source_page"

Looks = tuple[int, str, datetime | None]


def looks_of(event: CurrentEvent) -> Looks:
    """Return what makes two events look the same: event maker, name and start."""
    return event.event_maker, normal_form(event.name), event.begin_at


def looks_wanted(mapped: Mapped) -> Looks:
    """Return what a source event will look like in Place2book."""
    if mapped.desired is None:
        return mapped.event_maker, normal_form(mapped.title), mapped.starts_at
    return mapped.event_maker, normal_form(mapped.desired.name), mapped.desired.begin_at


def alike_among(
    identities: Mapping[str, Identity], free: Collection[CurrentEvent], state: ReconcileState
) -> Mapping[str, tuple[CurrentEvent, ...]]:
    """Return the unlinked events that look like each source event that has none, without those called another."""
    by_looks: dict[Looks, list[CurrentEvent]] = defaultdict(list)
    by_page: dict[tuple[str | None, datetime | None], list[CurrentEvent]] = defaultdict(list)
    for event in free:
        by_looks[looks_of(event)].append(event)
        by_page[page_named_in(event.description_long), event.begin_at].append(event)
    found: dict[str, tuple[CurrentEvent, ...]] = {}
    for uuid, identity in identities.items():
        *_, start = looks = looks_wanted(identity.mapped)
        alike = {event.key: event for event in by_looks.get(looks, ())}
        if page := state.pages.get(uuid):
            alike |= {event.key: event for event in by_page.get((page, start), ())}
        if open_ := _undecided(uuid, alike.values(), state):
            found[uuid] = open_
    return found


def naming_a_linked_page(state: ReconcileState) -> Mapping[str, tuple[CurrentEvent, ...]]:
    """Return the unlinked events that name the page of a source event which has its event, by its uuid.

    Where several dates show one page, the one with the same start counts, else the earliest.
    """
    of_page: dict[str, list[Mapped]] = defaultdict(list)
    for uuid, identity in state.identities.items():
        if identity.link is not None and identity.current is not None and uuid in state.pages:
            of_page[state.pages[uuid]].append(identity.mapped)
    adopted = {identity.current.key for identity in state.identities.values() if identity.current}
    found: dict[str, list[CurrentEvent]] = defaultdict(list)
    for event in state.free_to_come if of_page else ():
        dates = of_page.get(page_named_in(event.description_long) or "")
        if dates and event.key not in adopted:
            nearest = min(dates, key=lambda mapped: (mapped.starts_at != event.begin_at, str(mapped.starts_at)))
            found[nearest.uuid].append(event)
    undecided = {uuid: _undecided(uuid, events, state) for uuid, events in found.items()}
    return {uuid: events for uuid, events in undecided.items() if events}


def lookalikes_in(state: ReconcileState) -> Mapping[str, tuple[CurrentEvent, ...]]:
    """Return every unlinked event of which a person has to say what it is, by source event."""
    about_to_be_created = {uuid: one.lookalikes for uuid, one in state.identities.items() if one.lookalikes}
    return {**naming_a_linked_page(state), **about_to_be_created}


def shown(events: Iterable[CurrentEvent]) -> str:
    """Return where these events are sold, for a sentence."""
    return ", ".join(event.sales_location or str(event.event_id) for event in events)


def chosen(uuid: str, free: Mapping[TicketEventKey, CurrentEvent], state: ReconcileState) -> CurrentEvent | None:
    """Return the unlinked event that a person called the same as this source event."""
    return next(
        (
            free[key]
            for (of, key), choice in state.choices.items()
            if of == uuid and choice is LookalikeChoice.ADOPT and key in free
        ),
        None,
    )


def _undecided(uuid: str, events: Iterable[CurrentEvent], state: ReconcileState) -> tuple[CurrentEvent, ...]:
    return tuple(event for event in events if (uuid, event.key) not in state.choices)
