"""Stand-ins for a module's tests, and a world of its own for each: an empty database, and nobody's changes."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from billetbro.store.database import connect
from sandbox import place2book as stand_in
from sandbox.place2book_rules import EventFields, PriceFields
from sandbox.server import Sandbox
from sandbox.yesplan_seed import seed_yesplan
from tests.integration.steps.harness import LIBRARIES, World, new_world
from tests.integration.steps.venue import COUNTS, VENUE, in_yesplan

SECRETS = (
    "MADEUPKEYOFTHETHEATRE",
    "made-up-sandbox-token",
    "made-up-solbjerg",
    "made-up-nordvig",
    "Testesen",
    "Prøvesen",
    "@example.com",
)


@pytest.fixture(scope="module")
def engine(module_migrated_database_url: str) -> Iterator[Engine]:
    """Give an engine on a database that is up to date."""
    engine = connect(module_migrated_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def source() -> str:
    """Name the kind of source that a test's world has; modules that hold for every kind give them all."""
    return "dpl_cms"


@pytest.fixture
def world(sandbox: Sandbox, engine: Engine, source: str) -> Iterator[World]:
    """Give Solbjerg with an empty source, and see afterwards that the history is true and holds no secret."""
    yield from _world(sandbox, engine, ["solbjerg"], seeded=False, source=source)


@pytest.fixture
def website(sandbox: Sandbox, engine: Engine) -> Iterator[World]:
    """Give Solbjerg with an empty website, for what only a website does."""
    yield from _world(sandbox, engine, ["solbjerg"], seeded=False)


@pytest.fixture
def seeded(sandbox: Sandbox, engine: Engine) -> Iterator[World]:
    """Give both libraries with all their events."""
    yield from _world(sandbox, engine, list(LIBRARIES), seeded=True)


@pytest.fixture
def theater(world: World) -> World:
    """Give a world whose library plans all of the theatre's events in Yesplan, which shows counts of tickets too."""
    state = world.sandbox.yesplan[VENUE]
    state.behave(page_size=4)
    seed_yesplan(state, world.sandbox.venues[0])
    prices = {"Voksen": "price_adult", "Barn": "price_child"}
    world.libraries["solbjerg"] = in_yesplan(world.libraries["solbjerg"], prices=prices, **COUNTS)
    return world


@pytest.fixture
def rewriting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Place2book cut names, drop seconds and write descriptions in a form of its own."""
    read_event, read_prices, read_price = stand_in.read_event, stand_in.read_prices, stand_in.read_price

    def event(body: dict[str, object], newer: Collection[str] = ()) -> EventFields:
        fields = read_event(body, newer)
        long = str(fields.extra["description_long"]).replace("<a ", '<a rel="nofollow" ').replace("\n", "")
        begin_at = fields.begin_at.replace(second=0)
        extra = {**fields.extra, "description_long": long}
        return replace(fields, name=fields.name[:20], begin_at=begin_at, extra=extra)

    def cut(fields: PriceFields) -> PriceFields:
        return replace(fields, name=fields.name[:8].upper())

    monkeypatch.setattr(stand_in, "read_event", event)
    monkeypatch.setattr(stand_in, "read_prices", lambda body: [cut(fields) for fields in read_prices(body)])
    monkeypatch.setattr(stand_in, "read_price", lambda body, newer=(): cut(read_price(body, newer)))


def _world(
    sandbox: Sandbox, engine: Engine, libraries: list[str], *, seeded: bool, source: str = "dpl_cms"
) -> Iterator[World]:
    world = new_world(sandbox, engine, libraries, seeded=seeded)
    if source == "yesplan":
        world.libraries["solbjerg"] = in_yesplan(world.libraries["solbjerg"])
    yield world
    for name, running in sandbox.servers.items():
        if not running:
            sandbox.start_server(name)
    assert world.unplanned_requests() == []
    stored = world.everything()
    assert [secret for secret in SECRETS if secret in stored] == []
