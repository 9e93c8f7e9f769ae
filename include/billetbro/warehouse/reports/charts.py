"""Draw the charts of a report, as SVG to be put into a page. The same figures give the same text.

Each is drawn for a phone's width and grows with the page. Lines differ in their strokes, not in colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from io import StringIO

from matplotlib import RcParams, rc_context, rcdefaults, rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from billetbro.warehouse.reports.booking import DAYS
from billetbro.warehouse.reports.figures import Day, Part
from billetbro.warehouse.reports.number_format import Reader

WIDTH = 380
INK = "#24303b"
QUIET = "#52606c"
RULE = "#d5dce1"
MAIN = "#0b5f70"
OTHER = "#b4521b"
STYLE: dict[str, object] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 12.5,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.linewidth": 2.4,
    "svg.fonttype": "none",
}
ROW = 42
LONGEST_NAME = 44


def sales_by_day(days: Sequence[Day], label: str, reader: Reader) -> str:
    """Draw the tickets sold on each day as bars."""

    def paint(axes: Axes) -> None:
        axes.bar([day.day.day for day in days], [day.tickets for day in days], color=MAIN, width=0.72)
        _days_of_month(axes, len(days), reader)

    return _draw("days", label, 230, paint)


def sales_so_far(days: Sequence[Day], before: Sequence[Day], names: tuple[str, str], label: str, reader: Reader) -> str:
    """Draw the tickets sold so far in the month, and in the one before it; `days` may end before the month does."""

    def paint(axes: Axes) -> None:
        axes.plot(*_so_far(before), color=OTHER, linestyle=(0, (4, 2)), drawstyle="steps-post", label=names[1])
        axes.plot(*_so_far(days), color=MAIN, drawstyle="steps-post", label=names[0])
        _days_of_month(axes, max(len(days), len(before)), reader)
        _legend(axes)

    return _draw("so-far", label, 230, paint)


def booking_curve(
    of_month: Sequence[float], usual: Sequence[float], names: tuple[str, str], label: str, axis: str
) -> str:
    """Draw the share of the tickets that was sold so many days before; `usual` may be empty."""

    def paint(axes: Axes) -> None:
        days = range(DAYS, -1, -1)
        if usual:
            axes.plot(days, usual, color=OTHER, linestyle=(0, (4, 2)), label=names[1])
        if of_month:
            axes.plot(days, of_month, color=MAIN, label=names[0])
        axes.set_xlim(DAYS, 0)
        axes.set_ylim(0, 1.02)
        axes.set_xticks([60, 45, 30, 14, 7, 0])
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:.0f} %"))
        axes.set_xlabel(axis)
        _legend(axes)

    return _draw("booking", label, 270, paint)


def income_by_part(name: str, parts: Sequence[Part], nameless: str, label: str, reader: Reader) -> str:
    """Draw the income of each part as a bar, with its name above it; `nameless` stands for the part without a name."""

    def paint(axes: Axes) -> None:
        places = range(len(parts))
        most = max([part.income_ore for part in parts] + [1])
        axes.barh(places, [part.income_ore for part in parts], height=0.36, color=MAIN)
        axes.barh(places, [most] * len(parts), height=0.36, color=RULE, alpha=0.45, zorder=0)
        for place, part in zip(places, parts, strict=True):
            axes.text(0, place - 0.30, _shortened(part.name or nameless), va="bottom")
            paid = reader.round_amount(part.income_ore)
            axes.text(most, place - 0.30, paid, va="bottom", ha="right", color=QUIET)
        axes.set_xlim(0, most)
        axes.set_ylim(len(parts) - 0.7, -0.75)
        axes.set_axis_off()

    return _draw(name, label, ROW * len(parts) + 6, paint)


def _days_of_month(axes: Axes, last: int, reader: Reader) -> None:
    axes.set_xlim(0.4, last + 0.6)
    axes.set_xticks([1, 8, 15, 22, 29] if last > 28 else [1, 8, 15, 22, 28])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _: reader.say("chart.day", day=f"{day:.0f}")))
    axes.set_ylim(bottom=0, top=max(axes.get_ylim()[1], 4))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda tickets, _: reader.whole(round(tickets))))


def _so_far(days: Sequence[Day]) -> tuple[list[int], list[int]]:
    sold, so_far = 0, []
    for day in days:
        sold += day.tickets
        so_far.append(sold)
    return [day.day.day for day in days], so_far


def _legend(axes: Axes) -> None:
    """Name the lines, the main one first, where a rising line leaves room."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        axes.legend(handles[::-1], labels[::-1], loc="upper left", borderaxespad=0.2)


def _shortened(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1].rstrip()}…"


def _draw(name: str, label: str, height: int, paint: Callable[[Axes], None]) -> str:
    with rc_context():
        rcdefaults()
        rcParams.update(RcParams(STYLE | {"svg.hashsalt": name}))
        figure = Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")
        FigureCanvasSVG(figure)
        paint(figure.add_subplot())
        drawn = StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", transparent=True, metadata=nothing)
    return _inline(drawn.getvalue(), name, label)


def _inline(svg: str, name: str, label: str) -> str:
    """Return the drawing as an element of a page: named for those who do not see it, its ids the page's own."""
    body = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg[svg.index("<svg") :].strip(), flags=re.DOTALL)
    body = re.sub(r'(<\w+ )id="', rf'\g<1>id="{name}-', body)
    body = re.sub(r'((?:clip-path="url\(|xlink:href=")#)', rf"\g<1>{name}-", body)
    view = re.search(r'viewBox="[^"]*"', body)
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    opening = f'<svg {spaces} {view[0] if view else ""} role="img" aria-label="{escape(label)}">'
    return opening + body[body.index(">") + 1 :]
