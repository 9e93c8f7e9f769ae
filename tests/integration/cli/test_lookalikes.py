"""`adopt` and `another`: what a person says of a Place2book event that looks like a source event."""

import getpass
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from tests.integration.cli.conftest import Command

UNLINKED = """
    SELECT min(uuid) FROM sync.source_events AS event WHERE library = 'solbjerg'
    AND NOT EXISTS (SELECT FROM sync.links WHERE links.library = event.library AND links.uuid = event.uuid)
"""


@pytest.fixture
def alike(synced: Engine) -> Iterator[str]:
    """Let two Place2book events look like an event without one, and give its uuid."""
    with synced.begin() as connection:
        uuid = str(connection.scalar(text(UNLINKED)))
        for event_id in (4711, 4712):
            connection.execute(
                text(
                    "INSERT INTO sync.lookalikes (library, uuid, event_maker, event_id, name, sales_location, "
                    "first_seen_at) VALUES ('solbjerg', :uuid, 5000, :id, 'Koncert', 'https://p2b.example/abc', now())"
                ),
                {"uuid": uuid, "id": event_id},
            )
    yield uuid
    with synced.begin() as connection:
        connection.execute(text("DELETE FROM sync.lookalikes"))
        connection.execute(text("DELETE FROM sync.actions"))


def choices(engine: Engine) -> list[tuple[int, str | None, str | None]]:
    query = "SELECT event_id, choice, chosen_by FROM sync.lookalikes ORDER BY event_id"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def asked(uuid: str, event_id: int | None = None, library: str = "solbjerg") -> dict[str, object]:
    return {"of_library": library, "event": uuid, "place2book_event": event_id}


def test_adopt_wants_to_know_which_of_several_is_the_same(command: Command, synced: Engine, alike: str) -> None:
    said = command("adopt", **asked(alike))
    assert (said.code, said.err.splitlines()) == (
        1,
        [
            "Flere ligner. Vælg ét med --place2book-event:",
            "”Koncert” (nummer 4711): https://p2b.example/abc",
            "”Koncert” (nummer 4712): https://p2b.example/abc",
        ],
    )
    said = command("adopt", **asked(alike, 4712), language="en")
    assert (said.code, said.out.splitlines()) == (
        0,
        [
            "It is the same event. The next run takes it over as it is:",
            "“Koncert” (number 4712): https://p2b.example/abc",
        ],
    )
    assert choices(synced) == [(4711, None, None), (4712, "adopt", getpass.getuser())]


def test_another_holds_for_all_that_look_alike_and_is_kept_in_the_history(
    command: Command, synced: Engine, alike: str
) -> None:
    assert command("another", **asked(alike)).code == 0
    by = getpass.getuser()
    assert choices(synced) == [(4711, "another", by), (4712, "another", by)]
    told = command("history", event=alike).out
    assert f"{by} sagde, at det, der ligner i Place2book, er noget andet" in told


@pytest.mark.parametrize("name", ["adopt", "another"])
def test_event_that_nothing_looks_like_is_named(command: Command, synced: Engine, alike: str, name: str) -> None:
    said = command(name, **asked(alike, 99))
    assert (said.code, said.err) == (
        1,
        f"solbjerg: intet i Place2book ligner {alike}, som nogen mangler at sige noget om.\n",
    )
    assert {choice for _, choice, _ in choices(synced)} == {None}
