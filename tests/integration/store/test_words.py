"""What an earlier version stored of other systems' words is redacted as it would be today."""

import json
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, text

from billetbro.store.database import connect, lineage, migrate
from billetbro.store.schema.metadata import metadata

SAID = "buyer test@example.com is unknown"
REJECTED = """
    INSERT INTO sync.rejections (library, uuid, code, title, detail, first_seen_at, last_seen_at, last_run_id)
    VALUES ('solbjerg', :uuid, 'refused_by_place2book', 'Koncert', :detail, now(), now(), 'run')
"""
CHANGED = """
    INSERT INTO sync.changes (run_id, library, uuid, title, kind, fields, why, status, planned_at, error)
    VALUES ('run', 'solbjerg', 'a', 'Koncert', 'update', '[]', 'source_changed', 'failed', now(), CAST(:error AS jsonb))
"""
RAN = """
    INSERT INTO sync.runs (run_id, library, mode, started_at, errors)
    VALUES ('run', 'solbjerg', 'sync', now(), CAST(:errors AS jsonb))
"""


@pytest.fixture
def earlier(database_url: str) -> Iterator[Engine]:
    """Give a database with the tables of the version before."""
    engine = connect(database_url)
    with engine.begin() as connection:
        command.upgrade(lineage(connection, metadata), "0023_orphans")
    yield engine
    engine.dispose()


def message(said: str) -> dict[str, object]:
    words = {"key": "error.saying", "values": {"said": said}}
    return {"key": "error.refused", "values": {"connection": "place2book", "status": 422, "words": words}}


def test_upgrade_redacts_what_is_stored_and_leaves_the_rest(earlier: Engine) -> None:
    with earlier.begin() as connection:
        details = [{"uuid": "a", "detail": SAID}, {"uuid": "b", "detail": "capacity: is too low"}]
        connection.execute(text(REJECTED), details)
        connection.execute(text(REJECTED), [{"uuid": f"c{number}", "detail": None} for number in range(3)])
        connection.execute(text(CHANGED), {"error": json.dumps(message(SAID))})
        connection.execute(text(CHANGED), {"error": json.dumps({"key": "as_said", "values": {"text": SAID}})})
        connection.execute(text(RAN), {"errors": json.dumps({"load": message(SAID)})})
    migrate(earlier)
    with earlier.connect() as connection:
        told = connection.scalars(text("SELECT detail FROM sync.rejections WHERE detail IS NOT NULL ORDER BY uuid"))
        assert list(told) == ["buyer *** is unknown", "capacity: is too low"]
        errors = list(connection.scalars(text("SELECT error FROM sync.changes ORDER BY id")))
        assert errors == [
            message("buyer *** is unknown"),
            {"key": "as_said", "values": {"text": "buyer *** is unknown"}},
        ]
        assert connection.scalar(text("SELECT errors FROM sync.runs")) == {"load": message("buyer *** is unknown")}
