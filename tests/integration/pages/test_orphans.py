"""The page of orphans, and the way to it (behaviour 14)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.cases import cases
from tests.integration.pages.site import Site

PAGE = "/libraries/solbjerg/orphans"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def orphan(admin: Site) -> Iterator[None]:
    """Have an event in Place2book whose source event is gone."""
    with admin.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sync.orphans VALUES ('solbjerg', 5000, 4711, :name, '2050-06-01T17:00:00Z', "
                "'https://www.place2book.com/da/sw2/sales/abc', 'bibliotek.example/koncert', now())"
            ),
            {"name": f"Koncert {HOSTILE}"},
        )
    yield
    with admin.engine.begin() as connection:
        connection.execute(text("DELETE FROM sync.orphans"))


@pytest.mark.usefixtures("orphan")
def test_orphans_are_shown_with_what_to_do(admin: Site) -> None:
    said = admin.text(PAGE)
    assert all(words in said for words in ("Koncert", "4711", "1.6.2050 19", "bibliotek.example/koncert"))
    assert "Slet dem i Place2book, eller luk salget dér" in said
    assert HOSTILE not in admin.get(PAGE).text
    assert f'href="/billetbro{PAGE}"' in admin.get("/libraries/solbjerg").text


def test_library_without_orphans_says_so_and_has_no_link_to_them(admin: Site) -> None:
    assert "Ingen arrangementer i Place2book er blevet til overs." in admin.text(PAGE)
    assert PAGE not in admin.get("/libraries/solbjerg").text


@cases(
    "path role", ("of others", "/libraries/nordvig/orphans", "VIEWER"), ("of nobody", "/libraries/x/orphans", "ADMIN")
)
def test_orphans_of_a_library_that_the_person_may_not_see_are_not_there(site: Site, path: str, role: str) -> None:
    assert site.as_person("lis", role).get(path).status_code == 404
