"""What was told to whom, and what is open: read together, since nearly every hour there is nothing to say."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, literal, null, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import insert

from billetbro.models.notices import NoticeKind, OpenTopic, Told, Topic
from billetbro.store.schema.tables import notices, rejections, source_events

NO_LIBRARY = ""
"""What notices of the operators have that are about no library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAndTold:
    """The open rejections of some libraries, and what was told of them."""

    opened: tuple[OpenTopic, ...] = ()
    told: tuple[Told, ...] = ()


def read_open_and_told(connection: Connection, libraries: Collection[str]) -> OpenAndTold:
    """Return both, in one statement; what was told includes that of no library."""
    opened = select(
        rejections.c.library,
        literal(NoticeKind.REJECTION.value).label("kind"),
        rejections.c.uuid,
        rejections.c.code,
        null().label("address"),
        rejections.c.title,
        rejections.c.first_seen_at,
    ).where(rejections.c.library.in_(libraries), rejections.c.resolved_at.is_(None))
    columns = (notices.c[name] for name in ("library", "kind", "uuid", "code", "address", "title", "told_at"))
    told = select(*columns).where(notices.c.library.in_([NO_LIBRARY, *libraries]))
    opened_topics, told_topics = [], []
    for library, kind, uuid, code, address, title, at in connection.execute(union_all(opened, told)):
        topic = Topic(library, NoticeKind(kind), uuid, code)
        if address is None:
            opened_topics.append(OpenTopic(topic=topic, since=at, title=title))
        else:
            told_topics.append(Told(topic=topic, address=address, told_at=at, title=title))
    return OpenAndTold(opened=tuple(opened_topics), told=tuple(told_topics))


def read_told_of(connection: Connection, topic: Topic) -> tuple[Told, ...]:
    """Return to whom a topic was told, or is to be."""
    of_topic = (notices.c[name] == value for name, value in _key(topic).items())
    query = select(notices.c.address, notices.c.told_at).where(*of_topic)
    return tuple(Told(topic=topic, address=address, told_at=at) for address, at in connection.execute(query))


def read_rejected_events(connection: Connection, topics: Collection[Topic]) -> dict[Topic, Mapping[str, str | None]]:
    """Return the open rejections behind these topics as they are stored, with the events' starts."""
    keys = [(topic.library, topic.uuid, topic.code) for topic in topics if topic.kind is NoticeKind.REJECTION]
    if not keys:
        return {}
    of_event = (source_events.c.library == rejections.c.library) & (source_events.c.uuid == rejections.c.uuid)
    query = (
        select(rejections, source_events.c.mapped["starts_at"].as_string().label("starts_at"))
        .outerjoin(source_events, of_event)
        .where(
            tuple_(rejections.c.library, rejections.c.uuid, rejections.c.code).in_(keys),
            rejections.c.resolved_at.is_(None),
        )
    )
    shown = ("title", "starts_at", "code", "field", "found", "detail")
    return {
        Topic(row["library"], NoticeKind.REJECTION, row["uuid"], row["code"]): {name: row[name] for name in shown}
        for row in connection.execute(query).mappings()
    }


def note_told(
    connection: Connection, address: str, told: Sequence[OpenTopic], over: Sequence[Topic], now: datetime | None
) -> None:
    """Store that an address was told of these topics (`now` None: is to be), and need not be told of those any more."""
    rows = [{**_key(one.topic), "address": address, "title": one.title, "told_at": now} for one in told]
    if rows:
        new = insert(notices)
        key = ["library", "kind", "uuid", "code", "address"]
        connection.execute(new.on_conflict_do_update(index_elements=key, set_={"told_at": new.excluded.told_at}), rows)
    for topic in over:
        same = [notices.c[name] == value for name, value in _key(topic).items()]
        connection.execute(delete(notices).where(*same, notices.c.address == address))


def forget_addresses(connection: Connection, addresses: Collection[str]) -> None:
    """Remove what was told to these addresses, which the settings do not name any more."""
    connection.execute(delete(notices).where(notices.c.address.in_(addresses)))


@contextmanager
def only_teller(engine: Engine, whom: str) -> Iterator[bool]:
    """Hold the lock on telling these people for a block, if nobody else does; it goes with the process."""
    key = func.hashtextextended(f"billetbro:notices:{whom}", 0)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        try:
            yield held
        finally:
            if held:
                connection.execute(select(func.pg_advisory_unlock(key)))


def _key(topic: Topic) -> dict[str, str]:
    return {"library": topic.library, "kind": topic.kind.value, "uuid": topic.uuid, "code": topic.code}
