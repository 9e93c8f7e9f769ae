"""The page and the rows of a report: what they say in full, empty and odd months, and that they hold nothing else."""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from billetbro.messages.catalogue import Translator
from billetbro.warehouse.reports.booking import Standing
from billetbro.warehouse.reports.month import Month, last_month
from billetbro.warehouse.reports.page import page_of
from billetbro.warehouse.reports.rows import BookedRow, Rows
from billetbro.warehouse.reports.sentences import compared, compared_shares
from billetbro.warehouse.reports.spreadsheet import HEADER, spreadsheet_of
from tests.cases import cases
from tests.catalogues import files, keys
from tests.unit.warehouse.reports.examples import (
    AS_OF,
    COPENHAGEN,
    OCTOBER,
    SOLBJERG,
    busy_year,
    event,
    figures,
    local,
    sale,
)

EVIL = '<script>alert("1")</script> $x^2$ & co'


def page(rows: Rows, month: Month = OCTOBER) -> str:
    return page_of(figures(rows, month), SOLBJERG).replace("\N{NO-BREAK SPACE}", " ")


def test_same_figures_give_the_same_page_and_rows() -> None:
    twice = [figures(busy_year()) for _ in range(2)]
    assert page_of(twice[0], SOLBJERG) == page_of(twice[1], SOLBJERG)
    assert len({spreadsheet_of(one, "Solbjerg", COPENHAGEN) for one in twice}) == 1


def test_page_fetches_nothing_and_runs_nothing() -> None:
    made = page(busy_year())
    found = re.findall(r'<(?:script|link|img|iframe)\b|(?:src|href)="[^#"][^"]*"|url\((?!#)[^)]*\)|@import', made)
    assert found == []


def test_page_is_in_one_language() -> None:
    english = replace(SOLBJERG, say=Translator("en"))
    made = page_of(figures(busy_year()), english).replace("\N{NO-BREAK SPACE}", " ")
    assert ('<html lang="en">' in made, "Tickets sold" in made, "October 2026" in made) == (True, True, True)
    ours = {key: forms for one in files("da") for (_, key), forms in keys(one).items() if key.startswith("month.")}
    danish = {
        form for key, forms in ours.items() for form in forms if "{" not in form and form != Translator("en")(key)
    }
    assert len(danish) > 30
    assert [form for form in danish if f">{form}" in made or f" {form}<" in made] == []
    assert 'lang="en"' not in page(busy_year())


def test_page_names_each_chart_for_those_who_do_not_see_it() -> None:
    charts = re.findall(r'<svg [^>]*role="img" aria-label="([^"]+)"', page(busy_year()))
    assert [label.split(":")[0] for label in charts] == ["Søjler", "Linjer", "Linjer", "Søjler", "Søjler", "Søjler"]
    assert "solgte billetter pr. dag i oktober, i alt 361" in charts[0]


def test_ids_of_the_charts_are_the_pages_own() -> None:
    ids = re.findall(r'\bid="([^"]+)"', page(busy_year()))
    assert len(ids) == len(set(ids))


@cases(
    "rows month said charts",
    ("nothing was ever read", Rows(), OCTOBER, "Der er endnu ikke læst noget salg", 0),
    (
        "no sales",
        Rows(events=(event(1, tickets=0),), as_of=AS_OF),
        OCTOBER,
        "solgte ingen billetter i oktober 2026. Ét arrangement blev afholdt",
        0,
    ),
    ("empty month", busy_year(), Month(2025, 9), "Ingen arrangementer med billetsalg blev afholdt", 2),
    ("month that is not over", busy_year(), Month(2026, 11), "<b>Foreløbige tal.</b>", 3),
)
def test_month_with_little_to_show_is_a_whole_page(rows: Rows, month: Month, said: str, charts: int) -> None:
    made = page(rows, month)
    assert (said in made, made.rstrip().endswith("</html>")) == (True, True)
    assert ("None" in made, "nan" in re.sub(r"<[^>]*>", "", made).lower().split()) == (False, False)
    assert (made.count("<svg ") > 0) == (charts > 0)


def test_titles_and_names_are_text_in_the_page_and_its_charts() -> None:
    named = {"title": EVIL, "branch": EVIL, "category": EVIL}
    other = event(2, tickets=3, branch="Andet", category="Andet")
    sales = (sale(1, date(2026, 10, 2), 2, 5000, EVIL), sale(2, date(2026, 10, 3)))
    made = page(Rows(events=(event(1, **named), other), sales=sales, as_of=AS_OF))
    assert ("<script" in made, made.count("&lt;script&gt;") >= 7) == (False, True)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\t=", "\r\n+"])
