"""The fictional venue that plans in Yesplan: its keywords, its API key, and its events."""

from dataclasses import dataclass
from typing import Any

import yaml

from sandbox.moments import danish_day
from sandbox.seed import DATA
from sandbox.yesplan_state import Installation


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue's installation: its key, its keywords and those of them that the key may write, and its events."""

    id: str
    name: str
    api_key: str
    keywords: tuple[str, ...]
    writable: frozenset[str]
    events: tuple[dict[str, Any], ...] = ()


def default_venues() -> list[Venue]:
    """Return the theatre."""
    data = yaml.safe_load((DATA / "theater.yaml").read_text(encoding="utf-8"))
    venue = data["venue"]
    return [
        Venue(
            id=venue["id"],
            name=venue["name"],
            api_key=venue["api_key"],
            keywords=tuple(venue["keywords"]),
            writable=frozenset(venue["writable"]),
            events=tuple(data["events"]),
        )
    ]


def seed_yesplan(installation: Installation, venue: Venue) -> None:
    """Plan the venue's events, `day` days from today at the Danish time `at`."""
    for spec in venue.events:
        start = danish_day(installation.clock(), spec["day"], spec["at"])
        told = {name: value for name, value in spec.items() if name not in ("day", "at")}
        installation.add(**told, start=start)
