"""Requests of a source's webhook."""

import sqlalchemy as sa
from alembic import op

revision = "0005_webhook_requests"
down_revision = "0004_warehouse_elsewhere"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_requests",
        sa.Column("signature", sa.Text(), primary_key=True, comment="of the request, which counts once"),
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uuid", sa.Text(), comment="the source event; null: it asked for no run"),
        sa.Column("action", sa.Text(), comment="update or withdraw"),
        sa.Column("run_id", sa.Text(), comment="the run that carries it out"),
        sa.Column(
            "told_at", sa.DateTime(timezone=True), comment="when the source was told how it ended, or refused it"
        ),
        sa.Column(
            "error", sa.Text(), comment="why the source was not told; unless it refused, the next run tries again"
        ),
        schema="sync",
        comment="Forced updates asked for in the source itself, by its webhook",
    )
    op.create_index("ix_webhook_requests_library", "webhook_requests", ["library", "received_at"], schema="sync")
    op.create_index("ix_webhook_requests_run", "webhook_requests", ["run_id"], schema="sync")


def downgrade() -> None:
    op.drop_table("webhook_requests", schema="sync")
