"""An event's history, and what is rejected, as staff read them: Danish with English beside, in the library's time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from billetbro.messages.changes import STATUSES, explained
from billetbro.messages.errors import error_lines
from billetbro.messages.explanation_texts import Explanation
from billetbro.messages.field_lines import LONG_TEXTS, WIDTH, both, difference, shown_value
from billetbro.messages.fields import label_of
from billetbro.messages.source_words import SourceWords
from billetbro.models import FieldChange, Kind, Link, Written
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.reasons import reason_in_words
from billetbro.store.event.history import REJECTED, RESOLVED, HistoryEntry, ListedRejection
from billetbro.store.event.lookup import FoundEvent

OTHER_KINDS = {REJECTED: Explanation("afvist", "rejected"), RESOLVED: Explanation("løst", "resolved")}
LINK_STATUSES = {
    "live": Explanation("koblet", "linked"),
    "retired": Explanation("afsluttet", "over"),
    "deleted": Explanation("slettet", "deleted"),
}


NOT_LISTED = Explanation("ikke i {of_source} liste", "not in {of_source} list")


def local_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a moment in a time zone, as wide as a column."""
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}" if moment else " " * 16


def event_line(event: FoundEvent, zone: ZoneInfo, words: SourceWords) -> str:
    """Return one of several events as a line, to choose from."""
    gone = "" if event.present else f"  ({both(words.said(NOT_LISTED))})"
    return f"{local_time(event.starts_at, zone)}  {event.library}  {event.uuid}  {event.title}{gone}"


def history_text(
    event: FoundEvent, link: Link | None, entries: Sequence[HistoryEntry], zone: ZoneInfo, words: SourceWords
) -> str:
    """Return an event's link and everything that happened to it, oldest first."""
    lines = [event.title, f"  {event.library}, {local_time(event.starts_at, zone).strip() or '?'}, uuid {event.uuid}"]
    if link is None:
        lines.append("  Ikke koblet til Place2book. / Not linked to Place2book.")
    else:
        status = both(LINK_STATUSES[link.status.value])
        lines.append(f"  Place2book: {link.event_id} ({status}), arrangør / event maker {link.event_maker}")
        lines.append(f"  {link.sales_location}")
    if not entries:
        lines += ["", "Der er intet sket endnu. / Nothing has happened yet."]
    prices = {str(price.price_id): price.name for price in link.prices.values()} if link else {}
    for entry in entries:
        lines += ["", *_entry(entry, prices, zone, words)]
    return "\n".join(lines)


def _entry(entry: HistoryEntry, prices: dict[str, str], zone: ZoneInfo, words: SourceWords) -> list[str]:
    kind = OTHER_KINDS.get(entry.kind) or words.said(explained(operation_of(Kind(entry.kind)).done_key))
    status = f"  [{both(STATUSES[entry.status])}]" if entry.status else ""
    price = f" ”{prices[str(entry.price_id)]}”" if str(entry.price_id) in prices else ""
    lines = [f"{local_time(entry.at, zone)}  {both(kind)}{price}{status}"]
    lines += [f"    {line}" for field in entry.fields for line in _field(field, prices, zone, words)]
    if entry.said is not None:
        lines += [f"    {entry.why}", f"    {entry.said.da}", f"    {entry.said.en}"]
    elif entry.why:
        lines.append(f"    fordi / because: {both(reason_in_words(entry.why, words))}")
    if entry.error:
        first, *more = error_lines(entry.error)
        lines += [f"    fejl / error: {first}", *(f"      {line}" for line in more)]
    return lines


def _field(change: FieldChange, prices: dict[str, str], zone: ZoneInfo, words: SourceWords) -> list[str]:
    label = both(label_of(change.field, prices))
    old, new = (_value(change.field, value, zone, words) for value in (change.old, change.new))
    if change.field in LONG_TEXTS:
        lines = difference("" if change.old is None else old, new)
        return [f"{label}: {lines[0][2:]}"] if change.old is None else [f"{label}:", *(f"  {line}" for line in lines)]
    return [f"{label}: {new if change.old is None else f'{old} -> {new}'}"]


def _value(field: str, value: Written, zone: ZoneInfo, words: SourceWords) -> str:
    """Return a value as it is read; a moment in the library's own time."""
    if field.endswith("_at") and isinstance(value, str):
        return local_time(datetime.fromisoformat(value), zone)
    shown = " ".join(shown_value(field, value, words).split())
    return shown if field in LONG_TEXTS or len(shown) <= WIDTH else f"{shown[: WIDTH - 1]}…"


def rejections_text(library: str, listed: Sequence[ListedRejection], zone: ZoneInfo) -> str:
    """Return one library's rejections, each with its sentence in both languages."""
    lines = [f"{library}: {len(listed)} afvist / rejected"]
    for one in listed:
        title = one.title or "(uden titel / no title)"
        seen = f"først / first {local_time(one.first_seen_at, zone)}, sidst / last {local_time(one.last_seen_at, zone)}"
        if one.resolved_at is not None:
            seen += f", løst / resolved {local_time(one.resolved_at, zone)}"
        lines += ["", f"  {local_time(one.starts_at, zone)}  {title}  ({one.code})"]
        lines += [f"    {one.danish}", f"    {one.english}", f"    {seen}"]
    return "\n".join(lines)
