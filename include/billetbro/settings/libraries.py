"""The libraries and their settings, from one YAML file, validated once.

`load_settings` reads the file that `BILLETBRO_LIBRARIES` names, else `include/libraries.yaml`, and reports all mistakes
at once. A field's description is the key of the sentence about what is allowed.
"""

import os
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, SerializeAsAny, StrictBool, StrictInt, StringConstraints, ValidationError, field_validator

from billetbro.messages.catalogue import languages
from billetbro.models import Address, LibraryRules, PersonalDataPolicy
from billetbro.models.message import Message
from billetbro.settings.addresses import NoticeAddress
from billetbro.settings.file import Content, Entry, LibrariesFileError, read_file, settings_file
from billetbro.settings.mistakes import mistakes_across, mistakes_of
from billetbro.settings.types import Section, Text, WholeAddress
from billetbro.sources import SourceSettings, kind_named_in

__all__ = ["LibrariesFileError", "Library", "Settings", "in_units", "load_settings"]

EventMaker = Annotated[StrictInt, Field(ge=1)]
AgeGroup = Literal["Alle", "Børn", "Unge", "Voksne", "Ældre"]
AnySection = TypeVar("AnySection", bound=Section)


class Place2book(Section):
    """Where a library's ticket events go: its connection, its event maker, and those of its branches."""

    conn_id: Text = Field("place2book", description="allowed.connection_of_place2book")
    event_maker: EventMaker = Field(description="allowed.event_maker")
    event_makers_by_branch: dict[Text, EventMaker] = Field(
        default_factory=dict, description="allowed.event_makers_by_branch"
    )


class MaxRemovals(Section):
    """How much one run may delete: the guard stops it when both limits are exceeded (behaviour 5)."""

    count: Annotated[StrictInt, Field(ge=0)] = Field(3, description="allowed.whole_number")
    percent: Annotated[StrictInt, Field(ge=0, le=100)] = Field(20, description="allowed.percent")


class Requests(Section):
    """How fast the APIs may be used for one library."""

    concurrency: Annotated[StrictInt, Field(ge=1, le=32)] = Field(4, description="allowed.concurrency")
    per_second: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] = Field(
        10, description="allowed.per_second"
    )


class NewEvents(Section):
    """Values set only when an event is created; staff own them afterwards (behaviour 3)."""

    mute: StrictBool = Field(True, description="allowed.true_or_false")
    kultunaut_export: StrictBool = Field(False, description="allowed.true_or_false")


class Kultunaut(Section):
    """Kultunaut's names for the source's audiences and categories; an event's first match counts."""

    age_groups: dict[Text, AgeGroup] = Field(default_factory=dict, description="allowed.age_groups")
    categories: dict[Text, Text] = Field(default_factory=dict, description="allowed.categories")


class PersonalData(Section):
    """How buyers' personal data is protected before it is stored, and for how many days it is kept."""

    policy: PersonalDataPolicy = Field(PersonalDataPolicy.PSEUDONYMISE, description="allowed.policy")
    keep_answers: tuple[Text, ...] = Field((), description="allowed.keep_answers")
    retention_days: Annotated[StrictInt, Field(ge=1)] = Field(365, description="allowed.retention_days")


class History(Section):
    """For how many days the schema `sync` keeps history, and runs that found nothing to do."""

    days: Annotated[StrictInt, Field(ge=90, le=36500)] = Field(730, description="allowed.history_days")
    quiet_runs_days: Annotated[StrictInt, Field(ge=31, le=36500)] = Field(90, description="allowed.quiet_runs_days")


class Told(Section):
    """Who is told of what needs somebody, and in which language; None: that of the installation."""

    notify: tuple[NoticeAddress, ...] = Field((), description="allowed.notify")
    language: Text | None = Field(None, description="allowed.language")

    @field_validator("language")
    @classmethod
    def _is_a_language_that_there_is(cls, value: str | None) -> str | None:
        if value is not None and value not in languages():
            raise ValueError("not a language with a catalogue")
        return value


