"""Rejections without sentences: these are made when somebody reads them, in the words of the library's source."""

import sqlalchemy as sa
from alembic import op

revision = "0006_sentences_when_read"
down_revision = "0005_webhook_requests"
branch_labels = None
depends_on = None

PLANNED = "mode plan: what would be rejected, [{title, code, field, found, detail}]"


def upgrade() -> None:
    op.drop_column("rejections", "message_da", schema="sync")
    op.drop_column("rejections", "message_en", schema="sync")
    op.create_table_comment(
        "rejections", "What could not be carried out, by a code, open until it is resolved", schema="sync"
    )
    # Earlier plans held sentences; nobody reads a plan after the run that made it.
    op.execute("UPDATE sync.runs SET planned_rejections = NULL")
    op.alter_column("runs", "planned_rejections", comment=PLANNED, schema="sync")


def downgrade() -> None:
    op.add_column("rejections", sa.Column("message_da", sa.Text(), nullable=False, server_default=""), schema="sync")
    op.add_column("rejections", sa.Column("message_en", sa.Text(), nullable=False, server_default=""), schema="sync")
    op.alter_column("rejections", "message_da", server_default=None, schema="sync")
    op.alter_column("rejections", "message_en", server_default=None, schema="sync")
    op.execute("UPDATE sync.runs SET planned_rejections = NULL")
