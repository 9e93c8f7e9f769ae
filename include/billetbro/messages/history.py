"""The texts of an event's history and of a library's rejections, in the library's time zone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import LONG_TEXTS, WIDTH, difference, label_of, shown_value
from billetbro.models import FieldChange, Kind, Link, Written
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.reasons import reason_message
from billetbro.store.event.history import ASKED, PRUNED, HistoryEntry, ListedRejection
from billetbro.store.event.lookup import FoundEvent


def local_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a time in a time zone, padded to a column."""
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}" if moment else " " * 16


def event_line(say: Translator, event: FoundEvent, zone: ZoneInfo) -> str:
    """Return an event as a line in a list to choose from."""
    gone = "" if event.present else f"  ({say('history.not_listed')})"
    return f"{local_time(event.starts_at, zone)}  {event.library}  {event.uuid}  {event.title}{gone}"


def history_text(
    say: Translator, event: FoundEvent, link: Link | None, entries: Sequence[HistoryEntry], zone: ZoneInfo
) -> str:
    """Return an event's link and history, oldest first."""
    lines = [event.title, f"  {event.library}, {local_time(event.starts_at, zone).strip() or '?'}, uuid {event.uuid}"]
    if link is None:
        lines.append(f"  {say('history.not_linked')}")
    else:
        status = say(f"link.{link.status}")
        lines.append(f"  {say('history.linked', event_id=link.event_id, status=status, event_maker=link.event_maker)}")
        lines.append(f"  {link.sales_location}")
    if not entries:
        lines += ["", say("history.nothing")]
    prices = {str(price.price_id): price.name for price in link.prices.values()} if link else {}
    for entry in entries:
        lines += ["", *_entry(say, entry, prices, zone)]
    return "\n".join(lines)


def heading_of(say: Translator, entry: HistoryEntry, prices: Mapping[str, str]) -> str:
    """Return what happened, in a few words; `prices` maps ids to names."""
    if entry.kind == ASKED and entry.message is not None:
        return say.say(entry.message)
    of_its_own = entry.message or entry.kind == PRUNED
    kind = say(f"history.{entry.kind}") if of_its_own else say(operation_of(Kind(entry.kind)).done_key)
    status = f"  [{say(f'status.{entry.status}')}]" if entry.status else ""
    price = f" ”{prices[str(entry.price_id)]}”" if str(entry.price_id) in prices else ""
    return f"{kind}{price}{status}"


def sentences_of(say: Translator, entry: HistoryEntry) -> list[str]:
    """Return why it happened, what is to be done, and what went wrong."""
    said: list[str] = []
    if entry.kind == ASKED:
        return said
    if entry.message is not None:
        said.append(say.say(entry.message))
    elif entry.why:
        said.append(say("history.reason", reason=reason_message(entry.why)))
    if entry.error:
        said.append(say("history.error", error=entry.error))
    return said


def _entry(say: Translator, entry: HistoryEntry, prices: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    lines = [f"{local_time(entry.at, zone)}  {heading_of(say, entry, prices)}"]
    lines += [f"    {line}" for field in entry.fields for line in _field(say, field, prices, zone)]
    if entry.message is not None and entry.kind != ASKED:
        lines.append(f"    {entry.why}")
    for sentence in sentences_of(say, entry):
        first, *more = sentence.splitlines()
        lines += [f"    {first}", *(f"      {line}" for line in more)]
    return lines


def shown_change(
    say: Translator, change: FieldChange, prices: Mapping[str, str], zone: ZoneInfo
) -> tuple[str, str | None, str]:
    """Return a field's label, its old value (None: there was none) and its new one; of a long text what differs."""
    label = label_of(say, change.field, prices)
    old, new = (value_text(say, change.field, value, zone) for value in (change.old, change.new))
    if change.field in LONG_TEXTS:
        parts = {line[:1]: line[2:] for line in difference("" if change.old is None else old, new)}
        old, new = parts.get("-", "-"), parts.get("+", "-")
    return label, None if change.old is None else old, new


def _field(say: Translator, change: FieldChange, prices: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    label = label_of(say, change.field, prices)
    old, new = (value_text(say, change.field, value, zone) for value in (change.old, change.new))
    if change.field in LONG_TEXTS:
        lines = difference("" if change.old is None else old, new)
        return [f"{label}: {lines[0][2:]}"] if change.old is None else [f"{label}:", *(f"  {line}" for line in lines)]
    return [f"{label}: {new if change.old is None else f'{old} -> {new}'}"]


def value_text(say: Translator, field: str, value: Written, zone: ZoneInfo) -> str:
    """Return a value in a line; times are in the time zone, and only a long text is longer than a line."""
    if field.endswith("_at") and isinstance(value, str):
        return local_time(datetime.fromisoformat(value), zone)
    shown = " ".join(shown_value(say, field, value).split())
    return shown if field in LONG_TEXTS or len(shown) <= WIDTH else f"{shown[: WIDTH - 1]}…"


def rejections_text(say: Translator, library: str, listed: Sequence[ListedRejection], zone: ZoneInfo) -> str:
    """Return a library's rejections with their sentences."""
    lines = [say("history.count_rejected", library=library, number=len(listed))]
    for one in listed:
        moments = {"first": one.first_seen_at, "last": one.last_seen_at, "resolved": one.resolved_at}
        seen = {name: local_time(moment, zone) for name, moment in moments.items() if moment}
        title = one.title or say("value.no_title")
        lines += ["", f"  {local_time(one.starts_at, zone)}  {title}  ({one.code})"]
        lines.append(f"    {say.say(one.message)}")
        lines.append(f"    {say('history.seen_until' if one.resolved_at else 'history.seen', **seen)}")
    return "\n".join(lines)
