"""What a source of events must offer, and which kinds there are: each is one file of this folder (docs/sources.md)."""

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
from billetbro.models import PriceUnit, SourceEvent, TicketStatus, WebhookState
from billetbro.models.message import Message
from billetbro.settings.types import Section, Text


class Source(Protocol):
    """Where a library's events come from, and where the status of their sale goes back to."""

    def read(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return every event that starts on `from_date` or later: a complete snapshot, or an error of the tree.

        The date is one in the library's time zone. Some that start before it may be among them; that others are not
        tells nothing of those.
        """
        ...

    def ensure_writable(self) -> None:
        """Return when the login may write to the source; raises WrongCredentials when it may not.

        It is asked with a request that changes nothing. Where a source has none, reading must find a wrong login.
        """
        ...

    def write_back(self, uuid: str, status: TicketStatus) -> None:
        """Write a ticket status to an event: at least what of it has changed, and only what the event `shows`.

        Raises PartlyRefused where the source took only some of it, so that the rest alone stays due.
        """
        ...


@runtime_checkable
class ShowsUpdates(Protocol):
    """What a source offers besides, in which somebody can ask for the forced update of an event or of a group."""

    def show_update(self, uuid: str, state: WebhookState, *, of_group: bool = False) -> None:
        """Tell who asked for the forced update of an event, or of a group of events, how it stands."""
        ...


class SourceSettings(Section, ABC):
    """What libraries.yaml says of a source, and the way from there to the source itself.

    A file of this folder offers its own as `KIND`; the file's name is the `type` that libraries.yaml gives.
    """

    type: Text = Field(description="allowed.kind")
    conn_id: Text = Field(description="allowed.connection")
    price_unit: PriceUnit = Field(description="allowed.price_unit")

    @abstractmethod
    def opened(self, access: Access, *, lookback_days: int) -> AbstractContextManager[Source]:
        """Give the source for as long as a block lasts; it will be asked for events from `lookback_days` ago."""

    @property
    def reach(self) -> timedelta | None:
        """Return how far past today a snapshot reaches; None when it holds all that is to come."""
        return None

    @abstractmethod
    def check(self, access: Access) -> Message:
        """Return a message that address and login work, or raise an error of the tree."""


@runtime_checkable
class TakesUpdates(Protocol):
    """What a source's settings offer besides, where somebody can ask for the forced update of an event by webhook."""

    @property
    def webhook(self) -> str | None:
        """The id of the Airflow connection whose password is the webhook's secret; None where it is off."""
        ...

    def has_event(self, access: Access, uuid: str) -> bool:
        """Tell whether the source has such an event, or raise an error of the tree."""
        ...

    def events_of_group(self, access: Access, group: str) -> Sequence[str] | None:
        """Return the events of a group, None when the source has none such; or raise an error of the tree.

        No events where the source cannot tell: then those count that it showed with the group as their series.
        """
        ...


def kinds() -> dict[str, type[SourceSettings]]:
    """Return the settings of each kind of source, by its name."""
    files = {one.name: import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)}
    return {name: file.KIND for name, file in files.items() if hasattr(file, "KIND")}


def kind_named_in(told: Mapping[str, object]) -> type[SourceSettings]:
    """Return the settings that `type` names; raises pydantic's errors for a union's tag when it names none."""
    known = kinds()
    match told.get("type"):
        case None:
            raise PydanticKnownError("union_tag_not_found", {"discriminator": "'type'"})
        case str(name) if name in known:
            return known[name]
        case other:
            expected = ", ".join(repr(name) for name in known)
            tag = {"discriminator": "'type'", "tag": str(other), "expected_tags": expected}
            raise PydanticKnownError("union_tag_invalid", tag)
