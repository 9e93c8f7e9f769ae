"""What the version before stored as sentences becomes codes with their values, and back."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from alembic import command
from sqlalchemy import Engine, text

from billetbro.messages.catalogue import Translator
from billetbro.models.message import Message
from billetbro.reconcile.reasons import Why
from billetbro.store.database import connect, lineage
from billetbro.store.schema.metadata import metadata
from tests.cases import cases
from tests.integration.store.examples import NOW

MIGRATION = import_module("billetbro.store.migrations.sync.0015_reason_codes")
TOO_MANY = (
    "5 af 10 koblede arrangementer ville blive fjernet, flere end max_removals tillader (3 og 20 %): intet er fjernet. "
    "/ 5 of 10 linked events would be removed, more than max_removals allows (3 and 20 %): nothing was removed."
)
EMPTY = (
    "Listen over arrangementer er tom, men 1 arrangement er koblet: intet er fjernet. / The list of events is empty, "
    "but 1 event is linked: nothing was removed."
)


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


NEWER = {Why.REBUILT, Why.CHOSEN}
"""Reasons that no earlier version had a sentence for."""


def test_every_reason_has_its_old_sentence() -> None:
    assert set(MIGRATION.REASONS.values()) == set(Why) - NEWER


@cases(
    "before after",
    ("a reason", "the source event changed", Why.SOURCE_CHANGED),
    ("a rejection's code", "begin_at_locked", "begin_at_locked"),
    ("a sentence that is none of ours", "as said long ago", "as said long ago"),
)
def test_reason_becomes_its_code_and_goes_back(empty: Engine, before: str, after: str) -> None:
    with empty.begin() as connection:
        command.upgrade(lineage(connection, metadata), MIGRATION.down_revision)
        connection.execute(
            text(
                "INSERT INTO sync.changes"
                " (run_id, library, uuid, title, kind, event_maker, fields, why, status, planned_at)"
                " VALUES ('r', 'solbjerg', 'u', 'Koncert', 'update', 1, '[]', :why, 'planned', :now)"
            ),
            {"why": before, "now": NOW},
        )
        command.upgrade(lineage(connection, metadata), MIGRATION.revision)
        assert connection.scalar(text("SELECT why FROM sync.changes")) == after
        command.downgrade(lineage(connection, metadata), MIGRATION.down_revision)
        assert connection.scalar(text("SELECT why FROM sync.changes")) == before


@cases(
    "before after",
    ("nothing blocked", None, None),
    ("too many", TOO_MANY, TOO_MANY.partition(" / ")[0]),
    ("an empty list", EMPTY, EMPTY.partition(" / ")[0]),
    ("a sentence that is none of ours", "for mange {x}", "for mange {x}"),
)
def test_blocked_removals_are_told_as_before(empty: Engine, before: str | None, after: str | None) -> None:
    with empty.begin() as connection:
        command.upgrade(lineage(connection, metadata), MIGRATION.down_revision)
        connection.execute(
            text(
                "INSERT INTO sync.runs (run_id, library, mode, started_at, removals_blocked)"
                " VALUES ('r', 'solbjerg', 'sync', :now, :blocked)"
            ),
            {"blocked": before, "now": NOW},
        )
        command.upgrade(lineage(connection, metadata), MIGRATION.revision)
        (blocked,) = connection.scalars(text("SELECT removals_blocked FROM sync.runs"))
        assert (None if blocked is None else Translator("da").say(Message.from_json(blocked))) == after
        command.downgrade(lineage(connection, metadata), MIGRATION.down_revision)
