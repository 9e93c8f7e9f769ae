"""Store which libraries are live: those that have links are, in this database."""

import sqlalchemy as sa
from alembic import op

revision = "0025_live_libraries"
down_revision = "0024_words"
branch_labels = None
depends_on = None

NOT_LIVE = "only planned, whatever was asked for, because the library was not live"


def upgrade() -> None:
    op.create_table(
        "live_libraries",
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("said_by", sa.Text, nullable=False, comment="who said that it is live"),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "database", sa.Text, nullable=False, comment="PostgreSQL's identity of the server and of the database"
        ),
        sa.Column("installation", sa.Text, nullable=False, comment="the installation's name; empty: none was set"),
        schema="sync",
        comment="Libraries of which a person said that they are live; it holds in this database and installation only",
    )
    op.add_column(
        "runs",
        sa.Column("not_live", sa.Boolean, nullable=False, server_default=sa.text("false"), comment=NOT_LIVE),
        schema="sync",
    )
    op.execute(
        """
        INSERT INTO sync.live_libraries (library, said_by, said_at, database, installation)
        SELECT DISTINCT links.library, 'upgrade', now(), control.system_identifier::text || '/' || own.oid, ''
        FROM sync.links, pg_control_system() AS control, pg_database AS own
        WHERE own.datname = current_database()
        """
    )


def downgrade() -> None:
    op.drop_column("runs", "not_live", schema="sync")
    op.drop_table("live_libraries", schema="sync")
