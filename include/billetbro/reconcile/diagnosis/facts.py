"""What why.py needs to know to explain a missing ticket button."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from billetbro.models import CurrentEvent, Link, Mapped, SourceEvent
from billetbro.models.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The library's latest run that could make changes: when it began, and its errors by step."""

    started_at: datetime
    errors: Mapping[str, Message] = field(default_factory=dict)
    removals_blocked: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What the tables hold about one source event. `rejections`: the open ones, by code.

    `read_at`: when the source's list was last read completely; `asked_from`: from which start on; `seen_at`: when the
    event was last in it; `source`: as it was then. `failed_write_back`: the error of the latest PATCH, if it failed.
    `removed_because`: why the event was last taken off sale. `state_patched`: whether we ever wrote a state to the
    source event.
    `pruned_before`: events that were over by then may have been removed.
    """

    now: datetime
    timezone: str
    read_at: datetime | None
    asked_from: datetime | None = None
    last_run: LastRun | None = None
    seen_at: datetime | None = None
    present: bool = False
    source: SourceEvent | None = None
    mapped: Mapped | None = None
    link: Link | None = None
    current: CurrentEvent | None = None
    rejections: Mapping[str, Message] = field(default_factory=dict)
    failed_write_back: Message | None = None
    removed_because: str | None = None
    state_patched: bool = False
    pruned_before: datetime | None = None
