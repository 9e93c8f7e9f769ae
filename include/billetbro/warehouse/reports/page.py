"""Make the page of a report: one HTML file that needs no other. Titles and names are escaped; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from billetbro.warehouse.reports import charts
from billetbro.warehouse.reports.booking import DAYS
from billetbro.warehouse.reports.figures import Day, Figures, Part
from billetbro.warehouse.reports.number_format import Reader
from billetbro.warehouse.reports.sentences import SIGNS, key_figures, summary

HERE = Path(__file__).parent
SHOWN_PARTS = 8
"""So many branches, categories or prices are shown; the rest together."""
BOOKING_DAYS = (DAYS, 30, 14, 7, 3, 1, 0)


def page_of(figures: Figures, reader: Reader) -> str:
    """Return the whole page; the same figures give the same text."""
    values: dict[str, object] = {
        "library": reader.library,
        "month": reader.month(figures.month, year=True),
        "css": Markup((HERE / "page.css").read_text(encoding="utf-8")),
        "figures": figures,
        "booking": figures.booking,
        "booking_days": BOOKING_DAYS,
        "signs": SIGNS,
        "keys": key_figures(figures, reader),
        "summary": summary(figures, reader),
        "charts": _charts(figures, reader),
        "income": _income(figures, reader),
        "as_of": reader.long_moment(figures.as_of) if figures.as_of else "",
        "zone": reader.zone.key,
    }
    return _environment(reader).get_template("page.html").render(values)


def _environment(reader: Reader) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    names = ("whole", "amount", "short_day", "long_day", "moment", "share")
    environment.filters |= {name: getattr(reader, name) for name in names}
    environment.globals |= {"percent": reader.percent, "say": reader.say, "language": reader.say.language}
    return environment


def _charts(figures: Figures, reader: Reader) -> Mapping[str, Markup]:
    """Return the charts that there is anything to draw for; a chart that is not there is an empty text."""
    say, names = reader.say, (reader.month(figures.month), reader.month(figures.month.before))
    total, total_before = reader.whole(figures.totals.tickets), reader.whole(figures.before.tickets)
    days = so_far = curve = ""
    if figures.totals.tickets or figures.before.tickets:
        most = max(figures.days, key=lambda day: day.tickets)
        best = {"day": reader.short_day(most.day), "tickets": reader.whole(most.tickets)}
        top = say("chart.most", **best) if most.tickets else ""
        days = charts.sales_by_day(figures.days, say("chart.days", month=names[0], total=total, top=top), reader)
        both = {"month": names[0], "total": total, "before": names[1], "total_before": total_before}
        read = _read(figures, reader.zone)
        so_far = charts.sales_so_far(read, figures.days_before, names, say("chart.so_far", **both), reader)
    booking = figures.booking
    if booking.of_month or booking.usual:
        lines = names[0], say("chart.earlier")
        curve = charts.booking_curve(
            booking.of_month, booking.usual, lines, say("chart.booking"), say("chart.days_before")
        )
    return {"days": Markup(days), "so_far": Markup(so_far), "booking": Markup(curve)}


def _read(figures: Figures, zone: ZoneInfo) -> Sequence[Day]:
    """Return the days of the month whose sales have been read: a line does not go on where nothing is known."""
    if figures.finished or figures.as_of is None:
        return figures.days
    return [day for day in figures.days if day.day <= figures.as_of.astimezone(zone).date()]


def _income(figures: Figures, reader: Reader) -> list[tuple[Markup, str, Sequence[Part], str]]:
    """Return for branches, categories and prices: the chart, the heading, the parts, and what a nameless part is."""
    subjects = (
        ("branches", figures.branches, "month.no_name"),
        ("categories", figures.categories, "month.no_name"),
        ("prices", figures.prices, "month.no_price"),
    )
    return [
        (
            _income_chart(name, shown, reader.say(nameless), reader),
            reader.say(f"month.{name}"),
            shown,
            reader.say(nameless),
        )
        for name, parts, nameless in subjects
        for shown in [_shown(parts, reader)]
    ]


def _income_chart(name: str, parts: Sequence[Part], nameless: str, reader: Reader) -> Markup:
    """Draw the parts, unless there is nothing to compare."""
    if len(parts) < 2 or not any(part.income_ore for part in parts):
        return Markup("")
    return Markup(charts.income_by_part(name, parts, nameless, reader.say(f"chart.{name}"), reader))


def _shown(parts: Sequence[Part], reader: Reader) -> Sequence[Part]:
    """Return the largest parts, and the others as one."""
    if len(parts) <= SHOWN_PARTS:
        return parts
    others = parts[SHOWN_PARTS - 1 :]
    name = reader.say("month.others", count=len(others))
    together = Part(name, sum(part.tickets for part in others), sum(part.income_ore for part in others))
    return [*parts[: SHOWN_PARTS - 1], together]
