"""The libraries and their settings, from one YAML file, validated once.

`load_settings` reads the file that `BILLETBRO_LIBRARIES` names, else `include/libraries.yaml`. Every mistake in the
file is reported at once; the text of "allowed" in a message is the description of the field below.
"""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    Field,
    SerializeAsAny,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    field_validator,
)

from billetbro.models import Address, LibraryRules, PersonalDataPolicy
from billetbro.settings.file import Content, LibrariesFileError, read_file
from billetbro.settings.mistakes import mistakes_across, mistakes_of
from billetbro.settings.types import Section, Text, WholeAddress
from billetbro.sources import SourceSettings, kind_named_in

__all__ = ["LibrariesFileError", "Library", "Settings", "load_settings"]

FILE_VARIABLE = "BILLETBRO_LIBRARIES"
DEFAULT_FILE = Path(__file__).parents[2] / "libraries.yaml"

EventMaker = Annotated[StrictInt, Field(ge=1)]
AgeGroup = Literal["Alle", "Børn", "Unge", "Voksne", "Ældre"]


class Place2book(Section):
    """Where a library's ticket events go: its connection, its event maker, and those of its branches."""

    conn_id: Text = Field("place2book", description="the id of an Airflow connection of type place2book, as text")
    event_maker: EventMaker = Field(description="the event maker's number in Place2book, such as 5000")
    event_makers_by_branch: dict[Text, EventMaker] = Field(
        default_factory=dict, description="a branch's name, a colon, and its event maker's number"
    )


class MaxRemovals(Section):
    """How much one run may delete: both limits have to be passed before the guard stops it (behaviour 5)."""

    count: Annotated[StrictInt, Field(ge=0)] = Field(3, description="a whole number, 0 or more")
    percent: Annotated[StrictInt, Field(ge=0, le=100)] = Field(20, description="a whole number from 0 to 100")


class Requests(Section):
    """How hard the APIs may be worked for one library."""

    concurrency: Annotated[StrictInt, Field(ge=1, le=32)] = Field(4, description="a whole number from 1 to 32")
    per_second: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] = Field(
        10, description="a number above 0"
    )


class NewEvents(Section):
    """What is set when an event is created, and is the staff's from then on (behaviour 3)."""

    mute: StrictBool = Field(True, description="true or false")
    kultunaut_export: StrictBool = Field(False, description="true or false")


class Kultunaut(Section):
    """How audiences and categories of the source are called at Kultunaut; the first match in the event counts."""

    age_groups: dict[Text, AgeGroup] = Field(
        default_factory=dict, description="an audience, a colon, and one of Alle, Børn, Unge, Voksne, Ældre"
    )
    categories: dict[Text, Text] = Field(default_factory=dict, description="a category, a colon, and Kultunaut's name")


class PersonalData(Section):
    """What happens to buyers' personal data before it is stored, and for how many days it is kept."""

    policy: PersonalDataPolicy = Field(PersonalDataPolicy.PSEUDONYMISE, description="pseudonymise, drop or keep")
    keep_answers: tuple[Text, ...] = Field((), description="a list of the names of custom fields, as text")
    retention_days: Annotated[StrictInt, Field(ge=1)] = Field(365, description="a whole number of days, 1 or more")


