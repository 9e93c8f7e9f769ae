"""What is due to be written back, and what the source is to show after it: the rules laid over what was read."""

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
    """A PATCH that is due, with the state that Place2book has taken on; `change` None: only the state is noted."""

    mapped: Mapped
    link: Link
    change: Change | None
    state: SourceState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackView:
    """What write-back decides by: what the source shows, and the links and ticket events as they stand.

    `failed` are the events whose latest PATCH failed. `events` limits it to these uuids; empty is all.
    """

    snapshot: Sequence[Mapped]
    links: Mapping[str, Link]
    currents: Mapping[TicketEventKey, CurrentEvent]
    sales_hosts: frozenset[str]
    failed: Collection[str] = ()
    events: Collection[str] = ()

    @property
    def linked(self) -> list[LinkedSource]:
        """Return the linked events that are asked for."""
        return [
            LinkedSource(
                mapped=mapped, link=link, current=self.currents.get(link.key), failed=mapped.uuid in self.failed
            )
            for mapped in self.snapshot
            if (link := self.links.get(mapped.uuid)) and (not self.events or mapped.uuid in self.events)
        ]


def what_is_due(view: WriteBackView, now: datetime) -> list[Due]:
    """Return what is due to be written back."""
    due = []
    # What failed the last time comes last: a few events that the source cannot update must not keep the others waiting.
    for source in sorted(view.linked, key=lambda source: source.failed):
        mapped, link, current = source.mapped, source.link, source.current
        change = due_write_back(source, view.sales_hosts, now)
        live = current is not None and link.status is LinkStatus.LIVE and not current.passive
        state = due_state(mapped, link, current, now) if live and current else None
        if change or state:
            due.append(Due(mapped=mapped, link=link, change=change, state=state))
    return due


def what_is_still_shown(view: WriteBackView) -> list[Rejection]:
    """Return the rejections of links that are shown though they were cleared."""
    return [rejection for rejection in map(still_shown, view.linked) if rejection]


def addresses_written(item: Due, shown: Mapping[str, str | int | None]) -> dict[str, str]:
    """Return which addresses a PATCH wrote by what the source shows after it, and the link that it cleared."""
    written = {name: value for name, value in addresses_of(item.link).items() if value in shown.values()}
    if item.change and item.change.kind is Kind.CLEAR_LINK and "link" in shown and item.mapped.link:
        written[CLEARED] = item.mapped.link
    return written


def ticket_status_of(item: Due) -> TicketStatus:
    """Return what the source is to show after the write: everything, with what of it is new."""
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
    """Return the new values of what is written, under the names of a ticket status."""
    fields = item.change.fields if item.change else ()
    return {SHOWN_AS.get(change.field, change.field): change.new for change in fields}


def shown_after(item: Due) -> dict[str, str | int | None]:
    """Return what the source shows after the write, which set both links, and the state where it had one."""
    status = ticket_status_of(item)
    shown: dict[str, str | int | None] = {"link": status.link, "admin_link": status.admin_link}
    shown |= {name: getattr(status, name) for name in ("sold", "available") if name in item.mapped.shows}
    return shown | ({"state": status.state.value} if status.state else {})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
