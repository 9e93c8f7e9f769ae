"""Mapped events, links, and the changes that a plan consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from billetbro.models.source import SHOWN_BY_A_WEBSITE, SourceState
from billetbro.models.ticketing import OnCreate, TicketEvent, TicketEventKey, Written

DEFAULT_ON_CREATE = OnCreate()


class Outcome(StrEnum):
    """How a source event is treated (behaviour 1)."""

    TICKET_EVENT = "ticket_event"
    PASSIVE_EVENT = "passive_event"
    SKIPPED = "skipped"
    OVER = "over"
    SOLD_ELSEWHERE = "sold_elsewhere"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A source event after mapping: its outcome and, if it is ours, the desired ticket event.

    `code`, `field` and `found`: why it was skipped or rejected. `link`, `admin_link`, `state`, `sold` and `available`:
    what the source shows; `shows`: which of them it can show; `empty`: which it reports as empty. `cut`: the
    description was shortened because the source's is too long or nested too deep.
    """

    uuid: str
    title: str
    outcome: Outcome
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    series_uuid: str | None = None
    event_maker: int
    desired: TicketEvent | None = None
    on_create: OnCreate = DEFAULT_ON_CREATE
    code: str | None = None
    field: str | None = None
    found: str | None = None
    link: str | None = None
    admin_link: str | None = None
    state: SourceState | None = None
    sold: int | None = None
    available: int | None = None
    shows: tuple[str, ...] = SHOWN_BY_A_WEBSITE
    empty: tuple[str, ...] = ()
    cut: bool = False

    @property
    def is_wanted(self) -> bool:
        """Return whether the source event should be in Place2book."""
        return self.outcome in (Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT) and self.desired is not None

    @property
    def maps_anew_at(self) -> datetime | None:
        """Return when it is mapped differently by the time alone, because it is over; None if it will not be."""
        if self.outcome is Outcome.OVER or self.ends_at is None:
            return None
        return max(self.ends_at, self.starts_at or self.ends_at)


class LookalikeChoice(StrEnum):
    """What a person said of an unlinked Place2book event that looks like a source event."""

    ADOPT = "adopt"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPrice:
    """A price of ours as last applied: its id in Place2book, and the name and value we set.

    `ended_at` is set while we keep its sale ended because its ticket category was removed after sales; `ended_before`
    is the former end.
    """

    price_id: int
    name: str
    value_ore: int
    ended_at: datetime | None = None
    ended_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which events a complete snapshot holds: those that start from `start` until before `end` (None: no end)."""

    start: datetime
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Return whether an event that starts at this moment is in the window."""
        return self.start <= moment and (self.end is None or moment < self.end)


class LinkStatus(StrEnum):
    """A link's life: `retired` when its event is over, `deleted` when its Place2book event was removed."""

    LIVE = "live"
    RETIRED = "retired"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Source event <-> Place2book event, with what was last applied (`sync.links`).

    `applied`: the source-owned fields as we last set them; `echo`: as Place2book answered (it may normalise); `drift`:
    what staff changed since, recorded once; all in stored form (owned_fields.py). `prices`: ours by category key.
    `absences`: complete snapshots in a row without the source event; `counted_run`: the run that counted last.
    `sale_closed_at` is set while we keep the event's sale ended; `sale_closed_before` is the former end.
    `state_written`: the sale state last written back to the source.
    """

    uuid: str
    event_maker: int
    event_id: int
    seccode: str
    sales_location: str
    title: str
    status: LinkStatus = LinkStatus.LIVE
    series_uuid: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    applied: Mapping[str, Written] = field(default_factory=dict)
    echo: Mapping[str, Written] = field(default_factory=dict)
    drift: Mapping[str, Written] = field(default_factory=dict)
    prices: Mapping[str, AppliedPrice] = field(default_factory=dict)
    absences: int = 0
    counted_run: str | None = None
    sale_closed_at: datetime | None = None
    sale_closed_before: datetime | None = None
    state_written: SourceState | None = None

    def is_over(self, now: datetime) -> bool:
        """Return whether the link's source event had ended when it was last seen."""
        return self.ends_at is not None and self.ends_at <= now

    def is_out_of_sight(self, window: Window, now: datetime) -> bool:
        """Return whether the source event may be missing from a snapshot: it is over, or starts outside the window."""
        return self.is_over(now) or (self.starts_at is not None and not window.holds(self.starts_at))

    @property
    def key(self) -> TicketEventKey:
        """Return the key of the Place2book event."""
        return TicketEventKey(self.event_maker, self.event_id)


class Kind(StrEnum):
    """What a change does, as stored in `sync.changes.kind`."""

    CREATE = "create"
    ADOPT = "adopt"
    MOVE = "move"
    UPDATE = "update"
    CREATE_PRICE = "create_price"
    UPDATE_PRICE = "update_price"
    DELETE_PRICE = "delete_price"
    END_PRICE_SALE = "end_price_sale"
    END_SALE = "end_sale"
    REOPEN_SALE = "reopen_sale"
    DELETE = "delete"
    RETIRE = "retire"
    RECORD = "record"
    DRIFT = "drift"
    WRITE_BACK = "write_back"
    CLEAR_LINK = "clear_link"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field's old and new value, in stored form."""

    field: str
    old: Written
    new: Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One planned change, a row of `sync.changes`: nothing is sent that was not planned and stored first."""

    kind: Kind
    uuid: str
    title: str
    event_maker: int
    event_id: int | None = None
    price_id: int | None = None
    price_key: str | None = None
    fields: tuple[FieldChange, ...] = ()
    why: str = ""
    moved_from: str | None = None

    @property
    def key(self) -> TicketEventKey:
        """Return which Place2book event it is about, 0 while it has no number."""
        return TicketEventKey(self.event_maker, self.event_id or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteInDoubt:
    """A change of unknown outcome, with its new and old values (`reconcile/in_doubt.py`).

    `looks`: the runs that have completely read Place2book since it was planned or last deferred, without finding its
    result. `series_uuid` is its source event's.
    """

    change_id: int
    kind: Kind
    uuid: str
    title: str
    event_maker: int
    event_id: int | None
    price_id: int | None
    old: Mapping[str, Written]
    new: Mapping[str, Written]
    looks: int = 0
    series_uuid: str | None = None

    @property
    def key(self) -> TicketEventKey:
        """Return which Place2book event it is about, 0 while it has no number."""
        return TicketEventKey(self.event_maker, self.event_id or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Something that could not be carried out for an event: data for staff, not an exception (behaviour 6).

    `code`: the rule; `field` and `found`: what was wrong; `detail`: the API's own words, if any.
    """

    uuid: str
    title: str
    code: str
    field: str | None = None
    found: str | None = None
    detail: str | None = None
    held_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An earlier refusal of an event: the fingerprint of what was tried, and when."""

    fingerprint: str
    tried_at: datetime
