"""Which logins of sources were seen to work, so that one that does not is found before anything is created."""

import sqlalchemy as sa
from alembic import op

revision = "0011_logins"
down_revision = "0010_place_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logins",
        sa.Column("library", sa.Text(), primary_key=True),
        sa.Column("salt", sa.Text(), nullable=False, comment="random, a new one each time"),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="scrypt of host, login and password"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        schema="sync",
        comment="Which login of a library's source was last seen to work; no row: it is tried by the next run",
    )


def downgrade() -> None:
    op.drop_table("logins", schema="sync")
