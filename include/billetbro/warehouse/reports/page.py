"""Make the page of a report: one HTML file that needs no other. Titles and names are escaped; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from billetbro.warehouse.reports import charts, danish
from billetbro.warehouse.reports.booking import DAYS
from billetbro.warehouse.reports.figures import Day, Figures, Part
from billetbro.warehouse.reports.words import STANDINGS, key_figures, summary

HERE = Path(__file__).parent
SHOWN_PARTS = 8
"""So many branches, categories or prices are shown; the rest together."""
BOOKING_DAYS = (DAYS, 30, 14, 7, 3, 1, 0)
NAMELESS_PART, NAMELESS_PRICE = "Ikke angivet", "Ukendt pris"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose report it is: the library's name, its zone and its currency."""

    library: str
    zone: ZoneInfo
    currency: str = "DKK"


def page_of(figures: Figures, reader: Reader) -> str:
    """Return the whole page; the same figures give the same text."""
    month = danish.month_name(figures.month)
    values: dict[str, object] = {
        "library": reader.library,
        "month": month,
        "english_month": danish.english_month_name(figures.month),
        "css": Markup((HERE / "page.css").read_text(encoding="utf-8")),
        "figures": figures,
        "booking": figures.booking,
        "booking_days": BOOKING_DAYS,
        "standings": STANDINGS,
        "keys": key_figures(figures, reader.currency),
        "summary": summary(figures, reader.library, reader.currency),
        "charts": _charts(figures, reader.zone),
        "income": _income(figures, reader.currency),
        "as_of": danish.long_moment(figures.as_of, reader.zone) if figures.as_of else "",
        "zone": reader.zone.key,
    }
    return _environment(reader).get_template("page.html").render(values)


def _environment(reader: Reader) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "whole": danish.whole,
        "amount": lambda ore: danish.amount(ore, reader.currency),
        "short_day": danish.short_day,
        "long_day": danish.long_day,
        "moment": lambda at: danish.moment(at, reader.zone),
        "share": lambda share: danish.percent(round(share * 1000), 1000),
    }
    environment.globals["percent"] = danish.percent
    return environment


def _charts(figures: Figures, zone: ZoneInfo) -> Mapping[str, Markup]:
    """Return the charts that there is anything to draw for; a chart that is not there is an empty text."""
    names = danish.MONTHS[figures.month.number - 1], danish.MONTHS[figures.month.before.number - 1]
    total, total_before = danish.whole(figures.totals.tickets), danish.whole(figures.before.tickets)
    days = so_far = curve = ""
    if figures.totals.tickets or figures.before.tickets:
        most = max(figures.days, key=lambda day: day.tickets)
        top = f"; flest {danish.short_day(most.day)}: {danish.whole(most.tickets)}" if most.tickets else ""
        days = charts.sales_by_day(figures.days, f"Søjler: solgte billetter pr. dag i {names[0]}, i alt {total}{top}.")
        label = f"Linjer: solgte billetter indtil dagen, {names[0]} i alt {total}, {names[1]} i alt {total_before}."
        so_far = charts.sales_so_far(_read(figures, zone), figures.days_before, names, label)
    booking = figures.booking
    if booking.of_month or booking.usual:
        label = (
            "Linjer: andel af billetterne, der var solgt 60 til 0 dage før arrangementet. Tallene står ved siden af."
        )
        curve = charts.booking_curve(booking.of_month, booking.usual, (names[0], "tidligere arrangementer"), label)
    return {"days": Markup(days), "so_far": Markup(so_far), "booking": Markup(curve)}


def _read(figures: Figures, zone: ZoneInfo) -> Sequence[Day]:
    """Return the days of the month whose sales have been read: a line does not go on where nothing is known."""
    if figures.finished or figures.as_of is None:
        return figures.days
    return [day for day in figures.days if day.day <= figures.as_of.astimezone(zone).date()]


def _income(figures: Figures, currency: str) -> list[tuple[Markup, str, str, Sequence[Part], str]]:
    """Return for branches, categories and prices: the chart, the headings, the parts, and what a nameless part is."""
    subjects = (
        ("branches", "Filial", "Branch", figures.branches, NAMELESS_PART),
        ("categories", "Kategori", "Category", figures.categories, NAMELESS_PART),
        ("prices", "Billettype", "Ticket type", figures.prices, NAMELESS_PRICE),
    )
    return [
        (_income_chart(name, word, shown, nameless, currency), word, english, shown, nameless)
        for name, word, english, parts, nameless in subjects
        for shown in [_shown(parts)]
    ]


def _income_chart(name: str, word: str, parts: Sequence[Part], nameless: str, currency: str) -> Markup:
    """Draw the parts, unless there is nothing to compare."""
    if len(parts) < 2 or not any(part.income_ore for part in parts):
        return Markup("")
    label = f"Søjler: indtægt efter {word.lower()}. Tallene står i tabellen nedenunder."
    return Markup(charts.income_by_part(name, parts, nameless, currency, label))


def _shown(parts: Sequence[Part]) -> Sequence[Part]:
    """Return the largest parts, and the others as one."""
    if len(parts) <= SHOWN_PARTS:
        return parts
    others = parts[SHOWN_PARTS - 1 :]
    together = Part(
        f"Øvrige ({len(others)})", sum(part.tickets for part in others), sum(part.income_ore for part in others)
    )
    return [*parts[: SHOWN_PARTS - 1], together]
