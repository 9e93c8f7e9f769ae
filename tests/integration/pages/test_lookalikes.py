"""What looks like an event in Place2book is shown on its page, where a person says what it is (behaviour 4 and 12)."""

from collections.abc import Callable, Iterator

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


def buttons(site: Site, uuid: str) -> list[str]:
    page = site.get(f"/libraries/solbjerg/events/{uuid}").text
    return [action for action in ("adopt", "another") if f"action={action}&" in page.replace("&amp;", "&")]


def test_page_shows_what_looks_like_the_event(acting: Site, alike: Alike) -> None:
    uuid = alike(4711)
    said = acting.text(f"/libraries/solbjerg/events/{uuid}")
    assert f"”Koncert {HOSTILE}” (nummer 4711): https://p2b.example/abc" in said
    assert HOSTILE not in acting.get(f"/libraries/solbjerg/events/{uuid}").text


@cases(
    "event_ids of offered",
    ("one", (1,), UNLINKED, ["adopt", "another"]),
    ("several", (1, 2), UNLINKED, ["another"]),
    ("none", (), UNLINKED, []),
    ("one, and it has an event of its own", (1,), LINKED, ["another"]),
)
def test_only_what_makes_sense_is_offered(
    acting: Site, alike: Alike, event_ids: tuple[int, ...], of: str, offered: list[str]
) -> None:
    uuid = alike(*event_ids, of=of)
    assert buttons(acting, uuid) == offered
    for action in ("adopt", "another"):
        answer = acting.get(f"/actions/confirm?action={action}&library=solbjerg&uuid={uuid}")
        assert answer.status_code == (200 if action in offered else 409)


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
