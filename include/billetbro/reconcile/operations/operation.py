"""The base of all operations: flags, how a change is applied to an event, and how it is confirmed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Protocol

from billetbro.models.sync import Change, Kind, Link, Mapped, WriteInDoubt
from billetbro.models.ticketing import CurrentEvent, CurrentPrice, OnCreate, TicketEvent, Written


class TicketSystem(Protocol):
    """The calls that carry out changes; they raise what billetbro.api.place2book.client raises."""

    def event(self, event_maker: int, event_id: int) -> CurrentEvent: ...
    def create_event(self, event_maker: int, desired: TicketEvent, on_create: OnCreate, /) -> CurrentEvent: ...
    def update_event(self, event_maker: int, event_id: int, fields: Mapping[str, Written]) -> CurrentEvent: ...
    def delete_event(self, event_maker: int, event_id: int) -> None: ...
    def prices(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...]: ...
    def prices_or_none(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...] | None: ...
    def create_price(self, event_maker: int, event_id: int, *, name: str, value_ore: int) -> CurrentPrice: ...
    def update_price(
        self, event_maker: int, event_id: int, price_id: int, fields: Mapping[str, Written]
    ) -> CurrentPrice: ...
    def delete_price(self, event_maker: int, event_id: int, price_id: int) -> None: ...


@dataclass(slots=True, kw_only=True)
class EventState:
    """One event while its changes are carried out: as mapped, its link, and its current state in Place2book."""

    mapped: Mapped | None
    link: Link | None
    current: CurrentEvent | None

    @property
    def wanted(self) -> Mapped:
        """Return the mapped event, which every change of fields has."""
        assert self.mapped is not None
        return self.mapped

    @property
    def linked(self) -> Link:
        """Return the event's link, which exists once the event was created."""
        assert self.link is not None
        return self.link

    @property
    def standing(self) -> CurrentEvent:
        """Return the current event, which exists until it is deleted."""
        assert self.current is not None
        return self.current

    def update_current(self, answer: CurrentEvent) -> CurrentEvent:
        """Take Place2book's answer as the current event; it has no prices, so the known ones stay."""
        self.current = replace(answer, prices=self.current.prices if self.current else None)
        return self.current

    def price_of(self, change: Change) -> int | None:
        """Return the id of the price that an applied change concerned."""
        ours = self.link.prices.get(change.price_key or "") if self.link else None
        return ours.price_id if ours else change.price_id


class ReportSection(StrEnum):
    """The sections of a run's report that list changes, in order."""

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
    """One kind of change. A subclass names its kind and overrides what differs."""

    kind: ClassVar[Kind]
    sends_to_place2book: ClassVar[bool] = True
    """It is a request to Place2book, whose outcome can be read there later."""
    sends_to_source: ClassVar[bool] = False
    """It is a request to the source."""
    makes_event: ClassVar[bool] = False
    """It creates the Place2book event."""
    starts_event: ClassVar[bool] = False
    """The event's other changes depend on it."""
    removes: ClassVar[bool] = False
    """It takes an event off sale."""
    sends_price: ClassVar[bool] = False
    """It gives a price a value."""
    touches_prices: ClassVar[bool] = False
    """It changes prices."""
    needs_link: ClassVar[bool] = False
    """The event goes on sale, or moves to another source event, which must then show its link."""
    varies_with_time: ClassVar[bool] = False
    """Its values include the time of planning."""
    reported_by_reason: ClassVar[bool] = False
    """The report shows its reason instead of its fields."""
    section: ClassVar[ReportSection | None] = None
    """Where the report lists it."""

    def __init_subclass__(cls, *, kind: Kind | None = None) -> None:
        """Register the class for its kind; a base class has none."""
        super().__init_subclass__()
        if kind is not None:
            cls.kind = kind
            _OPERATIONS[kind] = cls()

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Carry out the change and update `event` accordingly, without touching the database.

        Raises what the client raises, and NotTaken when Place2book did not change a field that decides a sale.
        """
        raise NotImplementedError(f"{change.kind} is not carried out at Place2book")

    def confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent | None, /) -> Link | None:
        """Return the resulting link if the event shows that a change in doubt was carried out, else None.

        Only Place2book's current state counts; `current` is None when the event is gone. The link records what we did:
        a later run takes a change that is missing there for staff's (that they deleted the event, edited the price,
        reopened the sale) and leaves it alone.
        """
        return None if current is None else self._confirm(change, link, current)

    def _confirm(self, _change: WriteInDoubt, _link: Link, _current: CurrentEvent, /) -> Link | None:
        return None

    @property
    def to_do_key(self) -> str:
        """Return the key of its text in a plan."""
        return f"operation.{self.kind}.to_do"

    @property
    def done_key(self) -> str:
        """Return the key of its text in an event's history."""
        return f"operation.{self.kind}.done"


_OPERATIONS: dict[Kind, Operation] = {}


def operation_of(kind: Kind) -> Operation:
    """Return the operation of a kind of change."""
    return _OPERATIONS[kind]


def kinds_where(holds: Callable[[Operation], bool]) -> tuple[Kind, ...]:
    """Return the kinds of change whose operation satisfies a condition."""
    return tuple(kind for kind in Kind if holds(operation_of(kind)))
