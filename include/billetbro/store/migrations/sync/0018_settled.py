"""Tell what is the same as in the run before: hashes of what was sent, and what a run with nothing to do went by.

There are none of what is stored already: the first run reads and maps all of it once more, and compares.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_settled"
down_revision = "0017_bounded_growth"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
COMMENTS = {
    ("source_events", "row_hash"): "of what the source sent; null: it is read again whatever it sends",
    ("source_events", "mapped_from"): "row_hash and hash of the rules that it was mapped from; null: map it again",
    ("ticket_events", "row_hash"): "of its row in Place2book's list; null: its prices are read again",
}
TIMES = {
    ("source_events", "last_seen_at"): "when its content was new; once absent: when last listed",
    ("ticket_events", "read_at"): "when it was last read with its prices, or seen to be different",
}
MAPS_ANEW, UNCHANGED = (
    "when it is mapped differently because it is over",
    "load found everything as in a run that had nothing to do, and planned nothing",
)


def upgrade() -> None:
    for (table, name), comment in COMMENTS.items():
        op.add_column(table, sa.Column(name, sa.Text, comment=comment), schema="sync")
    op.add_column("source_events", sa.Column("maps_anew_at", TIME, comment=MAPS_ANEW), schema="sync")
    unchanged = sa.Column("unchanged", sa.Boolean, nullable=False, server_default=sa.text("false"), comment=UNCHANGED)
    op.add_column("runs", unchanged, schema="sync")
    for (table, name), comment in TIMES.items():
        op.alter_column(table, name, existing_type=TIME, comment=comment, schema="sync")
    op.create_table(
        "validators",
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("first_day", sa.Date, nullable=False, comment="from which day on events were asked for"),
        sa.Column("etag", sa.Text),
        sa.Column("modified", sa.Text),
        sa.Column("version", sa.Text, nullable=False, comment="of the code that read the list"),
        schema="sync",
        comment="What a source said of the version of its list (ETag, Last-Modified), where it says anything",
    )
    op.create_table(
        "settled",
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False, comment="the run whose load had nothing to do"),
        sa.Column(
            "written_back", sa.Boolean, nullable=False, comment="whether its write-back had nothing to do either"
        ),
        sa.Column(
            "digest", sa.Text, nullable=False, comment="of the rows of sync, the rules and the window that it went by"
        ),
        sa.Column("listed", sa.Text, nullable=False, comment="of Place2book's list"),
        sa.Column("read_from", TIME, nullable=False, comment="the start from which the list was read"),
        sa.Column("event_makers", postgresql.ARRAY(sa.BigInteger), nullable=False, comment="whose list was read"),
        schema="sync",
        comment="What a library's latest run went by, where it had nothing to do: if it is the same, nor has the next",
    )


def downgrade() -> None:
    op.drop_table("settled", schema="sync")
    op.drop_table("validators", schema="sync")
    for table, name in TIMES:
        op.alter_column(table, name, existing_type=TIME, comment=None, schema="sync")
    op.drop_column("runs", "unchanged", schema="sync")
    op.drop_column("source_events", "maps_anew_at", schema="sync")
    for table, name in COMMENTS:
        op.drop_column(table, name, schema="sync")
