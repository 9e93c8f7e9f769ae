"""Which purchases were emptied by retention, and whether the files were gone through for each that was emptied."""

import sqlalchemy as sa
from alembic import op

revision = "0005_emptied_purchases"
down_revision = "0004_file_exports"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BEFORE = "Purchases whose buyer was forgotten: no export stores their personal data again"
NOW = "Purchases whose personal data was removed: no export stores any of it again"


def upgrade() -> None:
    op.add_column(
        "forgotten",
        sa.Column(
            "past_retention",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="Whether retention removed it; false where somebody asked to be forgotten",
        ),
        schema="warehouse",
    )
    op.add_column(
        "forgotten",
        sa.Column("in_files_at", TIME, comment="When it was removed from the exports' files too; null until then"),
        schema="warehouse",
    )
    op.create_table_comment("forgotten", NOW, existing_comment=BEFORE, schema="warehouse")
    op.drop_column("retention_sweeps", "files_kept_from", schema="warehouse")


def downgrade() -> None:
    files = sa.Column("files_kept_from", TIME, comment="The same for the exports' files; null where there were none")
    op.add_column("retention_sweeps", files, schema="warehouse")
    op.create_table_comment("forgotten", BEFORE, existing_comment=NOW, schema="warehouse")
    op.drop_column("forgotten", "in_files_at", schema="warehouse")
    op.drop_column("forgotten", "past_retention", schema="warehouse")
