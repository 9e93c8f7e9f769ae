"""The schema `sync`: runs, snapshots, links, changes and rejections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_sync"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_changes()
    _create_links()
    _create_rejections()
    _create_runs()
    _create_source_events()
    _create_ticket_events()


def downgrade() -> None:
    for table in ("changes", "links", "rejections", "runs", "source_events", "ticket_events"):
        op.drop_table(table, schema="sync")


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("event_maker", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("price_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False, comment="[{field, old, new}], in written-down form"),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="planned, applying, applied, failed or held_back"),
        sa.Column("outcome_unknown", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applying_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        schema="sync",
        comment="Every change ever planned: the crash log, and the history that staff read",
    )
    op.create_index("ix_changes_event", "changes", ["library", "uuid", "id"], unique=False, schema="sync")
    op.create_index("ix_changes_run", "changes", ["run_id", "library"], unique=False, schema="sync")


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False, comment="the source event"),
        sa.Column("event_maker", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False, comment="the Place2book event"),
        sa.Column("seccode", sa.Text(), nullable=False),
        sa.Column("sales_location", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "status", sa.Text(), nullable=False, comment="live, retired (over) or deleted (removed in Place2book)"
        ),
        sa.Column("series_uuid", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied", postgresql.JSONB(), nullable=False, comment="source-owned fields as last applied"),
        sa.Column(
            "echo", postgresql.JSONB(), nullable=False, comment="the same fields as Place2book answered right after"
        ),
        sa.Column(
            "drift",
            postgresql.JSONB(),
            nullable=False,
            comment="fields that staff changed in Place2book since, recorded once",
        ),
        sa.Column(
            "prices",
            postgresql.JSONB(),
            nullable=False,
            comment="ticket category key -> price id, name, value as applied",
        ),
        sa.Column(
            "absences", sa.Integer(), nullable=False, comment="complete snapshots in a row without the source event"
        ),
        sa.Column("counted_run", sa.Text(), nullable=True, comment="the run that counted the absence last"),
        sa.Column(
            "sale_closed_at", sa.DateTime(timezone=True), nullable=True, comment="set while we hold the sale ended"
        ),
        sa.Column(
            "sale_closed_before",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="sale_close_at as it stood before we ended the sale",
        ),
        sa.Column("state_written", sa.Text(), nullable=True, comment="the state last written back to the source"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("library", "uuid", name=op.f("pk_links")),
        schema="sync",
        comment="Source event <-> Place2book event, with the payload last applied",
    )
    op.create_index(
        "uq_links_live_event",
        "links",
        ["event_maker", "event_id"],
        unique=True,
        schema="sync",
        postgresql_where=sa.text("status = 'live'"),
    )


def _create_rejections() -> None:
    op.create_table(
        "rejections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True, comment="the API's own words, where it had some"),
        sa.Column("message_da", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True, comment="of what was refused: tried again when it changes"),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True, comment="when it was last tried"),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run_id", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True, comment="null while it is open"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejections")),
        schema="sync",
        comment="What could not be carried out, with a sentence that staff understand, open until it is resolved",
    )
    op.create_index(
        "uq_rejections_open",
        "rejections",
        ["library", "uuid", "code"],
        unique=True,
        schema="sync",
        postgresql_where=sa.text("resolved_at IS NULL"),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Airflow's id of the DAG run"),
        sa.Column("library", sa.Text(), nullable=False, comment="the library's id in libraries.yaml"),
        sa.Column("mode", sa.Text(), nullable=False, comment="plan, sync or resync; or ticket_status"),
        sa.Column(
            "by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment="started by a person"
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "window_start",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="source events that start before this moment were not asked for",
        ),
        sa.Column(
            "extracted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a complete snapshot of the source was stored; null: none was",
        ),
        sa.Column("transformed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when Place2book's current state was read completely; null: it was not",
        ),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_events", sa.Integer(), nullable=True, comment="how many events the snapshot held"),
        sa.Column(
            "removals_blocked",
            sa.Text(),
            nullable=True,
            comment="why nothing was removed, in words; null: nothing was blocked",
        ),
        sa.Column(
            "planned_rejections",
            postgresql.JSONB(),
            nullable=True,
            comment="mode plan: what would be rejected, [[title, Danish, English]]",
        ),
        sa.Column("purchases", postgresql.JSONB(), nullable=True, comment="what the purchase export counted"),
        sa.Column(
            "errors",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="step -> what went wrong",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("run_id", "library", name=op.f("uq_runs_run_id")),
        schema="sync",
        comment="A row a library a run",
    )


def _create_source_events() -> None:
    op.create_table(
        "source_events",
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False, comment="the source's id of the event"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False, comment="whether the latest complete snapshot held it"),
        sa.Column("payload", postgresql.JSONB(), nullable=False, comment="SourceEvent as last seen"),
        sa.Column(
            "mapped",
            postgresql.JSONB(),
            nullable=True,
            comment="Mapped: what it is to us and what it should be in Place2book",
        ),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("library", "uuid", name=op.f("pk_source_events")),
        schema="sync",
        comment="The latest snapshot of each source event",
    )


def _create_ticket_events() -> None:
    op.create_table(
        "ticket_events",
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("event_maker", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "payload", postgresql.JSONB(), nullable=False, comment="CurrentEvent, its prices included, as last read"
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("library", "event_maker", "event_id", name=op.f("pk_ticket_events")),
        schema="sync",
        comment="How each linked event stands in Place2book, as last read",
    )
