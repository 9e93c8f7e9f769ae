"""Made-up rows of a library: single ones to compute with by hand, and a whole year to look at."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from billetbro.warehouse.reports.figures import Figures, figures_of
from billetbro.warehouse.reports.month import Month
from billetbro.warehouse.reports.number_format import Reader
from billetbro.warehouse.reports.rows import BookedRow, CancelledRow, EventRow, Rows, SaleRow

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
OCTOBER = Month(2026, 10)
SOLBJERG = Reader(library="Solbjerg Bibliotek", zone=COPENHAGEN)
AS_OF = datetime(2026, 11, 1, 3, tzinfo=UTC)


def local(month: int, day: int, hour: int = 19, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=COPENHAGEN)


def event(event_id: int, begin_at: datetime | None = None, **values: object) -> EventRow:
    """Return an event of 40 seats, half of them sold, that was held on 10 October, but for what is given."""
    known: dict[str, object] = {
        "title": f"Nr. {event_id}",
        "branch": None,
        "category": None,
        "capacity": 40,
        "tickets": 20,
        "income_ore": 200000,
        "arrived": 0,
        "cancelled_tickets": 0,
        "exported_at": AS_OF,
    }
    return EventRow(event_id=event_id, begin_at=begin_at or local(10, 10), **known | values)  # type: ignore[arg-type]


def sale(event_id: int, day: date, tickets: int = 1, income_ore: int = 10000, price: str | None = "Voksen") -> SaleRow:
    return SaleRow(event_id=event_id, day=day, price=price, tickets=tickets, income_ore=income_ore)


SERIES = (
    # Title, branch, category, seats, share sold in percent, price in øre, hour, every so many days, first day.
    ("Forfatteraften – Når havet kalder", "Hovedbiblioteket", "Litteratur", 90, 94, 8500, 19, 31, 12),
    ("Babyrytmik for de mindste", "Hovedbiblioteket", "Børn", 15, 100, 4000, 10, 7, 6),
    ("Børneteater – Bjørnen der ikke ville sove", "Kulturhuset Møllen", "Teater", 60, 82, 4000, 14, 30, 18),
    ("Foredrag – Klimaet i haven", "Hovedbiblioteket", "Foredrag", 100, 61, 7500, 19, 33, 27),
    ("Filmklubben viser en klassiker", "Kulturhuset Møllen", "Film", 45, 47, 6000, 19, 14, 8),
    ("Jazz i kælderen", "Kulturhuset Møllen", "Musik", 70, 88, 11000, 20, 21, 16),
    ("Skrivekursus – Din egen historie", "Solbjerg Syd", "Kursus", 16, 75, 35000, 10, 42, 24),
    ("Byg en robot", "Solbjerg Syd", "Børn", 18, 39, 6500, 10, 28, 17),
    ("Strikkecafé med garnbytte", "Solbjerg Syd", None, 24, 21, 2500, 16, 14, 13),
    ("Læsekreds – Nordiske noveller", "Hovedbiblioteket", "Litteratur", None, 0, 0, 16, 28, 20),
)


def busy_year() -> Rows:
    """Return a year and two months of a library with three branches; the same every time."""
    events, sales, booked = [], [], []
    cancelled = [CancelledRow(event_id=1, day=date(2026, 10, 9), tickets=7, amount_ore=59500)]
    cancelled.append(CancelledRow(event_id=2, day=date(2026, 9, 9), tickets=4, amount_ore=16000))
    number = 0
    for place, (title, branch, category, seats, percent, price, hour, every, first) in enumerate(SERIES):
        day = date(2025, 10, 1) + timedelta(days=first + place)
        while day < date(2026, 12, 1):
            number += 1
            full = (seats or 30) * max(percent, 40 if seats is None else 0) // 100 + (number * 7) % 5 - 2
            curve = _bought(min(full, seats or full), day, number)
            for before, tickets in sorted(curve.items()):
                booked.append(BookedRow(event_id=number, days_before=before, tickets=tickets))
                kind = "Studerende" if before % 5 == 3 else "Voksen" if price > 4000 else "Barn"
                paid = tickets * (price * 6 // 10 if kind == "Studerende" else price)
                sales.append(
                    sale(number, day - timedelta(days=before), tickets, paid, kind if price else "Gratis billet")
                )
            tickets = sum(curve.values())
            held = day <= AS_OF.date()
            events.append(
                event(
                    number,
                    datetime(day.year, day.month, day.day, hour, tzinfo=COPENHAGEN),
                    title=title,
                    branch=branch,
                    category=category,
                    capacity=seats,
                    tickets=tickets,
                    income_ore=tickets * price,
                    arrived=tickets * (86 + number % 9) // 100 if held and place not in (4, 9) else 0,
                )
            )
            day += timedelta(days=every)
    return Rows(events=tuple(events), sales=tuple(sales), cancelled=tuple(cancelled), booked=tuple(booked), as_of=AS_OF)


def _bought(tickets: int, day: date, number: int) -> Counter[int]:
    """Spread tickets over the days before an event, many in the last week; none after the last reading."""
    by_day: Counter[int] = Counter()
    hurry = 1.5 if day.month == 10 else 2.4
    for nth in range(tickets):
        share = (nth * 37 + number * 11) % 100 / 100
        before = int(45 * share**hurry) + (number + nth) % 3
        if day - timedelta(days=before) < date(2026, 11, 1):
            by_day[before] += 1
    return by_day


def figures(rows: Rows, month: Month = OCTOBER) -> Figures:
    return figures_of(rows, month, COPENHAGEN)
