"""Take what may be personal out of other systems' words that were stored before they were redacted as they come in."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from billetbro.api.http.redaction import without_personal_data

revision = "0024_words"
down_revision = "0023_orphans"
branch_labels = None
depends_on = None

AT_A_TIME = 5000
SAID = frozenset({"said", "text"})
"""The values of a message that hold another system's words, or a sentence with them that an older version stored."""


def upgrade() -> None:
    _rewrite("rejections", "detail", "text", without_personal_data)
    _rewrite("changes", "error", "jsonb", _in_message)
    _rewrite("runs", "errors", "jsonb", _in_message)


def downgrade() -> None:
    """Leave it: what was taken out is not known any more."""


def _rewrite(table: str, column: str, kind: str, change: Callable[[Any], Any]) -> None:
    """Change the values of a column, some rows at a time."""
    bind, after = op.get_bind(), 0
    of_some = f"SELECT id, {column} AS value FROM sync.{table} WHERE id > :after AND {column} IS NOT NULL"
    chosen = sa.text(f"{of_some} ORDER BY id LIMIT {AT_A_TIME}")
    changed = sa.text(f"UPDATE sync.{table} SET {column} = CAST(:new AS {kind}) WHERE id = :id")
    while rows := bind.execute(chosen, {"after": after}).all():
        news = [(row.id, new) for row in rows if (new := change(row.value)) != row.value]
        if news:
            stored = json.dumps if kind == "jsonb" else str
            bind.execute(changed, [{"id": row_id, "new": stored(new)} for row_id, new in news])
        after = rows[-1].id


def _in_message(message: Any) -> Any:
    """Return a stored message with the words of other systems redacted, in messages inside it too."""
    if isinstance(message, list):
        return [_in_message(one) for one in message]
    if not isinstance(message, dict):
        return message
    return {
        name: without_personal_data(value) if name in SAID and isinstance(value, str) else _in_message(value)
        for name, value in message.items()
    }
