"""Which instance of a series became which when its source made all of them anew, with new uuids. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Instance(Protocol):
    """What an instance is known by."""

    @property
    def uuid(self) -> str:
        """The source's id, which is not for ever."""
        ...

    @property
    def title(self) -> str:
        """The title, which all of a series have."""
        ...

    @property
    def series_uuid(self) -> str | None:
        """The series' id, which stays; None outside one."""
        ...

    @property
    def starts_at(self) -> datetime | None:
        """The start."""
        ...


New = TypeVar("New", bound=Instance)
Old = TypeVar("Old", bound=Instance)


def made_anew(instances: Iterable[New], vanished: Iterable[Old]) -> list[tuple[New, Old]]:
    """Pair one to one what has the same series and title: same start first, then in order of start (behaviour 4.3)."""
    waiting: dict[tuple[str, str], list[Old]] = defaultdict(list)
    for old in sorted(vanished, key=in_order_of_start):
        if old.series_uuid:
            waiting[old.series_uuid, old.title].append(old)
    pairs: list[tuple[New, Old]] = []
    later: list[New] = []
    for new in sorted(instances, key=in_order_of_start):
        candidates = waiting.get((new.series_uuid or "", new.title), [])
        same_start = next((old for old in candidates if old.starts_at == new.starts_at), None)
        if same_start is None:
            later.append(new)
        else:
            candidates.remove(same_start)
            pairs.append((new, same_start))
    for new in later:
        if candidates := waiting.get((new.series_uuid or "", new.title), []):
            pairs.append((new, candidates.pop(0)))
    return pairs


def in_order_of_start(instance: Instance) -> tuple[datetime, str]:
    """Return what instances are sorted by."""
    return instance.starts_at or LONG_AGO, instance.uuid