def test_rows_hold_no_formula(sign: str) -> None:
    rows = Rows(events=(event(1, title=f"{sign}HYPERLINK(1);2", branch=f"{sign}A", category=f"{sign}B"),), as_of=AS_OF)
    written = spreadsheet_of(figures(rows), f"{sign}C", COPENHAGEN).decode("utf-8-sig")
    (row,) = csv.DictReader(written.splitlines(), delimiter=";")
    texts = [row[name] for name in ("Bibliotek", "Arrangement", "Filial", "Kategori")]
    assert texts == [f"'{sign.strip()}{text}" for text in ("C", "HYPERLINK(1);2", "A", "B")]


def test_rows_tell_of_each_event_in_danish() -> None:
    known = event(7, title="Sang", branch="Syd", category="Musik", tickets=30, arrived=20, income_ore=123450)
    rows = Rows(events=(known, event(8, local(12, 1), capacity=None)), sales=(sale(8, date(2026, 10, 3)),), as_of=AS_OF)
    written = spreadsheet_of(figures(rows), "Solbjerg", COPENHAGEN)
    lines = list(csv.reader(written.decode("utf-8-sig").splitlines(), delimiter=";"))
    sold = ["ja", "0", "0,00", "0", "40", "30", "1234,50", "75", "20", "10"]
    ours, ending = ["Solbjerg", "2026-10"], ["20", "2000,00", "", "", ""]
    assert (written[:3], lines) == (
        b"\xef\xbb\xbf",
        [
            list(HEADER),
            [*ours, "Sang", "7", "Syd", "Musik", "10-10-2026 19:00", *sold],
            [*ours, "Nr. 8", "8", "", "", "01-12-2026 19:00", "nej", "1", "100,00", "0", "ubegrænset", *ending],
        ],
    )


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (0, 0, "= heller ingen i maj"),
        (5, 5, "= som i maj"),
        (5, 0, "▲ fra ingen i maj"),
        (0, 5, "▼ 100 % fra 5 i maj"),
        (1500, 1200, "▲ 25 % fra 1.200 i maj"),
    ],
)
def test_count_is_compared_with_the_month_before(now: int, before: int, said: str) -> None:
    assert compared(SOLBJERG, now, before, "maj").replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((1, 2), (0, 0), ""),
        ((0, 0), (1, 2), "50 % i maj"),
        ((1, 2), (2, 4), "= som i maj"),
        ((3, 4), (1, 2), "▲ 25 procentpoint fra 50 % i maj"),
    ],
)
def test_share_is_compared_with_the_month_before(now: tuple[int, int], before: tuple[int, int], said: str) -> None:
    assert compared_shares(SOLBJERG, now, before, "maj").replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("ore", "said"), [(123450, "1.234,50 kr."), (0, "0,00 kr."), (-5, "−0,05 kr."), (100000000, "1.000.000,00 kr.")]
)
def test_amount_is_written_in_danish(ore: int, said: str) -> None:
    assert SOLBJERG.amount(ore).replace("\N{NO-BREAK SPACE}", " ") == said


@cases(
    "now month",
    ("still October", datetime(2026, 10, 31, 22, 59, tzinfo=UTC), Month(2026, 9)),
    ("November in Denmark", datetime(2026, 10, 31, 23, 0, tzinfo=UTC), Month(2026, 10)),
    ("over the turn of the year", datetime(2027, 1, 1, 4, 0, tzinfo=UTC), Month(2026, 12)),
)
def test_last_month_is_the_one_before_the_librarys_own(now: datetime, month: Month) -> None:
    assert last_month(now, COPENHAGEN) == month


def test_booking_curve_and_events_to_come_are_computed_by_hand() -> None:
    earlier = [event(number, local(8, number), capacity=10, tickets=10) for number in range(1, 6)]
    in_october, ahead = event(6, local(10, 10), capacity=10, tickets=4), event(7, local(11, 7), capacity=10, tickets=9)
    behind, called_off = event(8, local(11, 7), capacity=10, tickets=0), event(9, tickets=0, cancelled_tickets=3)
    booked = [BookedRow(event_id=number, days_before=days, tickets=5) for number in range(1, 6) for days in (7, 0)]
    booked += [BookedRow(event_id=6, days_before=3, tickets=1), BookedRow(event_id=6, days_before=-1, tickets=3)]
    booked += [BookedRow(event_id=7, days_before=10, tickets=8), BookedRow(event_id=7, days_before=6, tickets=1)]
    rows = Rows(events=(*earlier, in_october, ahead, behind, called_off), booked=tuple(booked), as_of=AS_OF)
    booking = figures(rows).booking
    assert (booking.events, booking.usual_events, booking.last_day) == (1, 5, date(2026, 10, 31))
    assert booking.of_month == (0.0,) * 57 + (0.25,) * 3 + (1.0,)
    assert booking.usual == (0.0,) * 53 + (0.5,) * 7 + (1.0,)
    told = [(one.event.event_id, one.tickets, one.days_before, one.usual, one.standing) for one in booking.upcoming]
    assert told == [(7, 8, 7, 0.5, Standing.AHEAD), (8, 0, 7, 0.5, Standing.BEHIND)]
