"""The record of personal data as people read it, in Danish with English beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from billetbro.messages.pluralize import pluralize
from billetbro.warehouse.privacy.record import Held, Record

COMMON: Mapping[str, tuple[str, str]] = {
    "whose": (
        "personer, der har købt eller bestilt billet i Place2book",
        "people who bought or booked a ticket at Place2book",
    ),
    "source": ("Place2books API: købene til hvert arrangement", "Place2book's API: the purchases of each event"),
    "purpose": (
        "statistik over salg og fremmøde; ingen henvendelse til køberne",
        "statistics of sales and attendance; buyers are not contacted",
    ),
    "recipients": (
        "de, der må læse tabellerne og filerne; visningerne og rollen billetbro_analyst viser ingen persondata",
        "those who may read the tables and the files; the views and the role billetbro_analyst show no personal data",
    ),
    "legal_basis": ("angives af biblioteket, som er dataansvarlig", "told by the library, which is the controller"),
}
"""What holds for every library: heading -> Danish, English."""

DAYS = ("dag efter arrangementet / day", "dage efter arrangementet / days")
HEADINGS = {
    "whose": "Hvem / whose",
    "source": "Kilde / source",
    "purpose": "Formål / purpose",
    "recipients": "Modtagere / recipients",
    "legal_basis": "Retsgrundlag / legal basis",
}

UNKNOWN = "ukendt, så længe libraries.yaml har fejl / unknown while libraries.yaml has mistakes"


def record_text(record: Record, name: str, timezone: str) -> str:
    """Return a library's record as text; days are those of its time zone."""
    return "\n".join([f"== {name} ({record.library}) ==", *_lines(record, ZoneInfo(timezone))])


def _lines(record: Record, zone: ZoneInfo) -> Iterator[str]:
    yield f"  Politik / policy: {_policy(record, zone)}"
    for heading, (danish, english) in COMMON.items():
        yield f"  {HEADINGS[heading]}: {danish} / {english}"
    if record.retention_days is None:
        yield f"  Opbevares / kept: {UNKNOWN}"
    else:
        yield f"  Opbevares / kept: {pluralize(record.retention_days, *DAYS)} after the event"
    if record.oldest:
        goes = record.removed_on.strftime("%d.%m.%Y") if record.removed_on else UNKNOWN
        yield f"  Ældste / oldest: arrangement / event {_day(record.oldest, zone)}, fjernes / removed {goes}"
    yield f"  Senest fjernet / last removal: {_day(record.last_removal, zone) if record.last_removal else '-'}"
    yield f"  Glemte køb / forgotten purchases: {record.forgotten_purchases}"
    if record.under_unknown_keys:
        yield (
            f"  Køb med pseudonymer fra en nøgle, der mangler i former_keys / purchases with pseudonyms of a key that "
            f"former_keys lacks: {record.under_unknown_keys}"
        )
    yield "  Persondata / personal data:"
    for held in record.held:
        yield f"    {_held(held)}"


def _policy(record: Record, zone: ZoneInfo) -> str:
    if record.policy is None or record.since is None:
        return "intet eksporteret endnu / nothing exported yet"
    answers = ", ".join(record.keep_answers) or "ingen / none"
    return f"{record.policy} siden / since {_day(record.since, zone)}; keep_answers: {answers}"


def _held(held: Held) -> str:
    where = f"{held.table}.{held.column}" if held.where == "warehouse" else f"{held.where}: {held.table}.{held.column}"
    plain = f", heraf i klartekst / of them in plain text {held.plain}" if held.rows else ""
    return f"{where}: {pluralize(held.rows, 'række / row', 'rækker / rows')}{plain} - {held.what}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%d.%m.%Y")
