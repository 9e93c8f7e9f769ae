"""Writes in doubt: requests that were sent but never answered. Pure.

| state | meaning |
|---|---|
| begun | stored as `applying` and committed before its request leaves (store/changes.py) |
| in doubt | the answer was lost, or the process died (steps/load/execute.py, store/in_doubt.py) |
| confirmed | Place2book shows that it was carried out: the change counts as applied, also in the link |
| not carried out | Place2book was read and does not show it: the difference is planned again |
| deferred | its event could not be read: nothing follows, and this check does not count |
| recheck | a create, and Place2book listed nothing at all for its event maker: it is checked once more |
| settled | a later change of the same source event was applied, based on its result (store/in_doubt.py) |

`resolve_in_doubt` asks the operation of each; steps/load reads `events_in_doubt` before and stores the result after.
"""

from collections.abc import Mapping
from dataclasses import replace

from billetbro.models import CurrentEvent, Link, WriteInDoubt
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.operations.create import SIGNS, created_link
from billetbro.reconcile.state import InDoubt, ReconcileState


def can_confirm(write: WriteInDoubt) -> bool:
    """Return whether Place2book can prove that we carried it out, and not staff.

    Staff can make every change except a create with its whole text. So all others are checked only once: what was not
    done by then is not ours, whoever does it later.
    """
    return operation_of(write.kind).makes_event or not write.looks


def events_in_doubt(state: ReconcileState) -> list[CurrentEvent]:
    """Return the listed events that show the outcome of the writes in doubt, once their prices are read."""
    of_change = [state.events[write.key] for write in state.writes_in_doubt if write.key in state.events]
    return [*_made(state).values(), *of_change]


def resolve_in_doubt(state: ReconcileState) -> ReconcileState:
    """Return the state with each write in doubt confirmed, deferred, or known not to have been carried out.

    Confirmed writes are entered in the links, so that all later stages see them. Otherwise a later run would take our
    changes for staff's and leave them alone.
    """
    if not state.writes_in_doubt:
        return state
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
            recheck=frozenset(write.uuid for write in creates if _needs_recheck(write, state)),
        ),
    )


def _confirm(write: WriteInDoubt, link: Link | None, state: ReconcileState, *, created: bool) -> Link | None:
    current = state.currents.get(write.key)
    if created and current is not None:
        return created_link(write, current, state.mapped.get(write.uuid))
    return operation_of(write.kind).confirm(write, link, current) if link is not None else None


def _needs_recheck(create: WriteInDoubt, state: ReconcileState) -> bool:
    """Return whether to recheck a lost create: Place2book listed nothing for its event maker, for the first time."""
    return create.looks == 0 and all(event.event_maker != create.event_maker for event in state.listed)


def _made(state: ReconcileState) -> Mapping[int, CurrentEvent]:
    """Return the unlinked event that each create made, by change id: it has the name and start that were sent.

    What was sent counts (behaviour 4.4), not what the source shows now, if anything. An event that staff renamed or
    moved since is recognised by its long description, which names the source event's page.
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
