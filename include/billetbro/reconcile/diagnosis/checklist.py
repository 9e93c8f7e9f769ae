"""The checklist that support goes through when an event has no ticket button. Pure.

| point | passed | failed | not known |
|---|---|---|---|
| relevant | marked for the ticket system | not marked | the mark cannot be read |
| capacity | at least 1 | none | |
| prices | ticket categories that can be sold | none, or one that cannot | |
| published | its source lists it | it does not (any more) | it began before what is listed |
| link | none, or ours | leads elsewhere | nobody looked at it, since the event is not ours |
| series | one event, or a series | its state was set by hand | we wrote its state on the date |
| refused | nothing is refused | refused, or its source refused our link | |
| waiting | nothing is due | the next run has to do it, or runs fail | there was no run |

`why` is the answer. The first point that failed is marked, unless the event has its button.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from billetbro.models import Outcome, SourceEvent
from billetbro.models.message import Message
from billetbro.reconcile.diagnosis.facts import EventFacts
from billetbro.reconcile.diagnosis.why import Answer, Told, why
from billetbro.reconcile.reasons import rejection_message

OF_PRICES = frozenset(
    {
        *("category_title_missing", "category_twice", "price_missing", "price_not_a_number", "price_negative"),
        *("price_currency", "no_ticket_categories"),
    }
)
TOLD_BEFORE = OF_PRICES | {"capacity_missing", "not_relevant", "sold_elsewhere", "over", "link_still_shown"}
"""Codes that are told at a point of their own, not among what was refused."""
NOT_MAPPED_FOR_LINK = ("not_relevant", "uuid_twice", "over")
"""Codes with which nobody looked where the link leads."""
DUE = frozenset({"not_judged_yet", "not_created_yet", "removed", "not_in_place2book", "write_back_due"})
NOT_RUNNING = frozenset({"run_failed", "old_reading"})
MARKS = ("relevant", "ticket_manager_relevance", "custom_data")
"""The names of the mark for the ticket system among what could not be read."""


class Point(StrEnum):
    """A point of the checklist, in the order of support's questions."""

    RELEVANT = "relevant"
    CAPACITY = "capacity"
    PRICES = "prices"
    PUBLISHED = "published"
    LINK = "link"
    SERIES = "series"
    REFUSED = "refused"
    WAITING = "waiting"


