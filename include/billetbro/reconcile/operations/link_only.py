"""Changes of our link alone: nothing is sent."""

from dataclasses import replace

from billetbro.models import Change, Kind, LinkStatus
from billetbro.reconcile.operations.create import sales_location
from billetbro.reconcile.operations.operation import EventState, Operation, ReportSection, TicketSystem
from billetbro.reconcile.operations.remember import remember_fields, remember_price, without
from billetbro.reconcile.operations.sending import new_values
from billetbro.reconcile.reasons import Why


class LinkOnly(Operation):
    """A change of the link alone. It is stored together with its outcome, so it is never in doubt."""

    sends_to_place2book = False


class Adopt(LinkOnly, kind=Kind.ADOPT):
    """Link a source event to an existing Place2book event."""

    starts_event = True
    needs_link = True
    reported_by_reason = True
    section = ReportSection.LINKED

    def apply(self, _client: TicketSystem, _change: Change, event: EventState, /) -> None:
        """Complete the link that the plan made."""
        mapped = event.wanted
        event.link = replace(
            event.linked,
            sales_location=sales_location(event.standing),
            series_uuid=mapped.series_uuid,
            starts_at=mapped.starts_at,
            ends_at=mapped.ends_at,
        )


class Move(LinkOnly, kind=Kind.MOVE):
    """Move the link to the new instance, to which no state was ever written."""

    starts_event = True
    needs_link = True
    reported_by_reason = True
    section = ReportSection.LINKED

    def apply(self, _client: TicketSystem, _change: Change, event: EventState, /) -> None:
        """Take over the new instance's identity, and forget what was written to the old one."""
        mapped, link = event.wanted, event.linked
        event.link = replace(
            link,
            uuid=mapped.uuid,
            series_uuid=mapped.series_uuid,
            starts_at=mapped.starts_at,
            ends_at=mapped.ends_at,
            echo={name: value for name, value in link.echo.items() if name in link.applied},
            absences=0,
            state_written=None,
        )


class Record(LinkOnly, kind=Kind.RECORD):
    """Record as applied what Place2book already has, or prices whose ticket categories only got other uuids."""

    def apply(self, _client: TicketSystem, change: Change, event: EventState, /) -> None:
        if change.price_key is None:
            remember_fields(event, new_values(change))
        else:
            assert change.price_id is not None
            remember_price(event, change, change.price_id)


class Drift(LinkOnly, kind=Kind.DRIFT):
    """Record what staff edited, or that they undid it."""

    section = ReportSection.EDITED_BY_STAFF

    def apply(self, _client: TicketSystem, change: Change, event: EventState, /) -> None:
        link, shown = event.linked, new_values(change)
        others = without(link.drift, shown)
        event.link = replace(link, drift=others if change.why == Why.UNDONE_BY_STAFF else others | shown)


class Retire(LinkOnly, kind=Kind.RETIRE):
    """Retire the link of an event that is over, or that is gone on both sides."""

    def apply(self, _client: TicketSystem, _change: Change, event: EventState, /) -> None:
        status = LinkStatus.DELETED if event.current is None else LinkStatus.RETIRED
        event.link = replace(event.linked, status=status)
