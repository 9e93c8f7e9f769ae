"""Place2book events of ours that no source event has any more. Pure.

An event is ours when the last line of its description names a page of the library's own site. It is an orphan when it
is still to come, has no link, and no event of the latest snapshot has that page. Its start lies in the window that the
snapshot holds: otherwise its source event was not asked for.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from billetbro.models import CurrentEvent, TicketEventKey
from billetbro.reconcile.matching.pages import host_of, page_named_in
from billetbro.reconcile.state import ReconcileState


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A Place2book event whose source event is gone; `page`: where that was, without its scheme."""

    event_maker: int
    event_id: int
    name: str
    begin_at: datetime | None
    sales_location: str | None
    page: str

    @property
    def key(self) -> TicketEventKey:
        """Return the event's key."""
        return TicketEventKey(self.event_maker, self.event_id)


def naming_a_page(state: ReconcileState) -> list[CurrentEvent]:
    """Return the unlinked events to come, within the window, whose description names a page."""
    window = state.run.window
    return [
        event
        for event in state.free_to_come
        if event.begin_at is not None and window.holds(event.begin_at) and page_named_in(event.description_long)
    ]


def orphans_among(events: Iterable[CurrentEvent], pages: Collection[str], hosts: Collection[str]) -> tuple[Orphan, ...]:
    """Return the orphans; `pages`: those of the snapshot's events; `hosts`: of the library's sites."""
    return tuple(
        Orphan(
            event_maker=event.event_maker,
            event_id=event.event_id,
            name=event.name,
            begin_at=event.begin_at,
            sales_location=event.sales_location,
            page=page,
        )
        for event in events
        if (page := page_named_in(event.description_long)) and page not in pages and host_of(page) in hosts
    )
