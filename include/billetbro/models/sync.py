"""Mapping's answer, the link between two events, and the changes that a plan is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from billetbro.models.source import SHOWN_BY_A_WEBSITE, SourceState
from billetbro.models.ticketing import OnCreate, TicketEvent, TicketEventKey, Written

DEFAULT_ON_CREATE = OnCreate()


class Outcome(StrEnum):
    """What a source event is to us (behaviour 1)."""

    TICKET_EVENT = "ticket_event"
    PASSIVE_EVENT = "passive_event"
    SKIPPED = "skipped"
    OVER = "over"
    SOLD_ELSEWHERE = "sold_elsewhere"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A source event after mapping: its outcome and, where it is ours, what it should be in Place2book.

    `code`, `field` and `found` tell why it was skipped or rejected. `link`, `admin_link`, `state`, `sold` and
    `available` are what the source shows, `shows` the names of those that it can show, `empty` of those that it tells
    to hold nothing. `cut` tells that its description holds less than the source's, which is too long or too deep.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPrice:
    """A price of ours as it was last applied: where it stands in Place2book, and the name and value we gave it.

    `ended_at` is set while we hold its sale ended because its ticket category was removed after sales, with what stood
    there before in `ended_before`.
    """

    price_id: int
    name: str
    value_ore: int
    ended_at: datetime | None = None
    ended_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which events a complete snapshot holds, by their start: from `start`, before `end` (None: whenever)."""

    start: datetime
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Return whether a snapshot holds an event that starts at this moment, if there is one."""
        return self.start <= moment and (self.end is None or moment < self.end)


class LinkStatus(StrEnum):
    """A link's life: `retired` when its event is over, `deleted` when its Place2book event was removed."""

    LIVE = "live"
    RETIRED = "retired"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Source event <-> Place2book event, with what was last applied (`sync.links`).

    `applied` holds the source-owned fields as we last set them, `echo` as Place2book answered right after (it may
    normalise), `drift` what staff changed since and was recorded once, all as owned_fields.py writes them down.
    `prices` maps a ticket category's key to the price that came from it. `absences` counts the complete snapshots in a
    row that lacked the source event, `counted_run` the run that counted last. `sale_closed_at` is set while we hold
    the event's sale ended, with what stood there before in `sale_closed_before`. `state_written` is the sale state
    that was last written back to the source.
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
        """Return whether a snapshot need not hold the source event: it is over, or starts outside the window."""
        return self.is_over(now) or (self.starts_at is not None and not window.holds(self.starts_at))

    @property
    def key(self) -> TicketEventKey:
        """Return which Place2book event it is about."""
        return TicketEventKey(self.event_maker, self.event_id)


class Kind(StrEnum):
    """What a change does. The names stand in `sync.changes.kind`."""

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
    """One field's old and new value, in their written-down form."""

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
    """A change whose outcome is not known: what it set, and what stood there before (`reconcile/in_doubt.py`).

    `looks` counts the runs that have read Place2book whole since it was planned or last deferred, and did not find
    what it did. `series_uuid` is its source event's.
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
    """Something about one event that could not be carried out: data for staff, not an exception (behaviour 6).

    `code` names the rule; `field` and `found` what was wrong; `detail` the API's own words, where it had some.
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
    """What was refused about an event before: the fingerprint of what was tried, and when."""

    fingerprint: str
    tried_at: datetime
