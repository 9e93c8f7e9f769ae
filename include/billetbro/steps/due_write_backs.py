"""What is due to be written back, and what the source shows afterwards."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billetbro.models.source import SourceState, TicketStatus
from billetbro.models.sync import Change, Kind, Link, LinkStatus, Mapped, Rejection
from billetbro.models.ticketing import CurrentEvent, TicketEventKey, Written
from billetbro.reconcile.sale_status.write_back import (
    CLEARED,
    SHOWN_AS,
    LinkedSource,
    addresses_of,
    due_state,
    due_write_back,
    still_shown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A PATCH that is due, with Place2book's new state; `change` None: only the state is stored."""

    mapped: Mapped
    link: Link
    change: Change | None
    state: SourceState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackView:
    """The input of write-back: what the source shows, the links, and the current ticket events.

    `failed`: events whose latest PATCH failed. `events` limits it to these uuids; empty means all.
    """

    snapshot: Sequence[Mapped]
    links: Mapping[str, Link]
    currents: Mapping[TicketEventKey, CurrentEvent]
    sales_hosts: frozenset[str]
    failed: Collection[str] = ()
    events: Collection[str] = ()

    @property
    def linked(self) -> list[LinkedSource]:
        """Return the linked events to consider."""
        return [
            LinkedSource(mapped=event, link=link, current=self.currents.get(link.key), failed=event.uuid in self.failed)
            for event in self.snapshot
            if (link := self.links.get(event.uuid)) and (not self.events or event.uuid in self.events)
        ]


def what_is_due(view: WriteBackView, now: datetime) -> list[Due]:
    """Return what is due to be written back."""
    due = []
    # Failed ones come last: a few events that the source cannot update must not delay the others.
    for source in sorted(view.linked, key=lambda source: source.failed):
        mapped, link, current = source.mapped, source.link, source.current
        change = due_write_back(source, view.sales_hosts, now)
        live = current is not None and link.status is LinkStatus.LIVE and not current.passive
        state = due_state(mapped, link, current, now) if live and current else None
        if change or state:
            due.append(Due(mapped=mapped, link=link, change=change, state=state))
    return due


def what_is_still_shown(view: WriteBackView) -> list[Rejection]:
    """Return the rejections of links that are still shown after they were cleared."""
    return [rejection for rejection in map(still_shown, view.linked) if rejection]


def addresses_written(item: Due, shown: Mapping[str, str | int | None]) -> dict[str, str]:
    """Return the addresses that a PATCH wrote, by what the source then shows, and the link that it cleared."""
    written = {name: value for name, value in addresses_of(item.link).items() if value in shown.values()}
    if item.change and item.change.kind is Kind.CLEAR_LINK and "link" in shown and item.mapped.link:
        written[CLEARED] = item.mapped.link
    return written


def ticket_status_of(item: Due) -> TicketStatus:
    """Return what the source should show after the write, with the names of what is new."""
    new = _new(item)
    state = new.get("state")
    return TicketStatus(
        state=SourceState(str(state)) if state else None,
        link=_text(new.get("link", item.mapped.link)),
        admin_link=_text(new.get("admin_link", item.mapped.admin_link)),
        sold=_count(new.get("sold", item.mapped.sold)),
        available=_count(new.get("available", item.mapped.available)),
        changed=frozenset(new),
    )


def _new(item: Due) -> dict[str, Written]:
    fields = item.change.fields if item.change else ()
    return {SHOWN_AS.get(change.field, change.field): change.new for change in fields}


def shown_after(item: Due) -> dict[str, str | int | None]:
    """Return what the source shows after the write: both links, the counts, and the state if it was set."""
    status = ticket_status_of(item)
    shown: dict[str, str | int | None] = {"link": status.link, "admin_link": status.admin_link}
    shown |= {name: getattr(status, name) for name in ("sold", "available") if name in item.mapped.shows}
    return shown | ({"state": status.state.value} if status.state else {})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
