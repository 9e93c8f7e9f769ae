"""Update an event: lay new values over its fields."""

from dataclasses import replace

from billetbro.models import Change, CurrentEvent, Kind, Link, WriteInDoubt, Written
from billetbro.reconcile.operations.confirming import was_carried_out
from billetbro.reconcile.operations.operation import EventState, Operation, ReportSection, TicketSystem
from billetbro.reconcile.operations.remember import remember_fields, without
from billetbro.reconcile.operations.sending import new_values, unchanged, update_event
from billetbro.reconcile.planning.owned_fields import TIMES, current_fields, read_time, same_minute


class Update(Operation, kind=Kind.UPDATE):
    """Lay new values over an event's fields."""

    section = ReportSection.UPDATED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Send the fields, and remember what stands afterwards."""
        update_event(client, change, event, lambda current: unchanged(change, current_fields(current)))
        remember_fields(event, new_values(change))

    def _confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent, /) -> Link | None:
        stands = current_fields(current)
        if not was_carried_out(change, stands):
            return None
        shown = {name: stands[name] for name in change.new}
        return replace(
            link,
            applied={**link.applied, **{name: _applied(name, change.new[name], shown[name]) for name in shown}},
            echo={**link.echo, **shown},
            drift=without(link.drift, shown),
        )


def _applied(name: str, sent: Written, stands: Written) -> Written:
    """Return what counts as applied: what was sent, where it stands; else what stands, so that the source's is pushed.

    The seconds of a time need not be kept, and could not be pushed either.
    """
    return sent if name in TIMES and same_minute(read_time(sent), read_time(stands)) else stands
