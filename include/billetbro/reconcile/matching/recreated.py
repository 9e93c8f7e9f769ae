"""Which event became which when it was made anew under another uuid: a series whose dates were changed, an event that
an editor deleted and wrote again, or all of them, where another source now shows what the one before it did. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from billetbro.models.text import normal_form

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

    @property
    def event_maker(self) -> int:
        """Whose event it is in Place2book."""
        ...


New = TypeVar("New", bound=Instance)
Old = TypeVar("Old", bound=Instance)


def pair_recreated(
    instances: Iterable[New], vanished: Iterable[Old], unseen: Iterable[Old] = ()
) -> list[tuple[New, Old]]:
    """Pair one to one (behaviour 4.3): within a series what has the same title, same start first, then in order of
    start; of the rest what looks the same.

    The `unseen` may be there still, since they were not asked for: only what starts when they do tells otherwise.
    """
    instances, vanished, unseen = list(instances), list(vanished), list(unseen)
    pairs = _in_series(instances, vanished, unseen)
    paired = {instance.uuid for pair in pairs for instance in pair}
    left = (old for old in [*vanished, *unseen] if old.uuid not in paired)
    return pairs + _looking_the_same((new for new in instances if new.uuid not in paired), left)


def looks(instance: Instance) -> tuple[int, str, datetime | None]:
    """Return what an event is known by that has another uuid and is in no series, or in another: both are the source's
    own."""
    return instance.event_maker, normal_form(instance.title), instance.starts_at


def in_series(instance: Instance) -> tuple[str, str]:
    """Return what an instance of a series is known by: the series, "" outside one, and the title."""
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
    """Return what instances are sorted by."""
    return instance.starts_at or LONG_AGO, instance.uuid
