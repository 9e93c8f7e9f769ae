"""Events and prices of the ticket system: as desired by the source, and as they currently are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

UNLIMITED_TICKETS = 200_000
"""What Place2book reports as available tickets when an event has no limit."""

Written = str | int | bool | None
"""A field value in stored form: a JSON scalar."""


class TicketEventKey(NamedTuple):
    """The key of a Place2book event: its event maker, and its id there."""

    event_maker: int
    event_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A Place2book address. `name`: the place at the address; `country`: ISO 3166-1 alpha-2."""

    name: str
    address1: str
    address2: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    country: str = "DK"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredPrice:
    """A price as desired by the source: `key` is the ticket category's, `value_ore` is in øre."""

    key: str
    name: str
    value_ore: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """An event as desired by the source: the source-owned fields only (behaviour 2 and 3)."""

    name: str
    description_short: str
    description_long: str
    begin_at: datetime
    end_at: datetime
    capacity: int
    passive: bool
    address: Address
    prices: tuple[DesiredPrice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCreate:
    """Fields that are set on creation and belong to staff from then on (behaviour 3)."""

    mute: bool = True
    kultunaut_export: bool = False
    kultunaut_age_group: str | None = None
    kultunaut_export_category: str | None = None
    kultunaut_picture_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentPrice:
    """A price as it currently is in Place2book; `door_sales`: tickets sold at the door."""

    price_id: int
    name: str
    value_ore: int
    sold_tickets: int | None = None
    door_sales: int | None = None
    sale_begin_at: datetime | None = None
    sale_end_at: datetime | None = None
    deletable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentEvent:
    """An event as it currently is in Place2book. `capacity` None: unlimited; `prices` None: not read.

    `paused` (staff paused the sale) is from metadata.event_state. `paused`, `deletable` and `active` are None if
    Place2book did not report them.
    """

    event_maker: int
    event_id: int
    seccode: str
    name: str
    description_short: str = ""
    description_long: str = ""
    begin_at: datetime | None = None
    end_at: datetime | None = None
    sale_open_at: datetime | None = None
    sale_close_at: datetime | None = None
    capacity: int | None = None
    passive: bool = False
    address: Address | None = None
    state: str | None = None
    active: bool | None = None
    paused: bool | None = None
    waiting_list: bool = False
    available_tickets: int | None = None
    deletable: bool | None = None
    sales_location: str | None = None
    prices: tuple[CurrentPrice, ...] | None = None

    @property
    def key(self) -> TicketEventKey:
        """Return the event's key."""
        return TicketEventKey(self.event_maker, self.event_id)

    @property
    def is_unlimited(self) -> bool:
        """Return whether it has no limit, by its capacity or by Place2book's count for "unlimited"."""
        return self.capacity is None or self.available_tickets == UNLIMITED_TICKETS


class SaleState(StrEnum):
    """What a ticket button says (facts: the ticket button's rules)."""

    OVER = "over"
    CLOSED = "closed"
    UPCOMING = "upcoming"
    OPEN = "open"
    SOLD_OUT = "sold_out"
    WAITING_LIST = "waiting_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceReading:
    """When an event was last read with its prices, and what tells whether they can have changed since.

    `row_hash`: of its row in Place2book's list then. `next_turn_at`: when its sale windows, as read then, next open or
    close its sale. `event`: what was read, where it is needed.
    """

    event_maker: int
    event_id: int
    row_hash: str | None
    read_at: datetime
    next_turn_at: datetime | None = None
    unlimited: bool = False
    event: CurrentEvent | None = None

    @property
    def key(self) -> TicketEventKey:
        """Return the event's key."""
        return TicketEventKey(self.event_maker, self.event_id)
