"""The text of a rebuild: what belongs together, where it differs, and what a person has to decide; and of orphans."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from billetbro.messages.catalogue import Translator
from billetbro.messages.history import local_time, shown_change
from billetbro.models import FieldChange
from billetbro.reconcile.rebuild.linking import Winner
from billetbro.reconcile.rebuild.orphans import Orphan
from billetbro.reconcile.rebuild.pairs import Pair
from billetbro.steps.rebuild import Findings, FoundAgain


def findings_lines(say: Translator, library: str, findings: Findings, zone: ZoneInfo) -> list[str]:
    """Return what was found of a library: a line for each pair that is the same, then those that differ."""
    counted = {
        "linked": findings.unchanged,
        "found": sum(one.pair.link is None for one in findings.found),
        "differ": sum(bool(one.differences) for one in findings.found),
    }
    lines = [f"== {library} == {say('rebuild.totals', **counted)}"]
    same = [one.pair for one in findings.found if not one.differences]
    lines += [f"  {line}" for pair in same for line in _pair(say, pair, zone)[:1]]
    for one in findings.found:
        if one.differences:
            lines += ["", *found_lines(say, one, zone)]
    for key, pairs in (
        ("ambiguous", findings.ambiguous),
        ("unread", findings.unread),
        ("rejected", findings.rejected),
    ):
        if pairs:
            lines += ["", say(f"rebuild.{key}"), *(f"  {line}" for pair in pairs for line in _pair(say, pair, zone))]
    return [*lines, "", *orphans_lines(say, library, findings.orphans, zone)] if findings.orphans else lines


def found_lines(say: Translator, one: FoundAgain, zone: ZoneInfo) -> list[str]:
    """Return a pair and where it differs: Place2book's value, then the source's."""
    prices = {str(price.price_id): price.name for price in one.pair.current.prices or ()}
    lines = _pair(say, one.pair, zone)
    if one.differences:
        lines.append(f"    {say('rebuild.columns')}")
    for change in one.differences:
        label, old, new = shown_change(say, change, prices, zone)
        lines.append(f"    {label}: {old or '-'} | {_of_source(say, change, new)}")
    return lines


def _of_source(say: Translator, change: FieldChange, new: str) -> str:
    stays = change.field.startswith("price.") and change.new is None
    return say("rebuild.no_category") if stays else new


def _pair(say: Translator, pair: Pair, zone: ZoneInfo) -> list[str]:
    start = local_time(pair.mapped.starts_at, zone)
    event_id, evidence = pair.current.event_id, say(f"rebuild.by_{pair.evidence}")
    return [
        f"{start}  {pair.mapped.title or say('value.no_title')}  ({evidence})",
        f"    {say('rebuild.pair', uuid=pair.mapped.uuid, event_id=event_id)}",
    ]


def decided_line(say: Translator, one: FoundAgain, winner: Winner | None) -> str:
    """Return what was decided of a pair."""
    return f"{one.pair.mapped.title}: {say(f'rebuild.wins_{winner}' if winner else 'rebuild.undecided')}"


def orphans_lines(say: Translator, library: str, orphans: Sequence[Orphan], zone: ZoneInfo) -> list[str]:
    """Return a library's orphans, each with its sales link and where its source event was."""
    lines = [say("orphans.heading", library=library, number=len(orphans))]
    for orphan in orphans:
        lines.append(f"  {local_time(orphan.begin_at, zone)}  {orphan.name}  ({orphan.event_id})")
        lines.append(f"    {orphan.sales_location or '-'}")
        lines.append(f"    {say('orphans.page', page=orphan.page)}")
    return [*lines, f"  {say('orphans.what_to_do')}"]
