"""What has to be known of an event to say why it has no ticket button (why.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from billetbro.models import CurrentEvent, Link, Mapped
from billetbro.models.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The library's latest run that was to change something: when it began, and what went wrong, by step."""

    started_at: datetime
    errors: Mapping[str, Message] = field(default_factory=dict)
    removals_blocked: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What the tables tell of one source event. `rejections` are the open ones, by their codes.

    `read_at` is when the source's list was last read whole, `asked_from` the start of what it was asked for, `seen_at`
    when the event was last in it. `failed_write_back` is what became of the latest PATCH when it failed,
    `removed_because` why the event was last taken off sale, `state_patched` whether a state of ours stands on the
    source event itself.
    """

    now: datetime
    timezone: str
    read_at: datetime | None
    asked_from: datetime | None = None
    last_run: LastRun | None = None
    seen_at: datetime | None = None
    present: bool = False
    mapped: Mapped | None = None
    link: Link | None = None
    current: CurrentEvent | None = None
    rejections: Mapping[str, Message] = field(default_factory=dict)
    failed_write_back: Message | None = None
    removed_because: str | None = None
    state_patched: bool = False
