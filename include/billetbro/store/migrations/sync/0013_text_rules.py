"""Let staff's names and descriptions stay, where the rule by which text is read changed and the source did not.

What is plain text is no longer read as HTML, and the other way round. Where staff had edited such a field in
Place2book, what the rules now make of the source's last words is taken as applied already: their edit stays, as any
does, until the source's own field changes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from billetbro.reconcile.mapping.html import long_description, plain_line, short_description

revision = "0013_text_rules"
down_revision = "0012_groups_in_requests"
branch_labels = None
depends_on = None

EDITED = """
    SELECT library, uuid, links.drift, source_events.payload
    FROM sync.links JOIN sync.source_events USING (library, uuid)
    WHERE jsonb_exists_any(links.drift, ARRAY['name', 'description_short', 'description_long'])
"""
APPLIED = sa.text(
    "UPDATE sync.links SET applied = applied || :said WHERE library = :library AND uuid = :uuid"
).bindparams(sa.bindparam("said", type_=postgresql.JSONB()))


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text(EDITED)).mappings().all():
        payload = row["payload"]
        # The rules in force, whichever they are by now, since it is they that the next run goes by.
        now = {
            "name": plain_line(payload.get("title")),
            "description_short": short_description(payload.get("description")),
            "description_long": long_description(payload.get("body"), payload.get("url")),
        }
        said = {name: value for name, value in now.items() if name in row["drift"]}
        connection.execute(APPLIED, {"library": row["library"], "uuid": row["uuid"], "said": said})


def downgrade() -> None:
    """Leave what stands as applied: the version before sends its own text once, as after any change of settings."""
