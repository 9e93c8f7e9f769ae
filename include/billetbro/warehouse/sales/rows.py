"""What is known of the sales of some libraries in a period; amounts are in øre."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

BUCKETS = 5
"""Events by their share of sold seats: below a quarter, a half, three quarters, below all, and sold out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What was bought; `income_ore` includes the additional sales."""

    purchases: int = 0
    tickets: int = 0
    income_ore: int = 0
    additional_sales_ore: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySales:
    """What was bought on a day."""

    day: date
    sold: Sold


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The events that began in a period and until now.

    `seats` are those of events with a limit, `seats_sold` the tickets sold of them. `scanned` are the tickets of events
    that are over and at which somebody was scanned, `arrived` those scanned. `full` are counts by share of seats sold.
    """

    events: int = 0
    seats: int = 0
    seats_sold: int = 0
    scanned: int = 0
    arrived: int = 0
    full: tuple[int, ...] = (0,) * BUCKETS

    def __add__(self, other: "Held") -> "Held":
        return Held(
            events=self.events + other.events,
            seats=self.seats + other.seats,
            seats_sold=self.seats_sold + other.seats_sold,
            scanned=self.scanned + other.scanned,
            arrived=self.arrived + other.arrived,
            full=tuple(one + two for one, two in zip(self.full, other.full, strict=True)),
        )

    @property
    def no_shows(self) -> int:
        """Return how many tickets were not scanned."""
        return self.scanned - self.arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySales:
    """What was bought from a library in a period, and its events that were held in it."""

    library: str
    sold: Sold
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Events held of a kind: free ones, or those that something was paid for, with a waiting list or without.

    `booked` are the tickets sold until so many days before, as `BOOKED_BEFORE` says. `events` are those scanned.
    """

    free: bool
    waiting_list: bool
    tickets: int
    booked: tuple[int, ...]
    events: int
    scanned: int
    arrived: int

    @property
    def no_shows(self) -> int:
        """Return how many tickets were not scanned."""
        return self.scanned - self.arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSales:
    """What was sold for an event, whenever; `arrived` None where nobody was scanned or it is not over."""

    library: str
    event_id: int
    uuid: str
    title: str
    branch: str | None
    category: str | None
    begin_at: datetime
    capacity: int | None
    tickets: int
    income_ore: int
    arrived: int | None
    waiting_list: bool

    @property
    def no_shows(self) -> int | None:
        """Return how many tickets were not scanned; None where that is not known."""
        return None if self.arrived is None else self.tickets - self.arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes:
    """The events that stand out: of those with a limit by share of seats sold, of the others by tickets."""

    best: Sequence[EventSales] = ()
    worst: Sequence[EventSales] = ()
    unlimited: Sequence[EventSales] = ()
    no_shows: Sequence[EventSales] = ()
