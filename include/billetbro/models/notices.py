"""What people are told of by message, and to whom it was told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto


class NoticeKind(StrEnum):
    """What a message is about."""

    FAILED = auto()
    """a step of a library's run failed; `code` is the step"""
    BLOCKED = auto()
    """a run would remove too much, and removed nothing"""
    REJECTION = auto()
    """something of an event could not be carried out; `code` says what"""
    TASK = auto()
    """a task of a DAG failed; `uuid` is the DAG, `code` the task"""
    LATE = auto()
    """a DAG's run takes too long; `uuid` is the DAG"""
    WEEKLY = auto()
    """all that is open, once a week; `code` is empty"""


@dataclass(frozen=True, slots=True, order=True)
class Topic:
    """One thing that somebody has to see to; without library and event where it is of none."""

    library: str
    kind: NoticeKind
    uuid: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTopic:
    """A topic that is open, since when, and the event's title if it is of one."""

    topic: Topic
    since: datetime
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That a topic was told to an address, named by the key under which it is stored; None: it is still to be."""

    topic: Topic
    address: str
    told_at: datetime | None
    title: str = ""
