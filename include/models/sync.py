"""Mapping's answer, the link between two events, and the changes that a plan is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from include.models.source import SourceState
from include.models.ticketing import OnCreate, TicketEvent, Written


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

    `code`, `field` and `found` tell why it was skipped or rejected. `sales_link` is the source's link when it points
    to a Place2book event.
    """

    uuid: str
    title: str
    outcome: Outcome
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    series_uuid: str | None = None
    event_maker: int
    desired: TicketEvent | None = None
    on_create: OnCreate = OnCreate()
    code: str | None = None
    field: str | None = None
    found: str | None = None
    link: str | None = None
    admin_link: str | None = None
    state: SourceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPrice:
    """A price of ours as it was last applied: where it stands in Place2book, and the name and value we gave it."""

    price_id: int
    name: str
    value_ore: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Source event <-> Place2book event, with what was last applied (`sync.links`).

    `applied` holds the source-owned fields in their written-down form (see `plan.written_fields`); `prices` maps a
    ticket category's key to the price that came from it; `absences` counts the complete snapshots in a row in which
    the source event was missing; `state_seen` is the ticket button's state that was last written back.
    """

    uuid: str
    event_maker: int
    event_id: int
    seccode: str
    sales_location: str
    title: str
    series_uuid: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    applied: Mapping[str, Written] = field(default_factory=dict)
    prices: Mapping[str, AppliedPrice] = field(default_factory=dict)
    drift: Mapping[str, Written] = field(default_factory=dict)
    absences: int = 0
    retired: bool = False
    state_written: str | None = None
    link_written: str | None = None


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