class Library(Section):
    """One library's settings, its file's `defaults` merged in."""

    id: Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9_-]+$")] = Field(
        description="small letters a-z, digits, _ and -, as text"
    )
    name: Text = Field(description="text")
    source: SerializeAsAny[SourceSettings] = Field(description="a mapping with type, conn_id and price_unit")
    place2book: Place2book = Field(description="a mapping with conn_id and event_maker")
    twin_of: Text | None = Field(None, description="the id of the library that leads, as text")
    import_unpriced_events: StrictBool = Field(False, description="true or false")
    contact_phone: Annotated[str, StringConstraints(strict=True, pattern=r"^[+0-9 ]*$")] = Field(
        "", description='digits, spaces and + in quotes, such as "+45 44 52 57 00", or "" for none'
    )
    fallback_address: WholeAddress = Field(description="a mapping with name, address1, postal_code and city")
    currency: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")] = Field(
        "DKK", description="three capital letters, such as DKK"
    )
    timezone: Text = Field("Europe/Copenhagen", description="the name of a time zone, such as Europe/Copenhagen")
    lookback_days: Annotated[StrictInt, Field(ge=0)] = Field(60, description="a whole number of days, 0 or more")
    max_removals: MaxRemovals = Field(default_factory=MaxRemovals, description="a mapping with count and percent")
    requests: Requests = Field(default_factory=Requests, description="a mapping with concurrency and per_second")
    new_events: NewEvents = Field(default_factory=NewEvents, description="a mapping with mute and kultunaut_export")
    kultunaut: Kultunaut = Field(default_factory=Kultunaut, description="a mapping with age_groups and categories")
    personal_data: PersonalData = Field(
        default_factory=PersonalData, description="a mapping with policy, keep_answers and retention_days"
    )

    @field_validator("source", mode="before")
    @classmethod
    def _is_read_by_its_kind(cls, value: object) -> object:
        return kind_named_in(value).model_validate(value) if isinstance(value, Mapping) else value

    @field_validator("timezone")
    @classmethod
    def _is_a_known_time_zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, OSError):
            raise ValueError("not a time zone") from None
        return value

    def rules(self, sales_host: str | None = None) -> LibraryRules:
        """Return what the pure rules need; `sales_host` is the connection's own host[:port] of sales links."""
        rules = LibraryRules(
            library=self.id,
            price_unit=self.source.price_unit,
            currency=self.currency,
            timezone=self.timezone,
            fallback_address=Address(**self.fallback_address.model_dump(), phone=self.contact_phone),
            contact_phone=self.contact_phone,
            import_unpriced_events=self.import_unpriced_events,
            event_maker=self.place2book.event_maker,
            event_makers_by_branch=self.place2book.event_makers_by_branch,
            max_removals_count=self.max_removals.count,
            max_removals_percent=self.max_removals.percent,
            mute=self.new_events.mute,
            kultunaut_export=self.new_events.kultunaut_export,
            kultunaut_age_groups=self.kultunaut.age_groups,
            kultunaut_categories=self.kultunaut.categories,
        )
        return replace(rules, sales_hosts=rules.sales_hosts | {sales_host.lower()}) if sales_host else rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every library of the file, in the file's order; `unlisted` is for data of libraries that it lists no longer."""

    libraries: tuple[Library, ...]
    unlisted: PersonalData = field(default_factory=PersonalData)

    def library(self, library_id: str) -> Library:
        """Return the library with this id; raises LibrariesFileError, naming the known ones."""
        return self.select([library_id])[0]

    def select(self, ids: Iterable[str]) -> tuple[Library, ...]:
        """Return these libraries in the file's order, all of them when no id is given; raises LibrariesFileError."""
        wanted = set(ids)
        known = [library.id for library in self.libraries]
        if unknown := sorted(wanted.difference(known)):
            raise LibrariesFileError(f"unknown library: {', '.join(unknown)}; known are: {', '.join(known)}")
        return tuple(library for library in self.libraries if not wanted or library.id in wanted)

    def twin(self, library: Library) -> Library | None:
        """Return the library that shows the same events as this one, whichever of them leads; None for most."""
        return next(
            (other for other in self.libraries if library.id == other.twin_of or other.id == library.twin_of), None
        )


def load_settings(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and validate the libraries' file; raises one LibrariesFileError that lists every mistake in it."""
    file = path or Path(environ.get(FILE_VARIABLE) or DEFAULT_FILE)
    content = read_file(file)
    libraries, of_libraries = _validated(content)
    mistakes = [*content.mistakes, *mistakes_across(content.libraries), *of_libraries]
    if mistakes:
        lines = "\n".join(f"  - {mistake}" for mistake in dict.fromkeys(mistakes))
        raise LibrariesFileError(f"{file}: the libraries' settings have mistakes:\n{lines}")
    return Settings(libraries=tuple(libraries), unlisted=_unlisted(file, content.libraries[0].defaults))


def libraries_in_order(environ: Mapping[str, str] = os.environ) -> tuple[Library, ...]:
    """Return the libraries that have no mistake of their own, for those who look for what is wrong with the others."""
    libraries, _ = _validated(read_file(Path(environ.get(FILE_VARIABLE) or DEFAULT_FILE)))
    return tuple(libraries)


def _validated(content: Content) -> tuple[list[Library], list[str]]:
    """Return the libraries without mistakes, and the mistakes of the others."""
    libraries: list[Library] = []
    mistakes: list[str] = []
    for entry in content.libraries:
        try:
            libraries.append(Library.model_validate(entry.merged))
        except ValidationError as error:
            mistakes += mistakes_of(entry, error, Library)
    return libraries, mistakes


def _unlisted(file: Path, defaults: Mapping[str, object]) -> PersonalData:
    """Return the defaults for personal data; mistakes in them are told with a library's, unless each has its own."""
    try:
        return PersonalData.model_validate(defaults.get("personal_data") or {})
    except ValidationError:
        raise LibrariesFileError(
            f"{file}: defaults: personal_data: has a mistake that each library has made up for; it is needed for the "
            "data of libraries that are no longer listed."
        ) from None
