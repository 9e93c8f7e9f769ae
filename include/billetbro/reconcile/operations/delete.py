"""Delete an event, unless tickets were sold in the meantime."""

from contextlib import suppress
from dataclasses import replace

from billetbro.errors import NotFound, Refused
from billetbro.models import Change, CurrentEvent, Kind, Link, LinkStatus, WriteInDoubt
from billetbro.reconcile.operations.operation import EventState, Operation, ReportSection, TicketSystem
from billetbro.reconcile.planning.withdrawn_event import is_sold


class SoldMeanwhile(Refused):
    """Tickets were sold between planning a removal and carrying it out."""

    code = "sold_meanwhile"


class Delete(Operation, kind=Kind.DELETE):
    """Delete an event without sales."""

    removes = True
    reported_by_reason = True
    section = ReportSection.DELETED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Check again that nothing was sold, then delete the event; it may already be gone."""
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
        """Return the link as deleted if Place2book no longer has the event."""
        return replace(link, status=LinkStatus.DELETED) if current is None else None
