"""Find what is open, latest or looked up by an index, however long the history is; and let history be pruned.

An index takes a few seconds for each million rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_bounded_growth"
down_revision = "0016_sale_turns"
branch_labels = None
depends_on = None

ADDRESS = r"rtrim(regexp_replace(lower(payload ->> 'url'), '^https?://(www\.)?|[?#].*$', '', 'g'), '/')"
INDEXES: dict[str, tuple[str, list[str], str | None]] = {
    "ix_changes_ticket_event": ("changes", ["event_id", "library", "uuid"], None),
    "ix_changes_open": ("changes", ["library", "status"], "status IN ('planned', 'applying')"),
    "ix_changes_in_doubt": ("changes", ["library", "id"], "outcome_unknown"),
    "ix_changes_failed": ("changes", ["library", "uuid", "id"], "status = 'failed'"),
    "ix_runs_started": ("runs", ["library", "started_at"], None),
    "ix_runs_extracted_at": ("runs", ["library", "extracted_at"], "extracted_at IS NOT NULL"),
    "ix_runs_observed_at": ("runs", ["library", "observed_at"], "observed_at IS NOT NULL"),
    "ix_source_events_uuid": ("source_events", ["uuid"], None),
    "ix_source_events_present": ("source_events", ["library", "uuid"], "present"),
    "ix_source_events_left_to": ("source_events", ["library", "uuid"], "left_to IS NOT NULL"),
    "ix_links_event_id": ("links", ["event_id"], None),
    "ix_links_seccode": ("links", ["seccode"], None),
    "ix_links_sales_location": ("links", ["sales_location"], None),
    "ix_rejections_event": ("rejections", ["library", "uuid", "id"], None),
}


def upgrade() -> None:
    for name, (table, columns, where) in INDEXES.items():
        op.create_index(name, table, columns, schema="sync", postgresql_where=sa.text(where) if where else None)
    op.execute(f"CREATE INDEX ix_source_events_address ON sync.source_events (({ADDRESS}))")
    op.execute("ANALYZE sync.source_events")
    op.create_table(
        "former_links",
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("seccode", sa.Text(), nullable=False, comment="of a Place2book event that was linked"),
        sa.Column("sales_host", sa.Text(), nullable=True, comment="host and port of its sales link"),
        sa.PrimaryKeyConstraint("library", "seccode", name=op.f("pk_former_links")),
        schema="sync",
        comment="What is kept of a link once it is pruned: whoever shows its sales link is a clone",
    )
    op.create_table(
        "pruned",
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column(
            "before",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="what is older was removed, as far as it is not needed any more",
        ),
        sa.PrimaryKeyConstraint("library", name=op.f("pk_pruned")),
        schema="sync",
        comment="How far back the history of a library goes",
    )


def downgrade() -> None:
    op.drop_table("pruned", schema="sync")
    op.drop_table("former_links", schema="sync")
    op.execute("DROP INDEX sync.ix_source_events_address")
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table, schema="sync")
