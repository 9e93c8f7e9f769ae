"""What all kinds of change have in common: how one is applied and confirmed, its flags, and the keys of its words."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar

from billetbro.models import Change, CurrentEvent, Kind, Link, WriteInDoubt
from billetbro.reconcile.operations.event_state import EventState
from billetbro.reconcile.operations.ticket_system import TicketSystem


class ReportSection(StrEnum):
    """The sections of a run's report that list changes, in their order."""

    CREATED = "created"
    LINKED = "linked"
    UPDATED = "updated"
    SALE_ENDED = "sale_ended"
    DELETED = "deleted"
    EDITED_BY_STAFF = "edited_by_staff"
    WRITTEN_BACK = "written_back"

    @property
    def heading_key(self) -> str:
        """Return the key of the section's heading."""
        return f"report.section.{self}"


class Operation:
    """One kind of change. A subclass names its kind, and overrides what is different about it."""

    kind: ClassVar[Kind]
    sends_to_place2book: ClassVar[bool] = True
    """It is a request to Place2book, which shows later whether it was carried out."""
    sends_to_source: ClassVar[bool] = False
    """It is a request to the source, and tells nothing of Place2book."""
    makes_event: ClassVar[bool] = False
    """There is no Place2book event before it."""
    starts_event: ClassVar[bool] = False
    """The event's other changes need it."""
    removes: ClassVar[bool] = False
    """It takes an event off sale."""
    sends_price: ClassVar[bool] = False
    """It gives a price a value."""
    touches_prices: ClassVar[bool] = False
    """Prices are others after it."""
    needs_link: ClassVar[bool] = False
    """The event goes on sale, or comes to another source event, which is then to show its link."""
    varies_with_time: ClassVar[bool] = False
    """Its values hold the time at which it was planned."""
    reported_by_reason: ClassVar[bool] = False
    """A report gives its reason, and not its fields."""
    section: ClassVar[ReportSection | None] = None
    """Where a report lists it."""

    def __init_subclass__(cls, *, kind: Kind | None = None) -> None:
        """Register the class as the one of its kind; one that others derive from has none."""
        super().__init_subclass__()
        if kind is not None:
            cls.kind = kind
            _OPERATIONS[kind] = cls()

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Carry out the change, and bring `event` to how things are afterwards; the database is not touched.

        Raises what the client raises, and NotTaken when Place2book left as it was what decides a sale.
        """
        raise NotImplementedError(f"{change.kind} is not carried out at Place2book")

    def confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent | None, /) -> Link | None:
        """Return the link as it is if the event shows that a change whose answer was lost was carried out, else None.

        Only what stands in Place2book now counts; `current` None: Place2book has the event no more. A link records what
        we did. Of a change that it does not know of, a later run would think that staff did it: that they deleted the
        event, edited the price, opened the sale again; and it would leave that alone.
        """
        return None if current is None else self._confirm(change, link, current)

    def _confirm(self, _change: WriteInDoubt, _link: Link, _current: CurrentEvent, /) -> Link | None:
        return None

    @property
    def to_do_key(self) -> str:
        """Return the key of what it would do, as a plan says it."""
        return f"operation.{self.kind}.to_do"

    @property
    def done_key(self) -> str:
        """Return the key of what it did, as an event's history says it."""
        return f"operation.{self.kind}.done"


_OPERATIONS: dict[Kind, Operation] = {}


def operation_of(kind: Kind) -> Operation:
    """Return the operation of a kind of change."""
    return _OPERATIONS[kind]


def kinds_where(holds: Callable[[Operation], bool]) -> tuple[Kind, ...]:
    """Return the kinds of change of whose operation something holds."""
    return tuple(kind for kind in Kind if holds(operation_of(kind)))
