"""End and reopen an event's sale."""

from dataclasses import replace

from billetbro.models import Change, CurrentEvent, Kind, Link, WriteInDoubt, Written
from billetbro.reconcile.operations.operation import EventState, Operation, ReportSection, TicketSystem
from billetbro.reconcile.operations.sending import still_open, unchanged, update_event
from billetbro.reconcile.planning.owned_fields import read_time, same_minute, written_time


class EndSale(Operation, kind=Kind.END_SALE):
    """End the sale of an event that is removed after tickets were sold, and record its former end."""

    removes = True
    varies_with_time = True
    section = ReportSection.SALE_ENDED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        end = change.fields[0]
        update_event(client, change, event, lambda current: still_open(end, current.sale_close_at))
        event.link = replace(event.linked, sale_closed_at=read_time(end.new), sale_closed_before=read_time(end.old))

    def _confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent, /) -> Link | None:
        closed = read_time(change.new["sale_close_at"])
        if not same_minute(current.sale_close_at, closed):
            return None
        return replace(link, sale_closed_at=closed, sale_closed_before=read_time(change.old["sale_close_at"]))


def _sale_end(current: CurrentEvent) -> dict[str, Written]:
    return {"sale_close_at": written_time(current.sale_close_at)}


class ReopenSale(Operation, kind=Kind.REOPEN_SALE):
    """Reopen a sale that we ended; if staff have set its end since, only our record of it is removed."""

    needs_link = True
    section = ReportSection.UPDATED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        if change.fields:
            update_event(client, change, event, lambda current: unchanged(change, _sale_end(current)))
        event.link = replace(event.linked, sale_closed_at=None, sale_closed_before=None)

    def _confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent, /) -> Link | None:
        # Without a field it only removed our record of the ended sale, which is planned again.
        if not change.new or not same_minute(current.sale_close_at, read_time(change.new["sale_close_at"])):
            return None
        return replace(link, sale_closed_at=None, sale_closed_before=None)
