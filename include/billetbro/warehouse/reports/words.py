"""The sentences of a report: how a month compares with the one before it, in Danish."""

from __future__ import annotations

from dataclasses import dataclass

from billetbro.warehouse.reports.booking import Standing
from billetbro.warehouse.reports.danish import (
    MONTHS,
    SPACE,
    amount,
    month_name,
    percent,
    percentage,
    round_amount,
    whole,
)
from billetbro.warehouse.reports.figures import Figures

UP, DOWN, LEVEL = "▲", "▼", "="
STANDINGS = {
    Standing.SOLD_OUT: ("●", "Udsolgt"),
    Standing.AHEAD: (UP, "Foran"),
    Standing.AS_USUAL: (LEVEL, "Som sædvanlig"),
    Standing.BEHIND: (DOWN, "Bagefter"),
}
"""A sign and a word for each standing of an event to come."""

Share = tuple[int, int]
"""A part, and what it is a part of."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key figure: its names, its value, what it is made of, and how it compares with the month before."""

    danish: str
    english: str
    value: str
    detail: str
    change: str


def key_figures(figures: Figures, currency: str) -> tuple[Key, ...]:
    """Return the key figures of the month, each beside the month before."""
    now, before, month = figures.totals, figures.before, MONTHS[figures.month.before.number - 1]
    paid, paid_before = round_amount(now.income_ore, currency), round_amount(before.income_ore, currency)
    seats, seats_before = (now.seats_sold, now.seats), (before.seats_sold, before.seats)
    absent, absent_before = (now.absent, now.expected), (before.absent, before.expected)
    refunded = round_amount(now.cancelled_ore, currency) if now.cancelled_tickets else ""
    cancelled = compared(now.cancelled_tickets, before.cancelled_tickets, month)
    return (
        Key("Solgte billetter", "Tickets sold", whole(now.tickets), "", compared(now.tickets, before.tickets, month)),
        Key("Indtægt", "Income", paid, "", compared(now.income_ore, before.income_ore, month, paid_before)),
        Key("Afholdte arrangementer", "Events held", whole(now.held), "", compared(now.held, before.held, month)),
        _share("Brugt kapacitet", "Capacity used", seats, "pladser", compared_shares(seats, seats_before, month)),
        _share("Udeblevne", "No-shows", absent, "billetter", compared_shares(absent, absent_before, month)),
        Key("Annullerede billetter", "Tickets cancelled", whole(now.cancelled_tickets), refunded, cancelled),
    )


def compared(now: int, before: int, month: str, shown: str | None = None) -> str:
    """Return how a count compares with the month before: ▲ 12 % fra 368 i september."""
    if now == before:
        return f"{LEVEL} som i {month}" if now else f"{LEVEL} heller ingen i {month}"
    if not before:
        return f"{UP} fra ingen i {month}"
    change = whole(abs(percentage(now - before, before)))
    return f"{UP if now > before else DOWN} {change}{SPACE}% fra {shown or whole(before)} i {month}"


def compared_shares(now: Share, before: Share, month: str) -> str:
    """Return how a share compares with the month before, in percentage points."""
    if not before[1]:
        return ""
    if not now[1]:
        return f"{percent(*before)} i {month}"
    change = percentage(*now) - percentage(*before)
    if not change:
        return f"{LEVEL} som i {month}"
    return f"{UP if change > 0 else DOWN} {whole(abs(change))}{SPACE}procentpoint fra {percent(*before)} i {month}"


def summary(figures: Figures, library: str, currency: str) -> str:
    """Return the month in a sentence or two."""
    now, month = figures.totals, month_name(figures.month)
    if now.tickets:
        paid = f"for {amount(now.income_ore, currency)}" if now.income_ore else "uden betaling"
        tickets = "én billet" if now.tickets == 1 else f"{whole(now.tickets)} billetter"
        sold = f"{library} solgte {tickets} {paid} i {month}{_trend(figures)}."
    else:
        sold = f"{library} solgte ingen billetter i {month}."
    if not now.held:
        return f"{sold} Ingen arrangementer med billetsalg blev afholdt."
    held = "Ét arrangement" if now.held == 1 else f"{whole(now.held)} arrangementer"
    seats = f", og {percent(now.seats_sold, now.seats)} af pladserne var solgt" if now.seats else ""
    return f"{sold} {held} blev afholdt{seats}."


def _trend(figures: Figures) -> str:
    now, before, month = figures.totals.tickets, figures.before.tickets, MONTHS[figures.month.before.number - 1]
    change = percentage(now - before, before) if before else 0
    if not change:
        return f", lige så mange som i {month}" if now == before else ""
    return f", {whole(abs(change))}{SPACE}% {'flere' if change > 0 else 'færre'} end i {month}"


def _share(danish: str, english: str, share: Share, of: str, change: str) -> Key:
    detail = f"{whole(share[0])} af {whole(share[1])} {of}" if share[1] else "ikke opgjort"
    return Key(danish, english, percent(*share), detail, change)
