"""The page of sales, its file, and the monthly reports that it leads to (behaviour 12)."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.integration.pages.site import Site

# Airflow reads .airflowignore with what its own dependency calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
WIDE = "first=2020-01-01&last=2099-12-31"
NORA = ("nora", "VIEWER")
FORMULA = """=HYPERLINK("http://x.example")<script>alert(1)</script>"""


@pytest.fixture
def renamed(admin: Site) -> Iterator[Site]:
    """Give the pages while the titles of all events try something."""
    with admin.engine.begin() as connection:
        connection.execute(text("CREATE TABLE titles AS SELECT library, event_id, title FROM warehouse.events"))
        connection.execute(text("UPDATE warehouse.events SET title = :title"), {"title": FORMULA})
    yield admin
    with admin.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE warehouse.events e SET title = b.title FROM titles b "
                "WHERE b.library = e.library AND b.event_id = e.event_id"
            )
        )
        connection.execute(text("DROP TABLE titles"))


def rows(site: Site, query: str) -> list[list[str]]:
    """Return the lines of the file."""
    answer = site.get(f"/sales.csv?{query}")
    assert (answer.status_code, answer.content[:3]) == (200, b"\xef\xbb\xbf"), answer.text
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_sales_of_the_last_days_are_shown_by_day_and_library(admin: Site) -> None:
    said = admin.text("/sales")
    assert "Billetter solgt: 5; flest på en dag: 5" in said
    assert "Solbjerg Bibliotek" in said
    assert "Nordvig" in said
    assert "Billetter solgt: 3; flest på en dag: 3" in admin.text("/sales?library=nordvig")


def test_sales_are_english_when_asked(admin: Site) -> None:
    assert "Tickets sold: 5; most on one day: 5" in admin.text("/sales?lang=en")
    admin.client.cookies.clear()


def test_each_chart_has_a_text_and_no_script_or_style_is_within_the_page(renamed: Site) -> None:
    page = renamed.get(f"/sales?{WIDE}").text
    assert page.count("<svg") == page.count('role="img" aria-label="')
    assert ("<script" in page, "style=" in page, "&lt;script&gt;" in page) == (False, False, True)


def test_a_person_sees_the_sales_of_the_own_libraries_only(site: Site) -> None:
    reader = site.as_person(*NORA)
    said = reader.text("/sales")
    assert ("Solbjerg" in said, "Nordvig" in said) == (True, False)
    assert reader.get("/sales?library=nordvig").status_code == 404
    assert reader.get("/sales.csv?library=nordvig").status_code == 404
    assert {row[0] for row in rows(reader, WIDE)[1:]} == {"Solbjerg Bibliotek"}
    assert reader.get("/sales/reports/nordvig/2026-10").status_code == 404


def test_nobody_gets_a_file_or_a_report_without_login(site: Site) -> None:
    addresses = ("/billetbro/sales", "/billetbro/sales.csv", "/billetbro/sales/reports/solbjerg/2026-10")
    assert [site.client.get(address).status_code for address in addresses] == [401, 401, 401]


def test_file_has_a_line_for_each_event_and_no_formula(renamed: Site) -> None:
    header, *lines = rows(renamed, WIDE)
    assert header[:3] == ["Bibliotek", "Arrangement", "Place2book-nummer"]
    assert [len(line) for line in lines] == [len(header)] * len(lines)
    (sold,) = (line for line in lines if line[7] == "2")
    assert sold[1] == f"'{FORMULA}"
    assert [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize(
    "query", ["first=x", "first=2026-13-01", "first=2026-02-01&last=2026-01-01", "last=9999-12-31", "last=0001-01-01"]
)
@pytest.mark.parametrize("page", ["/sales", "/sales.csv"])
def test_period_that_is_none_is_refused_in_words(admin: Site, page: str, query: str) -> None:
    answer = admin.get(f"{page}?{query}")
    assert (answer.status_code, "kan ikke bruges" in answer.text) == (422, True)


def test_monthly_reports_are_listed_and_shown(admin: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BILLETBRO_REPORTS", f"file://{tmp_path}")
    assert "Der er ingen rapport endnu" in admin.text("/sales?library=solbjerg")
    for month in ("2026-09", "2026-10"):
        (tmp_path / "solbjerg" / month).mkdir(parents=True)
        (tmp_path / "solbjerg" / month / f"solbjerg-{month}.html").write_text(f"<h1>{month}</h1>")
    (tmp_path / "solbjerg" / "notes").mkdir()
    page = admin.get("/sales?library=solbjerg").text
    assert page.index("/sales/reports/solbjerg/2026-10") < page.index("/sales/reports/solbjerg/2026-09")
    assert "notes" not in page
    report = admin.get("/sales/reports/solbjerg/2026-10")
    assert (report.status_code, report.text) == (200, "<h1>2026-10</h1>")
    assert "sandbox" in report.headers["Content-Security-Policy"]


@pytest.mark.parametrize("month", ["2026-11", "2026-13", "..", "%2e%2e", "..%2f..%2fetc", "2026-10%00"])
def test_report_that_there_is_none_of_is_not_found(
    admin: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, month: str
) -> None:
    monkeypatch.setenv("BILLETBRO_REPORTS", f"file://{tmp_path}")
    assert admin.get(f"/sales/reports/solbjerg/{month}").status_code in (404, 307)


def test_place_of_the_reports_that_cannot_be_read_hides_no_sales(admin: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLETBRO_REPORTS", "nowhere://at-all/here")
    assert "Der er ingen rapport endnu" in admin.text("/sales?library=solbjerg")
    assert admin.get("/sales/reports/solbjerg/2026-10").status_code == 404


def test_no_buyer_is_on_the_page_or_in_the_file(admin: Site) -> None:
    with admin.engine.connect() as connection:
        stored = connection.execute(
            text("SELECT full_name, email, phone_number, customer_key FROM warehouse.purchases")
        )
        personal = {value for row in stored for value in row if value}
    assert personal
    shown = admin.get(f"/sales?{WIDE}").text + admin.get(f"/sales.csv?{WIDE}").text
    assert [value for value in personal if value in shown] == []
