"""Events with the purchases read for them, and which events are stored together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from billetbro.models import CurrentEvent, Purchase, UnreadablePurchase
from billetbro.warehouse.privacy.pseudonymise import Privacy, ProtectedPurchase

OVER_STATES = frozenset({"held", "completed"})
MOST_EVENTS, MOST_IDS = 500, 20_000
"""Events, or purchases and tickets together, in one transaction; a single event may have more."""

Listed = Sequence[Purchase | UnreadablePurchase]
"""An event's purchases, as Place2book lists them."""

Concerned = tuple[int, int | None]
"""An event's id and a purchase's; None if the latter could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEvent:
    """A linked event whose purchases may be exported.

    `title`, `begin_at` and `end_at` are the link's. `current` is the event in Place2book, read before its purchases, so
    that the next run notices a sale in between.
    """

    uuid: str
    title: str
    event_maker: int
    event_id: int
    begin_at: datetime | None
    end_at: datetime | None
    current: CurrentEvent
    branch: str | None = None
    category: str | None = None

    def has_ended(self, now: datetime) -> bool:
        """Return whether it is over, by its end, its start if it has no end, or Place2book's state."""
        end = self.end_at or self.current.end_at or self.begin_at or self.current.begin_at
        return self.current.state in OVER_STATES or (end is not None and end <= now)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reading:
    """An event and its purchases as they were read, at `read_at` by a clock that only compares readings."""

    event: ExportEvent
    listed: Listed = ()
    read_at: float = 0

    @property
    def understood(self) -> list[Purchase]:
        """Return the purchases that were understood, at least in part."""
        return [one for one in self.listed if isinstance(one, Purchase)]

    @property
    def ids(self) -> set[tuple[str, int]]:
        """Return the numbers of its purchases and tickets."""
        bought = {("purchase", one.purchase_id) for one in self.listed if one.purchase_id is not None}
        return bought | {("ticket", ticket.ticket_id) for one in self.understood for ticket in one.tickets}

    def protected(self, privacy: Privacy, forgotten: frozenset[int], now: datetime) -> Iterator[ProtectedPurchase]:
        """Protect its purchases; one that is forgotten or past retention keeps no personal data."""
        for purchase in self.understood:
            past = privacy.retention.is_past(self.event.end_at, self.event.begin_at, purchase.created_at, now)
            yield privacy.protect(purchase, blank=past or purchase.purchase_id in forgotten)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Some events of a library, and the time that changes of them are dated with."""

    library: str
    event_ids: Sequence[int]
    now: datetime

    @property
    def values(self) -> dict[str, object]:
        """Return the values for a statement."""
        return {"library": self.library, "events": list(self.event_ids), "now": self.now}


@dataclass(slots=True, kw_only=True, repr=False)
class Chunk:
    """Events that are stored in one transaction; no purchase or ticket is listed for two of them.

    One that is listed for two is stored in the order in which these are read.
    """

    readings: list[Reading] = field(default_factory=list)
    ids: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, reading: Reading) -> Chunk:
        """Return a chunk of this event alone."""
        return cls(readings=[reading], ids=reading.ids)

    def takes(self, reading: Reading) -> bool:
        """Return whether the event can be stored with the others."""
        full = len(self.readings) >= MOST_EVENTS or len(self.ids) >= MOST_IDS
        return not full and self.ids.isdisjoint(reading.ids)

    def add(self, reading: Reading) -> None:
        self.readings.append(reading)
        self.ids |= reading.ids

    @property
    def event_ids(self) -> list[int]:
        return [reading.event.event_id for reading in self.readings]

    @property
    def purchase_ids(self) -> frozenset[int]:
        """Return the numbers of the purchases that are listed."""
        return frozenset(number for kind, number in self.ids if kind == "purchase")

    @property
    def unread(self) -> list[Concerned]:
        """Return the purchases of which nothing was understood."""
        return [(event_id, one.purchase_id) for event_id, one in self._each() if isinstance(one, UnreadablePurchase)]

    @property
    def incomplete(self) -> list[Concerned]:
        """Return the purchases of which tickets may be missing."""
        in_part = [(event_id, one.purchase_id) for event_id, one in self._each() if _lost_parts(one)]
        return self.unread + in_part

    @property
    def unreadable(self) -> Counter[Concerned]:
        """Return how many parts of each purchase could not be read; a whole purchase counts as one."""
        lost: Counter[Concerned] = Counter()
        for event_id, one in self._each():
            lost[event_id, one.purchase_id] += 1 if isinstance(one, UnreadablePurchase) else _lost(one)
        return +lost

    def _each(self) -> Iterator[tuple[int, Purchase | UnreadablePurchase]]:
        return ((reading.event.event_id, one) for reading in self.readings for one in reading.listed)


def _lost_parts(one: Purchase | UnreadablePurchase) -> int:
    return one.unreadable_parts if isinstance(one, Purchase) else 0


def _lost(one: Purchase) -> int:
    return one.unreadable_parts + one.unreadable_times
