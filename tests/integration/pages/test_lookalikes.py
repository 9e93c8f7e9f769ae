"""What looks like an event in Place2book is shown on its page, where a person says what it is (behaviour 4 and 12)."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from sqlalchemy import text

from tests.cases import cases
from tests.integration.pages.site import Site, started_runs

HOSTILE = "<img src=x onerror=alert(1)>"
UNLINKED = """
    SELECT min(uuid) FROM sync.source_events AS event WHERE library = 'solbjerg'
    AND NOT EXISTS (SELECT FROM sync.links WHERE links.library = event.library AND links.uuid = event.uuid)
"""
LINKED = "SELECT min(uuid) FROM sync.links WHERE library = 'solbjerg' AND status = 'live'"
Alike = Callable[..., str]


@pytest.fixture
def alike(acting: Site) -> Iterator[Alike]:
    """Let Place2book events with these numbers look like an event, and return its uuid."""

    def look(*event_ids: int, of: str = UNLINKED) -> str:
        with acting.engine.begin() as connection:
            uuid = str(connection.scalar(text(of)))
            for event_id in event_ids:
                connection.execute(
                    text(
                        "INSERT INTO sync.lookalikes (library, uuid, event_maker, event_id, name, sales_location, "
                        "first_seen_at) VALUES ('solbjerg', :uuid, 5000, :id, :name, 'https://p2b.example/abc', now())"
                    ),
                    {"uuid": uuid, "id": event_id, "name": f"Koncert {HOSTILE}"},
                )
        return uuid

    yield look
    with acting.engine.begin() as connection:
        connection.execute(text("DELETE FROM sync.lookalikes"))


def choices(site: Site) -> list[tuple[int, str | None, str | None]]:
    query = "SELECT event_id, choice, chosen_by FROM sync.lookalikes ORDER BY event_id"
    with site.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def offered(site: Site, uuid: str) -> list[str]:
    """Return what a person can say on the event's page: the rest of each address that asks for a confirmation."""
    page = unescape(site.get(f"/libraries/solbjerg/events/{uuid}").text)
    found = re.findall(r"/actions/confirm\?(action=(?:adopt|another)&[^\"]+)", page)
    return [asked.replace(f"&library=solbjerg&uuid={uuid}", "") for asked in found]


def test_page_shows_what_looks_like_the_event(acting: Site, alike: Alike) -> None:
    uuid = alike(4711)
    said = acting.text(f"/libraries/solbjerg/events/{uuid}")
    assert f"”Koncert {HOSTILE}” (nummer 4711): https://p2b.example/abc" in said
    assert HOSTILE not in acting.get(f"/libraries/solbjerg/events/{uuid}").text


@cases(
    "event_ids of said",
    ("one", (1,), UNLINKED, ["action=adopt&place2book_event=1", "action=another"]),
    (
        "several",
        (1, 2),
        UNLINKED,
        ["action=adopt&place2book_event=1", "action=adopt&place2book_event=2", "action=another"],
    ),
    ("none", (), UNLINKED, []),
    ("one, and it has an event of its own", (1,), LINKED, ["action=another"]),
)
def test_only_what_makes_sense_is_offered(
    acting: Site, alike: Alike, event_ids: tuple[int, ...], of: str, said: list[str]
) -> None:
    uuid = alike(*event_ids, of=of)
    assert offered(acting, uuid) == said
    for asked in ("action=adopt&place2book_event=1", "action=another"):
        answer = acting.get(f"/actions/confirm?{asked}&library=solbjerg&uuid={uuid}")
        assert answer.status_code == (200 if asked in said else 409)


def test_one_of_several_is_adopted_by_its_number_only(acting: Site, alike: Alike) -> None:
    uuid = alike(4711, 4712)
    asked = f"action=adopt&library=solbjerg&uuid={uuid}"
    for which in ("", "&place2book_event=99"):
        assert acting.get(f"/actions/confirm?{asked}{which}").status_code == 409
    assert acting.post(acting.form(f"{asked}&place2book_event=4712")).status_code == 303
    assert choices(acting) == [(4711, None, None), (4712, "adopt", "otto")]


@pytest.mark.parametrize("action", ["adopt", "another"])
def test_person_says_what_it_is_once_and_a_run_of_the_event_follows(acting: Site, alike: Alike, action: str) -> None:
    uuid = alike(4711)
    form = acting.form(f"action={action}&library=solbjerg&uuid={uuid}")
    assert choices(acting) == [(4711, None, None)]
    assert [acting.post(form).status_code, acting.post(form).status_code] == [303, 303]
    assert choices(acting) == [(4711, action, "otto")]
    [(_, user, conf)] = started_runs()
    assert (user, conf) == ("otto", {"libraries": ["solbjerg"], "events": [uuid], "mode": "sync"})
    with acting.engine.connect() as connection:
        rows = connection.execute(text("SELECT action, asked_by, uuid FROM sync.actions")).all()
    assert [tuple(row) for row in rows] == [(action, "otto", uuid)]


def test_what_looks_alike_since_it_was_shown_is_not_decided_unseen(acting: Site, alike: Alike) -> None:
    uuid = alike(4711)
    form = acting.form(f"action=another&library=solbjerg&uuid={uuid}")
    alike(4712)
    assert acting.post(form).status_code == 409
    assert (choices(acting), started_runs()) == ([(4711, None, None), (4712, None, None)], [])


def test_reader_who_may_not_start_runs_says_nothing(acting: Site, alike: Alike) -> None:
    form = acting.form(f"action=adopt&library=solbjerg&uuid={alike(4711)}")
    assert acting.as_person("lis", "VIEWER").post(form).status_code == 403
    assert choices(acting) == [(4711, None, None)]
    acting.as_person("otto", "ADMIN")
