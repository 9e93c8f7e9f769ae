"""One date of a website: what it has of its own, and what it shows of its series."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sandbox.moments import DENMARK, parse

UNPUBLISHED_AFTER_END: Final = timedelta(hours=6)


@dataclass(slots=True)
class CmsEvent:
    """An event instance; times are UTC.

    `own` holds what was stored on the instance itself, `of_series` what stands on its series, shared by all instances.
    """

    uuid: str
    start: datetime
    end: datetime
    created_at: datetime
    updated_at: datetime
    own: dict[str, object] = field(default_factory=dict)
    of_series: dict[str, object] = field(default_factory=dict)
    series: str | None = None
    published: bool = True

    @property
    def fields(self) -> dict[str, object]:
        """Return what the API shows as it is stored: of each field the series' value while the instance has none."""
        shown = {**self.of_series, **{n: v for n, v in self.own.items() if n not in self.of_series or _has_value(v)}}
        own, of_series = self.own.get("external_data"), self.of_series.get("external_data")
        if isinstance(own, dict) and isinstance(of_series, dict):
            shown["external_data"] = {name: own.get(name) or of_series.get(name) for name in ("url", "admin_url")}
        return shown

    @property
    def title(self) -> str:
        """Return the title as the API shows it."""
        return str(self.fields.get("title", ""))

    def state_at(self, now: datetime) -> object:
        """Return the state: an event that has ended and was not cancelled has occurred."""
        stored = self.fields.get("state", "Active")
        return "Occurred" if now >= self.end >= self.start and stored != "Cancelled" else stored

    def listed_at(self, now: datetime) -> bool:
        """Tell whether the public list holds it: the site unpublishes an event some hours after its end."""
        return self.published and now < max(self.start, self.end) + UNPUBLISHED_AFTER_END

    def listed_from(self, earliest: datetime, running_reach: timedelta | None) -> bool:
        """Tell whether a list from this moment holds it: by its start, or because it still ran for days by then."""
        if running_reach is None or self.start >= earliest:
            return self.start >= earliest
        several_days = self.start.astimezone(DENMARK).date() < self.end.astimezone(DENMARK).date()
        return several_days and self.end >= earliest and self.start >= earliest - running_reach

    def change(self, fields: dict[str, object]) -> None:
        """Store fields, named as in the API; `start`, `end`, `created_at`, `series` and `published` besides."""
        for name, value in fields.items():
            match name:
                case "start":
                    self.start = moment(value)
                case "end":
                    self.end = moment(value)
                case "series":
                    self.series = None if value is None else str(value)
                case "published":
                    self.published = bool(value)
                case "created_at":
                    self.created_at = moment(value)
                case _:
                    self.own[name] = value


def moment(value: object) -> datetime:
    """Return a moment that may be given as text."""
    return value if isinstance(value, datetime) else parse(str(value))


def _has_value(value: object) -> bool:
    return value is not None and value not in ("", [], {})
