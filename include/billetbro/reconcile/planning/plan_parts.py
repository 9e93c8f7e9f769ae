"""The parts of a plan. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from billetbro.models import Change, CurrentEvent, FieldChange, Kind, Link, Mapped, Rejection, TicketEvent
from billetbro.models.message import Message


@dataclass(slots=True, kw_only=True)
class Plan:
    """What a run will do. Planning fills it; each policy (`policies.py`) returns a new one.

    `links`: the links that changes start from, by uuid, with the prices that the plan matched; an adopted event's link
    is new. `held_back`: fields that Place2book would refuse. `stopped`: changes that a policy stopped, with its code as
    the reason. `removals_blocked`: why removals are among them.
    """

    changes: list[Change] = field(default_factory=list)
    held_back: list[Change] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    absences: dict[str, int] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    stopped: list[Change] = field(default_factory=list)
    removals_blocked: Message | None = None

    def stop(self, is_stopped: Callable[[Change], bool], code: str) -> Self:
        """Return the plan without the changes that a policy stops."""
        stopped = [replace(change, why=code) for change in self.changes if is_stopped(change)]
        passed = [change for change in self.changes if not is_stopped(change)]
        return replace(self, changes=passed, stopped=[*self.stopped, *stopped])


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedEvent:
    """A wanted event with its link and its current state in Place2book, prices included.

    `adopting`: staff created it by hand, and it is adopted as it is.
    """

    mapped: Mapped
    desired: TicketEvent
    link: Link
    current: CurrentEvent
    adopting: bool = False

    def change(self, kind: Kind, fields: tuple[FieldChange, ...], why: str) -> Change:
        """Return a change of the event."""
        return change_of(kind, self.mapped, self.current, fields, why)


def rejection_of(
    mapped: Mapped, code: str, field_name: str | None = None, found: str | None = None, *, held_back: bool = False
) -> Rejection:
    """Return a rejection of the source event."""
    uuid, title = mapped.uuid, mapped.title
    return Rejection(uuid=uuid, title=title, code=code, field=field_name, found=found, held_back=held_back)


def change_of(
    kind: Kind, source: Mapped | Link, ticket: CurrentEvent | Link, fields: tuple[FieldChange, ...], why: str
) -> Change:
    """Return a change of a Place2book event on behalf of a source event; a link can represent either."""
    return Change(
        kind=kind,
        uuid=source.uuid,
        title=source.title,
        event_maker=ticket.event_maker,
        event_id=ticket.event_id,
        fields=fields,
        why=why,
    )
