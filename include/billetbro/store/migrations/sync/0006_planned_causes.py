"""What a plan would reject is stored by its cause: sentences are made when it is read, in the words of the source."""

from alembic import op

revision = "0006_planned_causes"
down_revision = "0005_webhook_requests"
branch_labels = None
depends_on = None

PLANNED = "mode plan: what would be rejected, [{title, code, field, found, detail}]"
SENTENCES = "mode plan: what would be rejected, [[title, Danish, English]]"


def upgrade() -> None:
    # Earlier plans held sentences; nobody reads a plan after the run that made it.
    op.execute("UPDATE sync.runs SET planned_rejections = NULL")
    op.alter_column("runs", "planned_rejections", comment=PLANNED, schema="sync")


def downgrade() -> None:
    op.execute("UPDATE sync.runs SET planned_rejections = NULL")
    op.alter_column("runs", "planned_rejections", comment=SENTENCES, schema="sync")
