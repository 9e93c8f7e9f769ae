"""Update and delete an event. How one is created is in create.py."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from billetbro.errors import NotFound
from billetbro.models import Change, CurrentEvent, Kind, Link, LinkStatus, WriteInDoubt, Written
from billetbro.reconcile.operations.checks import SoldMeanwhile, unchanged
from billetbro.reconcile.operations.event_state import EventState
from billetbro.reconcile.operations.operation import Operation, ReportSection
from billetbro.reconcile.operations.remember import remember_fields, without
from billetbro.reconcile.operations.sending import new_values, update_event
from billetbro.reconcile.operations.shown import was_carried_out
from billetbro.reconcile.operations.ticket_system import TicketSystem
from billetbro.reconcile.planning.owned_fields import TIMES, current_fields, read_time, same_minute
from billetbro.reconcile.planning.removal import is_sold


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


class Delete(Operation, kind=Kind.DELETE):
    """Delete an event that nothing was sold of."""

    removes = True
    reported_by_reason = True
    section = ReportSection.DELETED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Make sure once more that nothing was sold, and delete it; one that is gone already is what was wanted."""
        with suppress(NotFound):
            now = client.event(*change.key)
            now = replace(now, prices=client.prices_or_none(*change.key))
            if is_sold(now):
                event.current = now
                raise SoldMeanwhile("error.sold_meanwhile")
            client.delete_event(*change.key)
        event.current = None
        event.link = replace(event.linked, status=LinkStatus.DELETED)

    def confirm(self, _change: WriteInDoubt, link: Link, current: CurrentEvent | None, /) -> Link | None:
        """Return the link as deleted when Place2book has the event no more."""
        return replace(link, status=LinkStatus.DELETED) if current is None else None
