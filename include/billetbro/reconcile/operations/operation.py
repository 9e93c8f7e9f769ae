"""What all kinds of change have in common: flags, words, how one is applied to an event and confirmed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Protocol

from billetbro.models.sync import Change, Kind, Link, Mapped, WriteInDoubt
from billetbro.models.ticketing import CurrentEvent, CurrentPrice, OnCreate, TicketEvent, Written


class TicketSystem(Protocol):
    """The calls that carry out a change; they raise what billetbro.api.place2book.client raises."""

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
    """One event while its changes are carried out: what it should be, its link, and how it stands in Place2book."""

    mapped: Mapped | None
    link: Link | None
    current: CurrentEvent | None

    @property
    def wanted(self) -> Mapped:
        """Return what the event should be, which every change of its fields knows."""
        assert self.mapped is not None
        return self.mapped

    @property
    def linked(self) -> Link:
        """Return the event's link, which it has once it was created."""
        assert self.link is not None
        return self.link

    @property
    def standing(self) -> CurrentEvent:
        """Return how the event stands, which it does until it is deleted."""
        assert self.current is not None
        return self.current

    def update_current(self, answer: CurrentEvent) -> CurrentEvent:
        """Take an answer of Place2book's for how the event stands; it shows no prices, so those known before stay."""
        self.current = replace(answer, prices=self.current.prices if self.current else None)
        return self.current

    def price_of(self, change: Change) -> int | None:
        """Return the number of the price that a change was about, once it was carried out."""
        ours = self.link.prices.get(change.price_key or "") if self.link else None
        return ours.price_id if ours else change.price_id


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
