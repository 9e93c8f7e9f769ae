"""The lake of Delta tables, in place of files that were numbered: every library is written whole once more."""

import sqlalchemy as sa
from alembic import op

revision = "0007_lake"
down_revision = "0006_several_events"
branch_labels = None
depends_on = None

TIMES = sa.Column("times", sa.BigInteger(), comment="How many times files were written; numbers their names")
TABLE = (
    "How far the Parquet files of each library go; without its row a library is written whole again",
    "How far the lake goes for each library; without its row a library is written whole again",
)
COLUMNS = {
    "store": ("Where the files lie, as BILLETBRO_FILES names it", "Where the lake lies, as BILLETBRO_FILES names it"),
    "written_until": (
        "The files hold every row whose changed_at is no later",
        "The lake holds every row whose changed_at is no later",
    ),
    "written_at": ("When files were last written", "When the lake was last written"),
}


def upgrade() -> None:
    op.execute("DELETE FROM warehouse.file_exports")
    op.drop_column("file_exports", "times", schema="warehouse")
    _comment(before=0, after=1)


def downgrade() -> None:
    op.execute("DELETE FROM warehouse.file_exports")
    op.add_column("file_exports", TIMES, schema="warehouse")
    op.alter_column("file_exports", "times", nullable=False, schema="warehouse")
    _comment(before=1, after=0)


def _comment(before: int, after: int) -> None:
    op.create_table_comment("file_exports", TABLE[after], existing_comment=TABLE[before], schema="warehouse")
    for column, comments in COLUMNS.items():
        op.alter_column(
            "file_exports",
            column,
            comment=comments[after],
            existing_comment=comments[before],
            schema="warehouse",
        )
