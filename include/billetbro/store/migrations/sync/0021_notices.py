"""Store what people were told of by message: nobody was told of anything yet."""

import sqlalchemy as sa
from alembic import op

revision = "0021_notices"
down_revision = "0020_listed_events"
branch_labels = None
depends_on = None

KEY = {
    "library": "empty: it is about none, and was told to the operators",
    "kind": "failed, blocked, rejection, task, late or weekly",
    "uuid": "the source event, or the DAG; empty: it is about none",
    "code": "the rejection's code, the step or the task; or empty",
    "address": "a hash of the entry of notify in libraries.yaml",
}

TOLD = "null: it is still to be told, and nothing else says that it is open"


def upgrade() -> None:
    op.create_table(
        "notices",
        *(sa.Column(name, sa.Text(), nullable=False, comment=comment) for name, comment in KEY.items()),
        sa.Column("title", sa.Text(), nullable=False, comment="the event's title, for telling that it is over"),
        sa.Column("told_at", sa.DateTime(timezone=True), comment=TOLD),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_notices")),
        schema="sync",
        comment="What is open and was told to whom; what is over is removed once that was told too",
    )


def downgrade() -> None:
    op.drop_table("notices", schema="sync")
