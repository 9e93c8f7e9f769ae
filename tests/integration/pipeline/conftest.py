"""Stand-ins for a module's tests, and a world of its own for each: an empty database, and nobody's changes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from include.sandbox.server import Sandbox
from include.store.database import connect
from tests.integration.pipeline.harness import LIBRARIES, World, new_world
from tests.integration.pipeline.venue import in_yesplan

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
def sandbox() -> Iterator[Sandbox]:
    """Run the stand-ins."""
    with Sandbox() as running:
        yield running


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
