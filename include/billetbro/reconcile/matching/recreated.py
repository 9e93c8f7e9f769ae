"""Pair recreated events with the ones they replace, although their uuids differ. Pure.

An event gets another uuid when the dates of its series change, when an editor deletes it and enters it again, and when
the library moves to another source.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from billetbro.models import Link, Mapped
from billetbro.models.text import normal_form

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


Instance = Mapped | Link
New = TypeVar("New", bound=Instance)
Old = TypeVar("Old", bound=Instance)


def pair_recreated(
    instances: Iterable[New], vanished: Iterable[Old], unseen: Iterable[Old] = ()
) -> list[tuple[New, Old]]:
    """Pair new and old events one to one (behaviour 4.3).

    Within a series: the same title, first with the same start, then in order of start. Outside a series, and for what
    is left: the same title, start and event maker. The `unseen` were not asked for and may still exist, so they are
    paired only with events of the same start.
    """
    instances, vanished, unseen = list(instances), list(vanished), list(unseen)
    pairs = _in_series(instances, vanished, unseen)
    paired = {instance.uuid for pair in pairs for instance in pair}
    left = (old for old in [*vanished, *unseen] if old.uuid not in paired)
    return pairs + _looking_the_same((new for new in instances if new.uuid not in paired), left)


def looks(instance: Instance) -> tuple[int, str, datetime | None]:
    """Return the key by which an event is recognised under another uuid, in no series or in another one."""
    return instance.event_maker, normal_form(instance.title), instance.starts_at


def in_series(instance: Instance) -> tuple[str, str]:
    """Return the key of an instance within its series: the series, "" outside one, and the title."""
    return instance.series_uuid or "", normal_form(instance.title)


def _in_series(instances: Iterable[New], vanished: Sequence[Old], unseen: Sequence[Old]) -> list[tuple[New, Old]]:
    waiting: dict[tuple[str, str], list[Old]] = defaultdict(list)
    for old in sorted([*vanished, *unseen], key=in_order_of_start):
        if old.series_uuid:
            waiting[in_series(old)].append(old)
    pairs: list[tuple[New, Old]] = []
    later: list[New] = []
    for new in sorted(instances, key=in_order_of_start):
        candidates = waiting.get(in_series(new), [])
        same_start = next((old for old in candidates if old.starts_at == new.starts_at), None)
        if same_start is None:
            later.append(new)
        else:
            candidates.remove(same_start)
            pairs.append((new, same_start))
    for new in later:
        candidates = waiting.get(in_series(new), [])
        if first := next((old for old in candidates if old not in unseen), None):
            candidates.remove(first)
            pairs.append((new, first))
    return pairs


def _looking_the_same(instances: Iterable[New], vanished: Iterable[Old]) -> list[tuple[New, Old]]:
    waiting: dict[tuple[int, str, datetime | None], list[Old]] = defaultdict(list)
    for old in sorted(vanished, key=in_order_of_start):
        if old.starts_at is not None:
            waiting[looks(old)].append(old)
    alike = ((new, waiting[looks(new)]) for new in sorted(instances, key=in_order_of_start))
    return [(new, same.pop(0)) for new, same in alike if same]


def in_order_of_start(instance: Instance) -> tuple[datetime, str]:
    """Return the sort key: by start, then by uuid."""
    return instance.starts_at or LONG_AGO, instance.uuid
