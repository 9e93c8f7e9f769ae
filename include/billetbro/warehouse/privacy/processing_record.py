"""What is stored about whom, where and for how long: a library's page of a record of processing (GDPR article 30)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select

from billetbro.messages.catalogue import Translator
from billetbro.store.schema.privacy_tables import forgotten, retention_sweeps
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.normalise import PSEUDONYM
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.policy_history import STORED_PSEUDONYM, latest_policy, rows_under_unknown_keys
from billetbro.warehouse.privacy.pseudonymise import Keys
from billetbro.warehouse.privacy.redact_stored import PERSONAL_TABLES, holds_anything
from billetbro.warehouse.privacy.retention import counted_from, purchases_with_event
from billetbro.warehouse.privacy.retention_rule import Retention

COMMON = ("whose", "source", "purpose", "recipients", "legal_basis")
"""The parts that are the same for every library; each ends the key of its sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A column of a table or its files that may hold personal data: rows with a value, and those with plain text."""

    where: str
    table: str
    column: str
    rows: int
    plain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A library's personal data: the policy, what is held, how old it is, and when it is removed.

    `policy` and `since` are None before a first export. `oldest` is the end of the oldest event with data; `removed_on`
    is the night of its removal, in the library's zone. `retention_days` and `removed_on` are None while mistakes in the
    settings leave retention open.
    """

    library: str
    policy: str | None
    since: datetime | None
    keep_answers: Sequence[str]
    retention_days: int | None
    held: Sequence[Held]
    oldest: datetime | None
    removed_on: date | None
    last_removal: datetime | None
    forgotten_purchases: int
    under_unknown_keys: int


def record_of(
    connection: Connection, library: str, retention: Retention | None, keys: Keys, files: Lake | None
) -> Record:
    """Return what the warehouse and its files hold about the library's buyers."""
    applied = latest_policy(connection, library)
    oldest = _oldest(connection, library)
    swept = select(retention_sweeps.c.swept_at).where(retention_sweeps.c.library == library)
    stored = select(purchases.c.purchase_id).where(purchases.c.library == library)
    asked = (forgotten.c.library == library, ~forgotten.c.past_retention, forgotten.c.purchase_id.in_(stored))
    told = select(func.count()).select_from(forgotten).where(*asked)
    return Record(
        library=library,
        policy=applied.policy.value if applied else None,
        since=applied.since if applied else None,
        keep_answers=sorted(applied.keep_answers) if applied else (),
        retention_days=retention.days if retention else None,
        held=(*_in_tables(connection, library), *(_in_files(files, library) if files else ())),
        oldest=oldest,
        removed_on=_removed_on(oldest, retention) if oldest and retention else None,
        last_removal=connection.scalar(swept),
        forgotten_purchases=connection.scalar(told) or 0,
        under_unknown_keys=rows_under_unknown_keys(connection, library, keys),
    )


def _oldest(connection: Connection, library: str) -> datetime | None:
    """Return the moment from which retention counts for the oldest purchase with personal data."""
    holding = [
        purchases.c.purchase_id.in_(
            select(table.c.purchase_id).where(table.c.library == library, holds_anything(table))
        )
        for table in PERSONAL_TABLES
    ]
    query = select(func.min(counted_from)).select_from(purchases_with_event())
    return connection.scalar(query.where(purchases.c.library == library, or_(*holding)))


def _removed_on(oldest: datetime, retention: Retention) -> date:
    return oldest.astimezone(ZoneInfo(retention.timezone)).date() + timedelta(days=retention.days + 1)


def _in_tables(connection: Connection, library: str) -> list[Held]:
    held = []
    for table in PERSONAL_TABLES:
        counts = [
            count
            for name in PERSONAL[table.name]
            for count in (func.count(table.c[name]), func.count().filter(table.c[name].op("!~")(STORED_PSEUDONYM)))
        ]
        found = connection.execute(select(*counts).where(table.c.library == library)).one()
        for place, name in enumerate(PERSONAL[table.name]):
            held.append(_held("warehouse", table.name, name, found[2 * place], found[2 * place + 1]))
    return held


def _in_files(files: Lake, library: str) -> list[Held]:
    held = []
    for table, names in PERSONAL.items():
        rows, plain = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
        for row in files.rows(library, table, names):
            for name in names:
                if (value := row[name]) is not None:
                    rows[name] += 1
                    plain[name] += not PSEUDONYM.fullmatch(str(value))
        held += [_held("files", table, name, rows[name], plain[name]) for name in names]
    return held


def _held(where: str, table: str, column: str, rows: int, plain: int) -> Held:
    return Held(where=where, table=table, column=column, rows=rows, plain=plain)


def record_text(say: Translator, record: Record, name: str, timezone: str) -> str:
    """Return a library's record as text; days are those of its time zone."""
    return "\n".join([f"== {name} ({record.library}) ==", *_lines(say, record, ZoneInfo(timezone))])


def what_is_held(say: Translator, held: Held) -> str:
    """Return what a personal column holds."""
    return say(f"personal_data.{held.table}.{held.column}")


def _lines(say: Translator, record: Record, zone: ZoneInfo) -> Iterator[str]:
    yield say("record.policy", policy=_policy(say, record, zone))
    for heading in COMMON:
        yield say(f"record.{heading}", words=say(f"personal_data.{heading}"))
    if record.retention_days is None:
        yield say("record.kept_unknown", unknown=say("record.unknown"))
    else:
        yield say("record.kept", number=record.retention_days)
    if record.oldest:
        goes = record.removed_on.strftime("%d.%m.%Y") if record.removed_on else say("record.unknown")
        yield say("record.oldest", day=_day(record.oldest, zone), removed=goes)
    yield say("record.last_removal", day=_day(record.last_removal, zone) if record.last_removal else "-")
    yield say("record.forgotten", count=record.forgotten_purchases)
    if record.under_unknown_keys:
        yield say("record.unknown_keys", count=record.under_unknown_keys)
    yield say("record.held")
    for held in record.held:
        yield f"    {_held_text(say, held)}"


def _policy(say: Translator, record: Record, zone: ZoneInfo) -> str:
    if record.policy is None or record.since is None:
        return say("record.nothing_exported")
    answers = ", ".join(record.keep_answers) or say("error.none")
    return say("record.in_force", policy=record.policy, since=_day(record.since, zone), answers=answers)


def _held_text(say: Translator, held: Held) -> str:
    where = f"{held.table}.{held.column}" if held.where == "warehouse" else f"{held.where}: {held.table}.{held.column}"
    plain = say("record.plain", count=held.plain) if held.rows else ""
    return say("record.rows", where=where, number=held.rows, plain=plain, what=what_is_held(say, held))


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%d.%m.%Y")
