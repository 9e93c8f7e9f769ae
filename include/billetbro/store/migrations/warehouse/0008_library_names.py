"""The libraries' names, for the views; each run stores those of its libraries."""

import sqlalchemy as sa
from alembic import op

revision = "0008_library_names"
down_revision = "0007_lake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "libraries",
        sa.Column("library", sa.Text(), nullable=False, comment="The library's id in libraries.yaml"),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="The library's name in libraries.yaml as of its latest run"
        ),
        sa.PrimaryKeyConstraint("library", name=op.f("pk_libraries")),
        schema="warehouse",
        comment="The libraries that had a run, with their names; one that is no longer listed stays",
    )


def downgrade() -> None:
    for view in op.get_bind().scalars(sa.text("SELECT viewname FROM pg_views WHERE schemaname = 'warehouse'")).all():
        op.execute(f"DROP VIEW warehouse.{view}")
    op.execute("DELETE FROM warehouse.view_versions")
    op.drop_table("libraries", schema="warehouse")
