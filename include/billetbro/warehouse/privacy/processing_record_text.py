"""The record of personal data as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from billetbro.messages.catalogue import Translator
from billetbro.warehouse.privacy.processing_record import Held, Record

COMMON = ("whose", "source", "purpose", "recipients", "legal_basis")
"""What holds for every library: each is the end of the key of its sentence."""


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
        yield f"    {_held(say, held)}"


def _policy(say: Translator, record: Record, zone: ZoneInfo) -> str:
    if record.policy is None or record.since is None:
        return say("record.nothing_exported")
    answers = ", ".join(record.keep_answers) or say("error.none")
    return say("record.in_force", policy=record.policy, since=_day(record.since, zone), answers=answers)


def _held(say: Translator, held: Held) -> str:
    where = f"{held.table}.{held.column}" if held.where == "warehouse" else f"{held.where}: {held.table}.{held.column}"
    plain = say("record.plain", count=held.plain) if held.rows else ""
    return say("record.rows", where=where, number=held.rows, plain=plain, what=what_is_held(say, held))


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%d.%m.%Y")
