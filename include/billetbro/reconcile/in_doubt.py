"""Writes in doubt: requests that left, and whose answer never came. The whole life of one. Pure.

| state | what it means |
|---|---|
| begun | stored as `applying`, and committed, before its request leaves (store/changes.py) |
| in doubt | the answer was lost, or the process died: nobody knows (steps/load/execute.py, store/in_doubt.py) |
| confirmed | Place2book shows that it was carried out: the change is applied after all, and the link says so |
| not carried out | Place2book was read and does not show it: what differs is planned anew |
| deferred | its event could not be read: nothing follows, and this look does not count |
| looked for again | a create, and Place2book listed nothing at all for its event maker: it waits for a second look |
| settled | a later change of the same source event was applied, planned from what this one left (store/in_doubt.py) |

`resolve_in_doubt` decides, by the operation of each. Before, steps/load reads what `events_in_doubt` names; afterwards
it stores what was resolved.
"""

from collections.abc import Mapping
from dataclasses import replace

from billetbro.models import CurrentEvent, Link, WriteInDoubt
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.operations.create import SIGNS, created_link
from billetbro.reconcile.state import InDoubt, ReconcileState


def can_confirm(write: WriteInDoubt) -> bool:
    """Return whether Place2book can tell that we carried it out, and not staff.

    Staff may do all of it but a create with its whole text. So it is ours only the first time that anybody looks: what
    still stood then was not done by us, whoever does it later.
    """
    return operation_of(write.kind).makes_event or not write.looks


def events_in_doubt(state: ReconcileState) -> list[CurrentEvent]:
    """Return the listed events that tell what became of the writes in doubt, once their prices are read."""
    of_change = [state.events[write.key] for write in state.writes_in_doubt if write.key in state.events]
    return [*_made(state).values(), *of_change]


def resolve_in_doubt(state: ReconcileState) -> ReconcileState:
    """Return the state in which each write in doubt is confirmed, deferred, or known not to have been carried out.

    What was confirmed stands in the links, so that everything after this reads how things are. Without it a later run
    would take what we did for staff's, and leave it alone.
    """
    made = _made(state)
    live = {link.key: link for link in state.live_links}
    changed: dict[str, Link] = {}
    confirmed: dict[int, int] = {}
    deferred: list[WriteInDoubt] = []
    for write in state.writes_in_doubt:
        if write.change_id in made:
            write = replace(write, event_id=made[write.change_id].event_id)
        if write.key in state.unread:
            deferred.append(write)
        elif link := _confirm(write, live.get(write.key), state, created=write.change_id in made):
            live[link.key] = changed[link.uuid] = link
            confirmed[write.change_id] = link.event_id
    creates = [w for w in state.writes_in_doubt if operation_of(w.kind).makes_event and w.change_id not in confirmed]
    return replace(
        state.with_links(changed.values()),
        in_doubt=InDoubt(
            confirmed=confirmed,
            deferred=tuple(deferred),
            lost=frozenset(write.uuid for write in creates),
            recheck=frozenset(write.uuid for write in creates if _is_looked_for_again(write, state)),
        ),
    )


def _confirm(write: WriteInDoubt, link: Link | None, state: ReconcileState, *, created: bool) -> Link | None:
    """Return the link as it is if the write was carried out, else None."""
    current = state.currents.get(write.key)
    if created and current is not None:
        return created_link(write, current, state.mapped.get(write.uuid))
    return operation_of(write.kind).confirm(write, link, current) if link is not None else None


def _is_looked_for_again(create: WriteInDoubt, state: ReconcileState) -> bool:
    """Return whether a lost create waits: Place2book listed nothing at all for its event maker, for the first time."""
    return create.looks == 0 and all(event.event_maker != create.event_maker for event in state.listed)


def _made(state: ReconcileState) -> Mapping[int, CurrentEvent]:
    """Return by change the unlinked event that a create made: it has the name and the start that were sent.

    What was sent counts (behaviour 4.4), not what the source says by now, and not whether it still says anything. One
    that staff renamed or moved since is known by its long description, which names the source event's page.
    """
    free = list(state.free_events)
    found: dict[int, CurrentEvent] = {}
    creates = [write for write in state.writes_in_doubt if operation_of(write.kind).makes_event]
    for bears in SIGNS:
        for create in creates:
            if create.change_id in found:
                continue
            made = next((e for e in free if e.event_maker == create.event_maker and bears(e, create.new)), None)
            if made is not None:
                free.remove(made)
                found[create.change_id] = made
    return found
