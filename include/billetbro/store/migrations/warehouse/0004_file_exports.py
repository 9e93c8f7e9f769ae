"""How far the Parquet files of each library go."""

import sqlalchemy as sa
from alembic import op

revision = "0004_file_exports"
down_revision = "0003_personal_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "file_exports",
        sa.Column("library", sa.Text(), nullable=False, comment="The library's id in libraries.yaml"),
        sa.Column("store", sa.Text(), nullable=False, comment="Where the files lie, as BILLETBRO_FILES names it"),
        sa.Column(
            "written_until", time, nullable=False, comment="The files hold every row whose changed_at is no later"
        ),
        sa.Column(
            "times", sa.BigInteger(), nullable=False, comment="How many times files were written; numbers their names"
        ),
        sa.Column("written_at", time, nullable=False, comment="When files were last written"),
        sa.PrimaryKeyConstraint("library", "store", name=op.f("pk_file_exports")),
        schema="warehouse",
        comment="How far the Parquet files of each library go; without its row a library is written whole again",
    )


def downgrade() -> None:
    op.drop_table("file_exports", schema="warehouse")
