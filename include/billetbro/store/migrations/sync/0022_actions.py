"""Store what a run was limited to, which run opened a rejection, and what of staff's edits was accepted.

None of that is known of what is stored already; a rejection that was seen once was opened by the run that saw it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022_actions"
down_revision = "0021_notices"
branch_labels = None
depends_on = None

ACCEPTED = "those of drift that a person accepted on the pages: they are no longer shown as open"
EVENTS = "the source events that the run was limited to; empty: none, all were in it; null: not known"
FIRST = "the run that opened it; null: not known"


def upgrade() -> None:
    accepted = sa.Column(
        "drift_accepted", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'::jsonb"), comment=ACCEPTED
    )
    op.add_column("links", accepted, schema="sync")
    op.add_column("runs", sa.Column("events", postgresql.ARRAY(sa.Text), comment=EVENTS), schema="sync")
    op.create_index("ix_runs_mode", "runs", ["library", "mode", "started_at"], schema="sync")
    op.add_column("rejections", sa.Column("first_run_id", sa.Text, comment=FIRST), schema="sync")
    op.execute("UPDATE sync.rejections SET first_run_id = last_run_id WHERE first_seen_at = last_seen_at")
    op.create_index("ix_rejections_first_run", "rejections", ["first_run_id", "library"], schema="sync")


def downgrade() -> None:
    op.drop_index("ix_rejections_first_run", "rejections", schema="sync")
    op.drop_column("rejections", "first_run_id", schema="sync")
    op.drop_index("ix_runs_mode", "runs", schema="sync")
    op.drop_column("runs", "events", schema="sync")
    op.drop_column("links", "drift_accepted", schema="sync")
