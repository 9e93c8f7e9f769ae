"""Update an event's fields."""

from dataclasses import replace

from billetbro.models import Change, CurrentEvent, Kind, Link, WriteInDoubt, Written
from billetbro.reconcile.operations.confirming import was_carried_out
from billetbro.reconcile.operations.operation import EventState, Operation, ReportSection, TicketSystem
from billetbro.reconcile.operations.remember import remember_fields, without
from billetbro.reconcile.operations.sending import new_values, unchanged, update_event
from billetbro.reconcile.planning.owned_fields import TIMES, current_fields, read_time, same_minute


class Update(Operation, kind=Kind.UPDATE):
    """Update an event's fields."""

    section = ReportSection.UPDATED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
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
    """Return the applied value: what was sent, if it was a time and only its seconds differ; else the current value.

    A different current value makes the next plan push the source's. Seconds need not be kept, and could not be pushed.
    """
    return sent if name in TIMES and same_minute(read_time(sent), read_time(stands)) else stands
