"""What an address is to be told, given what is open and what it was told before.

| the topic is | it was told | then it is |
|---|---|---|
| open, and not of the kind that mostly passes | no | new |
| open, of that kind, and a day old | no | new |
| open | yes | standing: repeated once a week, all together |
| open no more | yes | over |
| neither known to be open nor to be over, as the run did not get that far | yes | left as it is |
| the same | not yet: it could not be sent | new |
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from billetbro.models.notices import NoticeKind, OpenTopic, Told, Topic

MOSTLY_PASSES = frozenset(
    {"refused_by_place2book", "cms_refused", "outcome_unknown", "unreadable_in_place2book", "waits_for_twin"}
)
"""Rejections that the next runs try to get rid of by themselves."""
LASTED = timedelta(days=1)
WEEKLY_HOUR = 7
"""From this hour on Monday, in the library's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRun:
    """What a library's run tells of it: the steps that failed and those that are done.

    `blocked`: whether removals were; None if the run cannot tell, being limited to events or too short.
    """

    library: str
    failed: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    blocked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one address is to be told: what is new, what is over, and once a week what stands open."""

    new: tuple[OpenTopic, ...] = ()
    over: tuple[Told, ...] = ()
    standing: tuple[OpenTopic, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.over or self.standing)


def open_in_run(run: FinishedRun, now: datetime) -> list[OpenTopic]:
    """Return what a run itself leaves open of its library."""
    topics = [Topic(run.library, NoticeKind.FAILED, code=step) for step in sorted(run.failed)]
    topics += [Topic(run.library, NoticeKind.BLOCKED)] if run.blocked else []
    return [OpenTopic(topic=topic, since=now) for topic in topics]


def is_known(topic: Topic, run: FinishedRun | None) -> bool:
    """Return whether a run tells of a topic of its library; one that it does not is left as it is."""
    match topic.kind:
        case NoticeKind.FAILED:
            return run is not None and topic.code in run.failed | run.done
        case NoticeKind.BLOCKED:
            return run is not None and run.blocked is not None
        case NoticeKind.WEEKLY:
            return False
        case _:
            return True


def news_for(
    opened: Collection[OpenTopic], told: Collection[Told], known: Collection[Topic], now: datetime, zone: ZoneInfo
) -> News:
    """Return what an address is to be told; `told`: what it was, `known`: what may be said to be over."""
    before = {one.topic: one.told_at for one in told if one.told_at is not None}
    is_open = {one.topic for one in opened}
    waiting = [one.topic for one in told if one.told_at is None and one.topic not in is_open | set(known)]
    standing = [one for one in opened if one.topic in before]
    return News(
        new=_in_order(
            [
                *(one for one in opened if one.topic not in before and _needs_somebody(one, now)),
                *(OpenTopic(topic=topic, since=now) for topic in waiting),
            ]
        ),
        over=tuple(one for one in told if one.topic in before.keys() - is_open and one.topic in known),
        standing=_in_order(standing) if _is_due(before, standing, week_began(now, zone)) else (),
    )


def _is_due(before: Mapping[Topic, datetime], standing: Iterable[OpenTopic], week: datetime) -> bool:
    """Return whether something was told before this week began, and the week's message was not sent yet."""
    sent = [at for topic, at in before.items() if topic.kind is NoticeKind.WEEKLY]
    return all(at < week for at in sent) and any(before[one.topic] < week for one in standing)


def week_began(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the latest week of messages began: a Monday, early in the morning."""
    local = now.astimezone(zone)
    monday = (local - timedelta(days=local.weekday())).replace(hour=WEEKLY_HOUR, minute=0, second=0, microsecond=0)
    return monday if monday <= local else monday - timedelta(days=7)


def _needs_somebody(one: OpenTopic, now: datetime) -> bool:
    return one.topic.code not in MOSTLY_PASSES or one.since <= now - LASTED


def _in_order(topics: Iterable[OpenTopic]) -> tuple[OpenTopic, ...]:
    return tuple(sorted(topics, key=_urgency))


def _urgency(one: OpenTopic) -> tuple[int, bool, Topic]:
    """Return what comes first: libraries that failed, blocked removals, then sold tickets of cancelled events."""
    kinds: Sequence[NoticeKind] = list(NoticeKind)
    return kinds.index(one.topic.kind), one.topic.code != "removed_but_sold", one.topic