class Verdict(StrEnum):
    """What became of a point."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A point with its verdict and what is known of it."""

    point: Point
    verdict: Verdict
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The answer, and the points in their order."""

    told: Told
    points: tuple[Checked, ...]

    @property
    def failing(self) -> Point | None:
        """Return the first point that failed; None when the event has its button, or for a reason beside the list."""
        failed = (one.point for one in self.points if one.verdict is Verdict.FAILED)
        return None if self.told.has_button else next(failed, None)


def checklist(facts: EventFacts) -> Checklist:
    """Return the checklist of an event that its source listed at least once."""
    told = why(facts)
    return Checklist(told=told, points=tuple(check(facts, told) for check in _CHECKS))


def _relevant(facts: EventFacts, _told: Told) -> Checked:
    source = facts.source
    if source is None or (found := _unreadable(source, *MARKS)) is not None:
        return _unknown(Point.RELEVANT, found if source else None)
    if source.relevant:
        return _passed(Point.RELEVANT)
    return _failed(Point.RELEVANT, rejection_message("not_relevant"))


def _capacity(facts: EventFacts, _told: Told) -> Checked:
    source = facts.source
    if source is None:
        return _unknown(Point.CAPACITY)
    if found := _unreadable(source, "capacity", "ticket_capacity"):
        return _failed(Point.CAPACITY, found)
    if source.capacity is None or source.capacity < 1:
        number = None if source.capacity is None else str(source.capacity)
        return _failed(Point.CAPACITY, rejection_message("capacity_missing", field="capacity", found=number))
    return _passed(Point.CAPACITY, number=source.capacity)


def _prices(facts: EventFacts, _told: Told) -> Checked:
    source, mapped = facts.source, facts.mapped
    if mapped is not None and mapped.code in OF_PRICES:
        return _failed(Point.PRICES, rejection_message(mapped.code, field=mapped.field, found=mapped.found))
    if source is None:
        return _unknown(Point.PRICES)
    if found := _unreadable(source, "ticket_categories"):
        return _failed(Point.PRICES, found)
    if not source.ticket_categories:
        return _failed(Point.PRICES, rejection_message("no_ticket_categories"))
    unpriced = next((category.title for category in source.ticket_categories if category.amount is None), None)
    if unpriced is not None:
        return _failed(Point.PRICES, rejection_message("price_missing", found=unpriced))
    return _passed(Point.PRICES, number=len(source.ticket_categories))


def _published(facts: EventFacts, told: Told) -> Checked:
    if facts.present:
        return _passed(Point.PUBLISHED)
    if told.answer.code == "began_before_list":
        return _unknown(Point.PUBLISHED, told.answer.message)
    return _failed(Point.PUBLISHED, told.answer.message if told.answer.code == "not_in_list" else None)


def _link(facts: EventFacts, _told: Told) -> Checked:
    source, mapped = facts.source, facts.mapped
    if mapped is not None and mapped.outcome is Outcome.SOLD_ELSEWHERE:
        return _failed(Point.LINK, rejection_message("sold_elsewhere", field=mapped.field, found=mapped.found))
    shown = source.link if source else None
    if source is None or (shown and (mapped is None or mapped.code in NOT_MAPPED_FOR_LINK) and not _is_ours(facts)):
        return _unknown(Point.LINK)
    return Checked(
        point=Point.LINK,
        verdict=Verdict.PASSED,
        message=Message("check.link.passed", {"link": shown}) if shown else Message("check.link.none"),
    )


def _is_ours(facts: EventFacts) -> bool:
    return facts.source is not None and facts.link is not None and facts.source.link == facts.link.sales_location


def _series(facts: EventFacts, told: Told) -> Checked:
    answers = {answer.code: answer.message for answer in (told.answer, *told.further)}
    for code in ("state_set_by_hand", "link_still_shown"):
        if code in answers:
            return _failed(Point.SERIES, answers[code])
    if "single_date" in answers:
        return _unknown(Point.SERIES, answers["single_date"])
    if facts.source is None:
        return _unknown(Point.SERIES)
    if facts.source.series_uuid is not None:
        return _unknown(Point.SERIES, Message("check.series.of_series"))
    return _passed(Point.SERIES)


def _refused(facts: EventFacts, told: Told) -> Checked:
    words = tuple(answer.message for answer in _refusals(facts, told))
    if not words:
        return _passed(Point.REFUSED)
    return _failed(Point.REFUSED, words[0] if len(words) == 1 else Message("check.refused.several", {"words": words}))


def _refusals(facts: EventFacts, told: Told) -> Iterator[Answer]:
    """Yield what was refused and is told at no point before: open rejections, and a link that was not written."""
    mapped, answer = facts.mapped, told.answer
    told_before = TOLD_BEFORE
    if mapped is not None and mapped.outcome is Outcome.REJECTED and mapped.code and mapped.code not in told_before:
        message = rejection_message(mapped.code, field=mapped.field, found=mapped.found)
        yield Answer(code=mapped.code, message=message)
        told_before |= {mapped.code}
    if answer.code == "write_back_failed":
        yield answer
    for code, message in facts.rejections.items():
        if code not in told_before:
            yield Answer(code=code, message=message)


def _waiting(facts: EventFacts, told: Told) -> Checked:
    answers = [answer for answer in (told.answer, *told.further) if answer.code in DUE | NOT_RUNNING]
    if answers:
        return _failed(Point.WAITING, answers[0].message)
    return _unknown(Point.WAITING) if facts.last_run is None else _passed(Point.WAITING)


_CHECKS: tuple[Callable[[EventFacts, Told], Checked], ...] = (
    *(_relevant, _capacity, _prices, _published),
    *(_link, _series, _refused, _waiting),
)


def _unreadable(source: SourceEvent, *names: str) -> Message | None:
    """Return what could not be read of these fields, or of their parts."""
    for field, found in source.unreadable.items():
        if field in names or field.partition(".")[0] in names:
            return rejection_message("unreadable", field=field, found=found)
    return None


def _passed(point: Point, **values: int) -> Checked:
    return Checked(point=point, verdict=Verdict.PASSED, message=Message(f"check.{point}.passed", values))


def _failed(point: Point, message: Message | None = None) -> Checked:
    return Checked(point=point, verdict=Verdict.FAILED, message=message or Message(f"check.{point}.failed"))


def _unknown(point: Point, message: Message | None = None) -> Checked:
    return Checked(point=point, verdict=Verdict.UNKNOWN, message=message or Message(f"check.{point}.unknown"))
