"""What a plan is made of, and the circumstances that it depends on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from billetbro.models import (
    AppliedPrice,
    Change,
    CurrentEvent,
    FieldChange,
    Kind,
    Link,
    Mapped,
    Mode,
    Rejection,
    Window,
)


@dataclass(slots=True, kw_only=True)
class Plan:
    """What a run will do. `ours` are each event's prices as claimed before anything is applied, `links` the links
    that changes start from (an adopted event's is new), both by uuid."""

    changes: list[Change] = field(default_factory=list)
    held_back: list[Change] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    absences: dict[str, int] = field(default_factory=dict)
    ours: dict[str, dict[str, AppliedPrice]] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The circumstances of a run that the plan depends on. `events` limits it to these uuids; empty is all.

    `unreadable` are the source events whose Place2book event, by its id, exists and could not be read: nothing is
    known of it, so that nothing may follow. `awaited` are those whose create may have been carried out, and is to be
    looked for once more before it is sent again.
    """

    run_id: str
    mode: Mode
    now: datetime
    window: Window
    events: frozenset[str] = frozenset()
    unreadable: Mapping[str, int] = field(default_factory=dict)
    awaited: frozenset[str] = frozenset()

    def asked_for(self, uuid: str) -> bool:
        """Return whether the run was asked to look at the source event."""
        return not self.events or uuid in self.events

    def concerns(self, uuid: str) -> bool:
        """Return whether the run is to do anything about the source event."""
        return self.asked_for(uuid) and uuid not in self.unreadable


def rejection_of(
    mapped: Mapped,
    code: str,
    field_name: str | None,
    found: str | None,
    *,
    detail: str | None = None,
    held_back: bool = False,
) -> Rejection:
    """Return a rejection of the source event."""
    return Rejection(
        uuid=mapped.uuid,
        title=mapped.title,
        code=code,
        field=field_name,
        found=found,
        detail=detail,
        held_back=held_back,
    )


def change_of(
    kind: Kind,
    source: Mapped | Link,
    ticket: CurrentEvent | Link,
    fields: tuple[FieldChange, ...],
    why: str,
) -> Change:
    """Return a change of a Place2book event on behalf of a source event; a link can stand for either."""
    return Change(
        kind=kind,
        uuid=source.uuid,
        title=source.title,
        event_maker=ticket.event_maker,
        event_id=ticket.event_id,
        fields=fields,
        why=why,
    )