class Library(Told):
    """One library's settings, with the file's `defaults`."""

    id: Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9_-]+$")] = Field(description="allowed.id")
    name: Text = Field(description="allowed.text")
    source: SerializeAsAny[SourceSettings] = Field(description="allowed.source")
    place2book: Place2book = Field(description="allowed.place2book")
    twin_of: Text | None = Field(None, description="allowed.twin_of")
    import_unpriced_events: StrictBool = Field(False, description="allowed.true_or_false")
    contact_phone: Annotated[str, StringConstraints(strict=True, pattern=r"^[+0-9 ]*$")] = Field(
        "", description="allowed.contact_phone"
    )
    fallback_address: WholeAddress = Field(description="allowed.fallback_address")
    currency: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")] = Field(
        "DKK", description="allowed.currency"
    )
    timezone: Text = Field("Europe/Copenhagen", description="allowed.timezone")
    lookback_days: Annotated[StrictInt, Field(ge=0)] = Field(60, description="allowed.days")
    max_removals: MaxRemovals = Field(default_factory=MaxRemovals, description="allowed.max_removals")
    requests: Requests = Field(default_factory=Requests, description="allowed.requests")
    new_events: NewEvents = Field(default_factory=NewEvents, description="allowed.new_events")
    kultunaut: Kultunaut = Field(default_factory=Kultunaut, description="allowed.kultunaut")
    personal_data: PersonalData = Field(default_factory=PersonalData, description="allowed.personal_data")
    history: History = Field(default_factory=History, description="allowed.history")
    staff: tuple[Text, ...] = Field((), description="allowed.staff")

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
        """Return the settings for the pure rules; `sales_host` is the connection's own host[:port] of sales links."""
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
    """Every library in the file's order; the `unlisted` are for data of libraries that are no longer listed."""

    libraries: tuple[Library, ...]
    unlisted: PersonalData = field(default_factory=PersonalData)
    unlisted_history: History = field(default_factory=History)
    operators: Told = field(default_factory=Told)

    def library(self, library_id: str) -> Library:
        """Return the library with this id; raises LibrariesFileError."""
        return self.select([library_id])[0]

    def select(self, ids: Iterable[str]) -> tuple[Library, ...]:
        """Return these libraries in the file's order, all if no id is given; raises LibrariesFileError."""
        wanted = set(ids)
        known = [library.id for library in self.libraries]
        if unknown := sorted(wanted.difference(known)):
            raise LibrariesFileError("settings.unknown_library", unknown=", ".join(unknown), known=", ".join(known))
        return tuple(library for library in self.libraries if not wanted or library.id in wanted)

    def twin(self, library: Library) -> Library | None:
        """Return the library that shows the same events as this one, whichever leads; None for most."""
        twins = (other for other in self.libraries if library.id == other.twin_of or other.id == library.twin_of)
        return next(twins, None)


def in_units(libraries: Sequence[Library]) -> list[list[str]]:
    """Return the library ids in lists of one, twins together with the leading one first."""
    there = {library.id for library in libraries}
    follower = {library.twin_of: library.id for library in libraries if library.twin_of in there}
    led = set(follower.values())
    return [
        [library.id, *([follower[library.id]] if library.id in follower else [])]
        for library in libraries
        if library.id not in led
    ]


def load_settings(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and validate the libraries' file; raises one LibrariesFileError that lists every mistake in it."""
    file = path or settings_file(environ)
    content = read_file(file)
    libraries, of_libraries = _validated(content)
    operators, of_operators = _operators(content)
    mistakes = [*content.mistakes, *mistakes_across(content.libraries), *of_libraries, *of_operators]
    if mistakes:
        each_once = tuple(one for place, one in enumerate(mistakes) if one not in mistakes[:place])
        raise LibrariesFileError("settings.mistakes", file=str(file), mistakes=each_once)
    defaults = content.libraries[0].defaults
    return Settings(
        libraries=tuple(libraries),
        unlisted=_unlisted(file, defaults, PersonalData, "personal_data"),
        unlisted_history=_unlisted(file, defaults, History, "history"),
        operators=operators,
    )


def libraries_in_order(environ: Mapping[str, str] = os.environ) -> tuple[Library, ...]:
    """Return the libraries without a mistake of their own, whatever is wrong with the others."""
    libraries, _ = _validated(read_file(settings_file(environ)))
    return tuple(libraries)


def operators_told(environ: Mapping[str, str] = os.environ) -> Told:
    """Return where operators are told, whatever else is wrong with the file; nowhere if that itself is."""
    operators, _ = _operators(read_file(settings_file(environ)))
    return operators


def _operators(content: Content) -> tuple[Told, list[Message]]:
    """Return where operators are told, and the mistakes in it."""
    try:
        return Told.model_validate(content.operators), []
    except ValidationError as error:
        entry = Entry(label="operators", own=content.operators, defaults={}, merged=content.operators)
        return Told(), mistakes_of(entry, error, Told)


def _validated(content: Content) -> tuple[list[Library], list[Message]]:
    """Return the libraries without mistakes, and the mistakes of the others."""
    libraries: list[Library] = []
    mistakes: list[Message] = []
    for entry in content.libraries:
        try:
            libraries.append(Library.model_validate(entry.merged))
        except ValidationError as error:
            mistakes += mistakes_of(entry, error, Library)
    return libraries, mistakes


def _unlisted(file: Path, defaults: Mapping[str, object], section: type[AnySection], name: str) -> AnySection:
    """Return a section of the defaults; a mistake here shows only if every library overrides it."""
    try:
        return section.model_validate(defaults.get(name) or {})
    except ValidationError:
        raise LibrariesFileError("settings.unlisted", file=str(file), section=name) from None
