"""What a source of events says, as frozen types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from billetbro.models.text import normal_form


class SourceState(StrEnum):
    """The state of an event at its source, in the CMS's own words."""

    TICKET_SALE_NOT_OPEN = "TicketSaleNotOpen"
    ACTIVE = "Active"
    SOLD_OUT = "SoldOut"
    CANCELLED = "Cancelled"
    OCCURRED = "Occurred"


SHOWN_BY_A_WEBSITE = ("state", "link", "admin_link")
"""What of a ticket status a source can show when it says nothing else."""

LISTED_TWICE = "uuid"
"""The field under which an event's `unreadable` names the titles of what its source lists under one uuid, differently.
Such an event says nothing else that can be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStatus:
    """What a source is to show of an event's sale. `changed` names what of it the source shows otherwise now.

    A state None is left as it is; anything else None is emptied. `available` None is a sale without a limit.
    """

    state: SourceState | None = None
    link: str | None = None
    admin_link: str | None = None
    sold: int | None = None
    available: int | None = None
    changed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCategory:
    """A ticket category as the source sends it; `amount` is in the unit that the library's settings name."""

    title: str
    uuid: str | None = None
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def key(self) -> str:
        """Return what identifies the category over time: its uuid, or its title where it has none."""
        return self.uuid or f"title:{normal_form(self.title)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAddress:
    """Where a source event takes place; every part can be missing.

    `place` names a place of its own, away from the library's branch: the address is then that place's. Without it the
    address is the branch's. `room` is a room at either.
    """

    online: bool = False
    place: str | None = None
    room: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEvent:
    """An event as its source (a CMS) shows it. Times are aware; texts are as sent, HTML and entities included.

    `unreadable` names the fields whose value could not be understood, each with what was found: such an event is
    present, never read as absent, and is rejected. `shows` names the fields of TicketStatus that the source can show of
    it; `sold` and `available` are what it shows, None where nothing. `empty` names those that it tells to hold
    nothing, where None could also be what is not told or not understood.
    """

    uuid: str
    title: str
    state: SourceState | None
    url: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool = False
    relevant: bool = True
    description: str | None = None
    body: str | None = None
    image_url: str | None = None
    branches: tuple[str, ...] = ()
    address: SourceAddress | None = None
    categories: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    ticket_categories: tuple[TicketCategory, ...] = ()
    capacity: int | None = None
    series_uuid: str | None = None
    link: str | None = None
    admin_link: str | None = None
    sold: int | None = None
    available: int | None = None
    shows: tuple[str, ...] = SHOWN_BY_A_WEBSITE
    empty: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)
