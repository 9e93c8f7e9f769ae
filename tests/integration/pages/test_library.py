"""A library's page: its events, searched, filtered and paged (behaviour 12)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.cases import cases
from tests.integration.pages.site import Site, text_of

HOSTILE = "<img src=x onerror=alert(1)>"
PAGE = "/libraries/solbjerg"
INSERT = """
    INSERT INTO sync.source_events (library, uuid, title, present, payload, first_seen_at, last_seen_at)
    SELECT 'solbjerg', 'made up ' || n, :title || ' ' || n, true,
        CAST(:payload AS jsonb) || '{"starts_at": "2050-06-01T17:00:00Z"}', now(), now()
    FROM generate_series(1, :many) AS n
"""


@contextmanager
def made_up(site: Site, title: str, payload: Mapping[str, object], many: int = 1) -> Iterator[None]:
    """Have events in the source's list that no run has seen."""
    values = {"title": title, "payload": json.dumps(payload), "many": many}
    with site.engine.begin() as connection:
        connection.execute(text(INSERT), values)
    try:
        yield
    finally:
        with site.engine.begin() as connection:
            connection.execute(text("DELETE FROM sync.source_events WHERE uuid LIKE 'made up %'"))


def a_title(site: Site) -> tuple[str, str]:
    """Return uuid and title of an event to come."""
    with site.engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT uuid, shown_title FROM sync.source_events "
                "WHERE library = 'solbjerg' AND CAST(starts_at AS timestamptz) > now() ORDER BY uuid LIMIT 1"
            )
        ).one()
    return row.uuid, row.shown_title


def test_library_shows_its_events_with_a_link_to_each(admin: Site) -> None:
    uuid, title = a_title(admin)
    page = admin.get(f"{PAGE}?q={title}").text
    assert f'href="/billetbro/libraries/solbjerg/events/{uuid}"' in page
    assert title in text_of(page)
    said = admin.text(PAGE)
    assert all(words in said for words in ("Solbjerg Bibliotek", "Sidste kørsel", "I salg: ", "Afvist: "))
    assert "Nordvig" not in said


@cases(
    "path role status",
    ("a library that is not there", "/libraries/nowhere", "ADMIN", 404),
    ("a library of others, as if it were not there", "/libraries/nordvig", "VIEWER", 404),
    ("a library with a character that no text has", "/libraries/sol%00bjerg", "ADMIN", 404),
    ("an unknown filter", f"{PAGE}?only=everything", "ADMIN", 422),
    ("a page that is no number", f"{PAGE}?page=x", "ADMIN", 422),
    ("page 0", f"{PAGE}?page=0", "ADMIN", 422),
    ("a text that is too long", f"{PAGE}?q={'a' * 501}", "ADMIN", 422),
    ("a page far behind the last", f"{PAGE}?page=1000000", "ADMIN", 200),
    ("a character that no text has", f"{PAGE}?q=a%00b", "ADMIN", 200),
    ("bytes that are no text", f"{PAGE}?q=%ff%fe", "ADMIN", 200),
    ("a filter left empty by the form", f"{PAGE}?q=&only=&when=all", "ADMIN", 200),
)
def test_what_cannot_be_shown_is_refused_and_nothing_breaks(site: Site, path: str, role: str, status: int) -> None:
    assert site.as_person("lis", role).get(path).status_code == status


def test_search_and_filter_stand_in_the_form_and_go_along_to_the_next_page(admin: Site) -> None:
    with made_up(admin, 'Made up "1"', {"link": None}, many=120):
        page = admin.get(f"{PAGE}?q=made+up+%221%22&only=no_button&when=all&page=2").text
    assert 'value="made up &#34;1&#34;"' in page
    assert '<option value="no_button" selected>' in page
    assert "120 arrangementer fundet" in text_of(page)
    assert "Side 2 af 3" in text_of(page)
    kept = "?q=made+up+%221%22&amp;only=no_button&amp;when=all&amp;page="
    assert [f'href="{kept}{number}" rel="{which}"' in page for number, which in ((1, "prev"), (3, "next"))] == [
        True
    ] * 2


def test_event_is_found_by_its_number_whatever_the_filters(admin: Site) -> None:
    with admin.engine.connect() as connection:
        row = connection.execute(
            text("SELECT event_id, title FROM sync.links WHERE library = 'solbjerg' ORDER BY uuid LIMIT 1")
        ).one()
    said = admin.text(f"{PAGE}?q={row.event_id}&only=cloned&when=past")
    assert "1 arrangement fundet. Fundet på nummer eller link" in said
    assert row.title in said


@pytest.mark.parametrize("link", ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example/"])
def test_texts_of_an_event_are_escaped_and_only_a_web_address_is_a_link(admin: Site, link: str) -> None:
    with made_up(admin, HOSTILE, {"link": link, "state": HOSTILE}):
        page = admin.get(f"{PAGE}?q=onerror").text
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 2
    assert f'href="{link.strip()}"' not in page
    assert link.strip() in page


def test_ticket_link_is_a_link(admin: Site) -> None:
    link = "https://www.place2book.com/da/sw2/sales/abc"
    with made_up(admin, "Made up", {"link": link}):
        assert f'<a href="{link}"' in admin.get(f"{PAGE}?q=made+up").text


def test_capacity_used_is_a_bar_with_its_numbers(admin: Site) -> None:
    with admin.engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT event_id, CAST(payload ->> 'capacity' AS int) AS capacity, "
                "CAST(payload ->> 'capacity' AS int) - CAST(payload ->> 'available_tickets' AS int) AS taken "
                "FROM sync.ticket_events WHERE library = 'solbjerg' AND sale = 'open' ORDER BY event_id LIMIT 1"
            )
        ).one()
    assert row.taken
    page = admin.get(f"{PAGE}?q={row.event_id}").text
    assert f'<meter min="0" max="{row.capacity}" value="{row.taken}"' in page
    assert f"{row.taken} af {row.capacity}" in text_of(page)


@pytest.mark.parametrize(("role", "shown"), [("VIEWER", False), ("USER", True), ("ADMIN", True)])
def test_actions_are_shown_to_those_who_may_start_the_dag(site: Site, role: str, shown: bool) -> None:
    page = site.as_person("lis", role).get(PAGE).text
    assert ("/billetbro/actions/confirm?action=update&amp;library=solbjerg" in page) is shown
    assert ("Vis plan" in text_of(page)) is shown


def test_page_has_one_heading_labels_and_no_script_or_style(admin: Site) -> None:
    page = admin.get(PAGE).text
    assert page.count("<h1>") == 1
    assert page.count("<label>") == page.count("<input ") + page.count("<select ")
    assert all(word not in page for word in ("<script", "style=", "onclick"))
