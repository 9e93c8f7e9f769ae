"""Explain why an event has no ticket button. The first row that matches is the answer. Pure.

| in the tables | answer |
|---|---|
| never in a snapshot of the source | `never_seen`, or `never_read` when there is no snapshot |
| it has ended | `over` |
| linked, not in the latest snapshot, and began before its window | `began_before_list` |
| not in the latest snapshot | `not_in_list` |
| not mapped yet | `run_failed`, else `not_judged_yet` |
| skipped, sold elsewhere, cancelled | that code |
| rejected, and not on sale from before | that code |
| without ticket categories, held as a passive event | `passive` |
| a ticket event without a live link | its rejection, else `run_failed`, `removed` or `not_created_yet` |
| linked, but Place2book has no such event | its rejection, else `not_in_place2book` |
| passive in Place2book, or without a sales link | `passive_in_place2book`, `no_sales_link` |
| the source does not show the link | its rejection, else `write_back_failed`, `run_failed`, `write_back_due` |
| its sale is over, closed, or not open yet | `sale_over`, `paused`, `sale_ended_by_us`, `sale_closed`, `upcoming` |
| it is sold out | `sold_out`, `waiting_list` |
| the source shows another state than the sale's | `state_set_by_hand`, else as for the link |
| otherwise | `has_button` |

Further answers: other open rejections, warnings (warnings.py), that a date of a series is cancelled on its own page
(`single_date`), blocked removals, a failed run of the library, and an old snapshot.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from billetbro.models import CurrentEvent, Link, LinkStatus, Mapped, Outcome, SaleState
from billetbro.models.message import Message
from billetbro.models.sales_links import seccode_of
from billetbro.reconcile.diagnosis.facts import EventFacts
from billetbro.reconcile.mapping.warnings import warnings_of
from billetbro.reconcile.planning.withdrawn_event import WITHDRAWN
from billetbro.reconcile.reasons import reason_message, rejection_message
from billetbro.reconcile.sale_status.write_back import IN_SOURCE_WORDS, sale_closed_at, sale_opens_at, sale_state

OLD_READING = timedelta(hours=3)
"""An older snapshot means that the hourly job is not running."""

STEPS_TO_A_BUTTON = ("extract", "transform", "load", "writeback")
"""The steps whose failure can cost an event its button; the export of purchases cannot."""

REFUSED_WRITES = ("link_replaced", "cms_refused", "cms_cannot_save")
EXPLAINED = (Outcome.SKIPPED, Outcome.SOLD_ELSEWHERE, Outcome.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reason: its code, and its message."""

    code: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whether the event has its button, the reason, and what else is known."""

    has_button: bool
    answer: Answer
    further: tuple[Answer, ...] = ()


def why(facts: EventFacts) -> Told:
    """Return why the event has a ticket button or not."""
    answer = _about_the_list(facts) or _about_the_event(facts) or _about_the_link(facts) or _about_the_sale(facts)
    return Told(
        has_button=answer.code == "has_button",
        answer=answer,
        further=tuple(further for further in _further(facts) if further.code != answer.code),
    )


def _about_the_list(facts: EventFacts) -> Answer | None:
    if facts.seen_at is None:
        removed = {"pruned": _moment(facts.pruned_before, facts)} if facts.pruned_before else {}
        read = _moment(facts.read_at, facts)
        return _answer("never_seen", read=read, **removed) if facts.read_at else _answer("never_read")
    if _has_ended(facts):
        return Answer(code="over", message=rejection_message("over"))
    if not facts.present and (start := _start_out_of_reach(facts)):
        asked_from = _moment(facts.asked_from, facts)
        return _answer("began_before_list", starts=_moment(start, facts), asked_from=asked_from)
    if not facts.present:
        return _answer("not_in_list", seen=_moment(facts.seen_at, facts), read=_moment(facts.read_at, facts))
    return None


def _start_out_of_reach(facts: EventFacts) -> datetime | None:
    """Return the start of a linked event that began before the snapshot's window."""
    start = facts.link.starts_at if facts.link and _is_live(facts) else None
    return start if start and facts.asked_from and start < facts.asked_from else None


def _has_ended(facts: EventFacts) -> bool:
    """Return whether the event is over, by the source or else by the link."""
    if facts.mapped is not None and facts.mapped.outcome is Outcome.OVER:
        return True
    event = facts.mapped or facts.link
    if event is None or event.ends_at is None or event.ends_at > facts.now:
        return False
    return event.starts_at is None or event.starts_at <= facts.now


def _about_the_event(facts: EventFacts) -> Answer | None:
    mapped = facts.mapped
    if mapped is None:
        return _run_failed(facts) or _answer("not_judged_yet")
    if mapped.outcome is Outcome.REJECTED and _is_live(facts):
        return None
    if mapped.outcome in EXPLAINED and mapped.code is not None:
        return Answer(code=mapped.code, message=rejection_message(mapped.code, field=mapped.field, found=mapped.found))
    if mapped.outcome is Outcome.CANCELLED:
        return _answer("cancelled")
    return _answer("passive") if mapped.outcome is Outcome.PASSIVE_EVENT else None


def _is_live(facts: EventFacts) -> bool:
    return facts.link is not None and facts.link.status is LinkStatus.LIVE


