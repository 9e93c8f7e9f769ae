"""After a run: tell people what is new, what is over, and once a week what stands open.

What was told is stored right after it was sent: if the process dies in between, it is told once more. What could not
be sent is not stored, and so told by the next run.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from billetbro.messages.notices import Digest, Facts, Wording, digest
from billetbro.models.message import Message
from billetbro.models.notices import NoticeKind, OpenTopic, Told, Topic
from billetbro.reconcile.notices import FinishedRun, News, is_known, news_for, open_in_run
from billetbro.settings.addresses import NoticeAddress
from billetbro.store.notices import (
    NO_LIBRARY,
    OpenAndTold,
    forget_addresses,
    note_told,
    only_teller,
    read_open_and_told,
    read_rejected_events,
)
from billetbro.store.runs import STEP_TIMES, RunRecord

OPERATORS = "operators"
LONGEST = 300.0
"""Seconds after which no more messages are begun: servers that do not answer keep no run waiting for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """People who are told of the same: those of a library, or the operators."""

    words: Wording
    addresses: Sequence[NoticeAddress]
    zone: ZoneInfo

    @property
    def whose(self) -> str:
        """Return the library's id, or what stands for the operators."""
        return self.words.library or OPERATORS

    def concerns(self, topic: Topic) -> bool:
        """Return whether these people are told of a topic: operators of runs and tasks that failed or are late."""
        if self.words.library is None:
            return topic.library == NO_LIBRARY or topic.kind is NoticeKind.FAILED
        return topic.library == self.words.library


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run of the hourly job ended: its rows, whether it was limited to events, and what Airflow knows of it.

    `tasks`: the tasks that failed without a word, with what is said of them. `in_time`: before its deadline.
    """

    dag_id: str
    run_id: str
    records: Sequence[RunRecord]
    limited: bool = False
    tasks: Mapping[str, Message] = field(default_factory=dict)
    in_time: bool = True

    @property
    def libraries(self) -> tuple[str, ...]:
        """Return the ids of the run's libraries."""
        return tuple(record.library for record in self.records)

    @property
    def failed_tasks(self) -> dict[Topic, Message]:
        """Return the tasks as topics of the operators."""
        return {Topic(NO_LIBRARY, NoticeKind.TASK, self.dag_id, task): said for task, said in self.tasks.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What telling needs: where it is stored what was told, how it is sent, and the time."""

    engine: Engine
    send: Callable[[NoticeAddress, Digest], bool]
    now: datetime


def notify(teller: Teller, ended: Ended, circles: Sequence[Circle]) -> None:
    """Tell each address of each circle what it is to be told. When there is nothing to tell, this is one query."""
    circles = [circle for circle in circles if circle.addresses]
    if not circles:
        return
    stored, until = _read(teller, ended), time.monotonic() + LONGEST
    _forget_others(teller.engine, stored.told, circles)
    for circle in circles:
        if not any(_news(circle, address, ended, stored, teller.now) for address in circle.addresses):
            continue
        with only_teller(teller.engine, circle.whose) as alone:
            fresh = _read(teller, ended) if alone else OpenAndTold()
            for address in circle.addresses if alone else ():
                news = _news(circle, address, ended, fresh, teller.now)
                if news and time.monotonic() < until:
                    _tell(teller, circle, address, ended, news)


def _read(teller: Teller, ended: Ended) -> OpenAndTold:
    with teller.engine.connect() as connection:
        return read_open_and_told(connection, ended.libraries)


def _forget_others(engine: Engine, told: Collection[Told], circles: Sequence[Circle]) -> None:
    """Remove what was told to addresses that the settings do not name any more."""
    known = {address.key(circle.whose) for circle in circles for address in circle.addresses}
    if others := {one.address for one in told} - known:
        with engine.begin() as connection:
            forget_addresses(connection, others)


def _news(circle: Circle, address: NoticeAddress, ended: Ended, stored: OpenAndTold, now: datetime) -> News:
    runs = {record.library: finished(record, limited=ended.limited) for record in ended.records}
    opened = [*stored.opened, *(one for run in runs.values() for one in open_in_run(run, now))]
    opened += [OpenTopic(topic=topic, since=now) for topic in ended.failed_tasks]
    key = address.key(circle.whose)
    told = [one for one in stored.told if one.address == key and circle.concerns(one.topic)]
    known = {one.topic for one in told if _is_known(one.topic, ended, runs)}
    return news_for([one for one in opened if circle.concerns(one.topic)], told, known, now, circle.zone)


def _is_known(topic: Topic, ended: Ended, runs: Mapping[str, FinishedRun]) -> bool:
    match topic.kind:
        case NoticeKind.TASK:
            return topic.uuid == ended.dag_id
        case NoticeKind.LATE:
            return topic.uuid == ended.dag_id and ended.in_time
        case _:
            return is_known(topic, runs.get(topic.library))


def finished(record: RunRecord, *, limited: bool) -> FinishedRun:
    """Return what a library's row tells of its run."""
    return FinishedRun(
        library=record.library,
        failed=frozenset(record.errors.keys() & STEP_TIMES.keys()),
        done=frozenset(step for step in STEP_TIMES if record.has_done(step)),
        blocked=None if limited or record.observed_at is None else record.removals_blocked is not None,
    )


def _tell(teller: Teller, circle: Circle, address: NoticeAddress, ended: Ended, news: News) -> None:
    """Send the news to an address, and store that they were."""
    if not teller.send(address, digest(circle.words, news, _facts(teller.engine, ended, news))):
        return
    told, over = [*news.new], [one.topic for one in news.over]
    if news.standing:
        told.append(OpenTopic(topic=Topic(circle.words.library or NO_LIBRARY, NoticeKind.WEEKLY), since=teller.now))
    with teller.engine.begin() as connection:
        note_told(connection, address.key(circle.whose), told, over, teller.now)


def _facts(engine: Engine, ended: Ended, news: News) -> Facts:
    topics = [one.topic for one in (*news.new, *news.standing)]
    with engine.connect() as connection:
        rejected = read_rejected_events(connection, topics)
    wrong = ended.failed_tasks
    for record in ended.records:
        wrong |= {Topic(record.library, NoticeKind.FAILED, code=step): error for step, error in record.errors.items()}
        if record.removals_blocked:
            wrong[Topic(record.library, NoticeKind.BLOCKED)] = record.removals_blocked
    return Facts(rejected=rejected, wrong=wrong, run_id=ended.run_id)
