"""The sentences of a report: how a month compares with the one before it."""

from __future__ import annotations

from dataclasses import dataclass

from billetbro.warehouse.reports.booking import Standing
from billetbro.warehouse.reports.danish import percentage
from billetbro.warehouse.reports.figures import Figures
from billetbro.warehouse.reports.number_format import Reader

UP, DOWN = "▲", "▼"
SIGNS = {Standing.SOLD_OUT: "●", Standing.AHEAD: UP, Standing.AS_USUAL: "=", Standing.BEHIND: DOWN}
"""A sign for each standing of an event to come."""

Share = tuple[int, int]
"""A part, and what it is a part of."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key figure: the key of its name, its value, what it is made of, and how it compares with the month before."""

    name: str
    value: str
    detail: str
    change: str


def key_figures(figures: Figures, reader: Reader) -> tuple[Key, ...]:
    """Return the key figures of the month, each beside the month before."""
    now, before, month = figures.totals, figures.before, reader.month(figures.month.before)
    paid, paid_before = reader.round_amount(now.income_ore), reader.round_amount(before.income_ore)
    refunded = reader.round_amount(now.cancelled_ore) if now.cancelled_tickets else ""

    def count(name: str, held: int, held_before: int, detail: str = "") -> Key:
        return Key(name, reader.whole(held), detail, compared(reader, held, held_before, month))

    def share(name: str, held: Share, held_before: Share) -> Key:
        of = {"part": reader.whole(held[0]), "of": reader.whole(held[1])}
        detail = reader.say(f"month.{name}_of" if held[1] else "month.not_counted", **of)
        return Key(name, reader.percent(*held), detail, compared_shares(reader, held, held_before, month))

    return (
        count("tickets", now.tickets, before.tickets),
        Key("income", paid, "", compared(reader, now.income_ore, before.income_ore, month, paid_before)),
        count("held", now.held, before.held),
        share("capacity", (now.seats_sold, now.seats), (before.seats_sold, before.seats)),
        share("absent", (now.absent, now.expected), (before.absent, before.expected)),
        count("cancelled", now.cancelled_tickets, before.cancelled_tickets, refunded),
    )


def compared(reader: Reader, now: int, before: int, month: str, shown: str | None = None) -> str:
    """Return how a count compares with the month before: ▲ 12 % fra 368 i september."""
    if now == before:
        return reader.say("compared.same" if now else "compared.none_either", month=month)
    if not before:
        return reader.say("compared.from_none", month=month)
    change, sign = reader.whole(abs(percentage(now - before, before))), UP if now > before else DOWN
    before_shown = shown or reader.whole(before)
    return reader.say("compared.count", sign=sign, change=change, before=before_shown, month=month)


def compared_shares(reader: Reader, now: Share, before: Share, month: str) -> str:
    """Return how a share compares with the month before, in percentage points."""
    if not before[1]:
        return ""
    was = reader.percent(*before)
    if not now[1]:
        return reader.say("compared.only_before", before=was, month=month)
    change = percentage(*now) - percentage(*before)
    if not change:
        return reader.say("compared.same", month=month)
    sign, points = UP if change > 0 else DOWN, reader.whole(abs(change))
    return reader.say("compared.share", sign=sign, change=points, before=was, month=month)


def summary(figures: Figures, reader: Reader) -> str:
    """Return the month in a sentence or two."""
    now, month, say = figures.totals, reader.month(figures.month, year=True), reader.say
    if now.tickets:
        paid = (
            say("summary_of.paid", amount=reader.amount(now.income_ore)) if now.income_ore else say("summary_of.free")
        )
        values = {"tickets": reader.whole(now.tickets), "paid": paid, "month": month, "trend": _trend(figures, reader)}
        sold = say("summary_of.sold", number=now.tickets, library=reader.library, **values)
    else:
        sold = say("summary_of.none_sold", library=reader.library, month=month)
    if not now.held:
        return f"{sold} {say('summary_of.none_held')}"
    seats = say("summary_of.seats", share=reader.percent(now.seats_sold, now.seats)) if now.seats else ""
    return f"{sold} {say('summary_of.held', number=now.held, events=reader.whole(now.held), seats=seats)}"


def _trend(figures: Figures, reader: Reader) -> str:
    now, before, month = figures.totals.tickets, figures.before.tickets, reader.month(figures.month.before)
    change = percentage(now - before, before) if before else 0
    if not change:
        return reader.say("summary_of.as_many", month=month) if now == before else ""
    key = "summary_of.more" if change > 0 else "summary_of.fewer"
    return reader.say(key, change=reader.whole(abs(change)), month=month)