def _about_the_link(facts: EventFacts) -> Answer | None:
    link, current = facts.link, facts.current
    if link is None or link.status is not LinkStatus.LIVE:
        coming = (
            _answer("removed", reason=_reason(facts))
            if link and link.status is LinkStatus.DELETED
            else _answer("not_created_yet")
        )
        return _rejected(facts) or _run_failed(facts) or coming
    if current is None:
        missing = _answer("not_in_place2book", event_id=link.event_id)
        return _rejected(facts) or _run_failed(facts) or missing
    if current.passive:
        return _answer("passive_in_place2book")
    if not link.sales_location:
        return _answer("no_sales_link")
    return None if shows_the_link(facts.mapped, link) else _not_written_back(facts, link)


def shows_the_link(mapped: Mapped | None, link: Link) -> bool:
    """Return whether the source shows the link's sales link, in any of its forms."""
    shown = mapped.link if mapped else None
    if not shown or shown == link.sales_location:
        return bool(shown)
    hosts = frozenset({urlsplit(link.sales_location).netloc.lower()})
    return bool(link.seccode) and seccode_of(shown, hosts) == link.seccode


def _not_written_back(facts: EventFacts, link: Link) -> Answer:
    sold_at = link.sales_location
    for code in REFUSED_WRITES:
        if code in facts.rejections:
            return Answer(code=code, message=facts.rejections[code])
    if facts.failed_write_back:
        return _answer("write_back_failed", link=sold_at, error=facts.failed_write_back)
    return _run_failed(facts) or _answer("write_back_due", link=sold_at)


def _about_the_sale(facts: EventFacts) -> Answer:
    """Return the answer by the sale of a linked event whose link the source shows."""
    link, current, mapped = facts.link, facts.current, facts.mapped
    if link is None or current is None or mapped is None:
        raise ValueError("only an event that is linked has a sale")
    state = sale_state(current, facts.now)
    sold_at = link.sales_location
    match state:
        case SaleState.OVER:
            return _answer("sale_over")
        case SaleState.CLOSED:
            return _closed(facts, link, current)
        case SaleState.UPCOMING:
            return _answer("upcoming", opens=_moment(sale_opens_at(current, facts.now), facts))
        case SaleState.SOLD_OUT:
            return _answer("sold_out")
        case SaleState.WAITING_LIST:
            return _answer("waiting_list", link=sold_at)
    shown = IN_SOURCE_WORDS[state]
    if mapped.state == shown or "state" not in mapped.shows:
        return _answer("has_button", link=sold_at)
    if link.state_written == shown and mapped.state is not None:
        by_hand, ours = Message(f"state.{mapped.state}"), Message(f"state.{shown}")
        return _answer("state_set_by_hand", link=sold_at, state=by_hand, open=ours)
    return _not_written_back(facts, link)


def _closed(facts: EventFacts, link: Link, current: CurrentEvent) -> Answer:
    if link.sale_closed_at is not None:
        return _answer("sale_ended_by_us", closed=_moment(link.sale_closed_at, facts), reason=_reason(facts))
    closed_at = sale_closed_at(current, facts.now)
    if current.paused or closed_at is None:
        return _answer("paused")
    return _answer("sale_closed", closed=_moment(closed_at, facts))


def _rejected(facts: EventFacts) -> Answer | None:
    return next((Answer(code=code, message=message) for code, message in facts.rejections.items()), None)


def _run_failed(facts: EventFacts) -> Answer | None:
    run = facts.last_run
    failed = [step for step in STEPS_TO_A_BUTTON if run and step in run.errors]
    if run is None or not failed:
        return None
    errors = [Message("step_error", {"step": step, "error": run.errors[step]}) for step in failed]
    error = reduce(lambda one, other: Message("both", {"one": one, "other": other}), errors)
    return _answer("run_failed", started=_moment(run.started_at, facts), error=error)


def _further(facts: EventFacts) -> list[Answer]:
    further = [Answer(code=code, message=message) for code, message in facts.rejections.items()]
    if facts.mapped is not None and facts.present:
        codes = warnings_of(facts.mapped.title, facts.mapped.outcome, cut=facts.mapped.cut)
        further += [Answer(code=code, message=rejection_message(code)) for code in codes]
    if _is_a_patched_date(facts):
        further.append(_answer("single_date"))
    leaving = not facts.present or (facts.mapped is not None and facts.mapped.outcome in WITHDRAWN)
    linked = _is_live(facts) and not _has_ended(facts)
    blocked = facts.last_run.removals_blocked if facts.last_run else None
    if blocked and leaving and linked:
        further.append(_answer("removals_blocked", blocked=blocked))
    if failed := _run_failed(facts):
        further.append(failed)
    if facts.read_at is not None and facts.now - facts.read_at > OLD_READING:
        further.append(_answer("old_reading", read=_moment(facts.read_at, facts)))
    return further


def _is_a_patched_date(facts: EventFacts) -> bool:
    """Return whether the event no longer follows its series' state, because we wrote one to it."""
    of_series = facts.mapped is not None and facts.mapped.series_uuid is not None
    return of_series and facts.present and facts.state_patched and not _has_ended(facts)


def _reason(facts: EventFacts) -> Message:
    return reason_message(facts.removed_because) if facts.removed_because else Message("reason.unknown")


def _answer(code: str, **values: str | int | Message) -> Answer:
    return Answer(code=code, message=Message(f"answer.{code}", values))


def _moment(moment: datetime | None, facts: EventFacts) -> Message:
    if moment is None:
        return Message("moment.unknown")
    local = moment.astimezone(ZoneInfo(facts.timezone))
    return Message("moment", {"date": f"{local:%d.%m.%Y}", "hour": f"{local:%H}", "minute": f"{local:%M}"})
