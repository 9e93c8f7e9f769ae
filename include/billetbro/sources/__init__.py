"""The interface of a source of events, and its kinds: a package of this folder each (docs/sources.md)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, runtime_checkable

from pydantic import Field
from pydantic_core import PydanticKnownError

from billetbro.api.http.access import Access
from billetbro.models import KnownRows, PriceUnit, Snapshot, SourceEvent, TicketStatus, WebhookState
from billetbro.models.message import Message
from billetbro.settings.types import Section, Text


class Source(Protocol):
    """Where a library's events come from, and where their ticket status is written back to."""

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event that starts on `from_date` (library's time zone) or later; raises when incomplete.

        Some earlier events may be included; the absence of other earlier events means nothing.
        """

    def ensure_writable(self) -> None:
        """Return if the login may write to the source, by a request that changes nothing; raises WrongCredentials.

        A source without such a request must notice a wrong login when it reads.
        """

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write a ticket status to an event: at least what has changed of it, and only what the event `shows`.

        Raises PartlyRefused if the source accepted only some of it, so that only the rest stays due.
        """


@runtime_checkable
class ReadsRows(Protocol):
    """Optional for a source: tells which events are sent as before, without parsing them."""

    def read_rows(self, from_date: date, known: KnownRows) -> Snapshot:
        """Return the same events as `read`, those that are sent as in the `known` snapshot without their content."""


@runtime_checkable
class ShowsUpdates(Protocol):
    """Optional for a source: shows the state of a forced update to whoever requested it there."""

    def show_update(self, uuid: str, state: WebhookState, *, of_group: bool = False) -> None:
        """Show the state of the forced update of an event, or of a group of events."""


class SourceSettings(Section, ABC):
    """A source's settings in libraries.yaml, and how to open it.

    Each package of this folder exports its own as `KIND`; the package's name is the `type` in libraries.yaml.
    """

    type: Text = Field(description="allowed.kind")
    conn_id: Text = Field(description="allowed.connection")
    price_unit: PriceUnit = Field(description="allowed.price_unit")

    @abstractmethod
    def opened(self, access: Access, *, lookback_days: int) -> AbstractContextManager[Source]:
        """Open the source for a block; it will be asked for events from `lookback_days` ago."""

    @property
    def reach(self) -> timedelta | None:
        """Return how far past today a snapshot reaches; None if it holds all future events."""
        return None

    @abstractmethod
    def check(self, access: Access) -> Message:
        """Return a message that address and login work; raises BilletbroError."""


@runtime_checkable
class TakesUpdates(Protocol):
    """Optional for a source's settings: forced updates can be requested by webhook."""

    @property
    def webhook(self) -> str | None:
        """The id of the Airflow connection with the webhook's secret as its password; None if it is off."""

    def has_event(self, access: Access, uuid: str) -> bool:
        """Tell whether the source has such an event."""

    def events_of_group(self, access: Access, group: str) -> Sequence[str] | None:
        """Return the events of a group, None if there is no such group.

        It is empty where the source cannot tell: then those of the snapshot with the group as their series count.
        """


def kinds() -> dict[str, type[SourceSettings]]:
    """Return the settings of each kind of source, by its name."""
    files = {one.name: import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)}
    return {name: file.KIND for name, file in files.items() if hasattr(file, "KIND")}


def kind_named_in(section: Mapping[str, object]) -> type[SourceSettings]:
    """Return the settings class that `type` names; raises pydantic's errors for a union's tag."""
    known = kinds()
    match section.get("type"):
        case None:
            raise PydanticKnownError("union_tag_not_found", {"discriminator": "'type'"})
        case str(name) if name in known:
            return known[name]
        case other:
            expected = ", ".join(repr(name) for name in known)
            tag = {"discriminator": "'type'", "tag": str(other), "expected_tags": expected}
            raise PydanticKnownError("union_tag_invalid", tag)
