"""Events as their source shows them, as frozen types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b

from billetbro.models.text import normal_form


class SourceState(StrEnum):
    """The state of an event at its source, in the CMS's own words."""

    TICKET_SALE_NOT_OPEN = "TicketSaleNotOpen"
    ACTIVE = "Active"
    SOLD_OUT = "SoldOut"
    CANCELLED = "Cancelled"
    OCCURRED = "Occurred"


SHOWN_BY_A_WEBSITE = ("state", "link", "admin_link")
"""The fields of a ticket status that a source can show unless it says otherwise."""

LISTED_TWICE = "uuid"
"""The key in `unreadable` for the titles of different events that the source lists under one uuid. Nothing else about
such an event is reliable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStatus:
    """What a source should show of an event's sale. `changed` names the fields that it shows differently now.

    A state None is left unchanged; any other field None is cleared. `available` None means no limit.
    """

    state: SourceState | None = None
    link: str | None = None
    admin_link: str | None = None
    sold: int | None = None
    available: int | None = None
    changed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCategory:
    """A ticket category as the source sends it; `amount` is in the unit of the library's settings."""

    title: str
    uuid: str | None = None
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def key(self) -> str:
        """Return the category's key over time: its uuid, or its title if it has none."""
        return self.uuid or f"title:{normal_form(self.title)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAddress:
    """Where a source event takes place; every part can be missing.

    `place` is a place other than the library's branch. The address belongs to the place, or else to the branch; so does
    `room`.
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

    `unreadable`: the fields that could not be parsed, with their values; such an event is present, not absent, and is
    rejected. `shows`: the fields of TicketStatus that the source can show; `sold` and `available`: its values, if any.
    `empty`: the fields that the source reports as empty, where None alone could also mean unknown.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One event of a snapshot: its uuid, and the fingerprint of what the source sent.

    `event` is None where the fingerprint is known: then it is the event of the snapshot before.
    """

    uuid: str
    fingerprint: str
    event: SourceEvent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """What a source's answer said of its version (ETag, Last-Modified), and from which day on events were asked for."""

    first_day: date
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A complete list of events, with what tells whether the next one is the same, if the source offers that."""

    rows: tuple[SourceRow, ...]
    validator: Validator | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRows:
    """What the latest snapshot holds: the uuid of each event by fingerprint.

    `validator`: of that list, if every event of it is known.

    `version` names the code that reads events: another version makes other fingerprints, so that everything is read
    again after an upgrade.
    """

    version: str = ""
    uuids: Mapping[str, str] = field(default_factory=dict)
    validator: Validator | None = None

    @property
    def unchanged(self) -> Snapshot:
        """Return the latest snapshot as it was."""
        rows = (SourceRow(uuid=uuid, fingerprint=sent, event=None) for sent, uuid in self.uuids.items())
        return Snapshot(rows=tuple(rows), validator=self.validator)

    def fingerprint(self, sent: bytes) -> str:
        """Return the fingerprint of what was sent of an event."""
        return fingerprint_of(sent, self.version)

    def row_of(self, uuid: str, sent: bytes, event: SourceEvent) -> SourceRow:
        """Return the row of an event that was parsed, for a source that cannot compare before it does."""
        fingerprint = self.fingerprint(sent)
        known = self.uuids.get(fingerprint) == uuid
        return SourceRow(uuid=uuid, fingerprint=fingerprint, event=None if known else event)


def fingerprint_of(sent: bytes, version: str = "") -> str:
    """Return a short hash of bytes, as read by this version of the code."""
    return blake2b(sent, digest_size=16, key=version.encode()[:64]).hexdigest()
