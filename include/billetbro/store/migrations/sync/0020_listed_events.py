"""Keep what the pages list of a source event in columns: PostgreSQL takes it from the payload itself.

A list of thousands of events then reads no payload.
"""

from alembic import op

revision = "0020_listed_events"
down_revision = "0019_pages"
branch_labels = None
depends_on = None

COLUMNS = {
    "shown_title": ("coalesce(mapped ->> 'title', title)", "the title without HTML entities, once it was mapped"),
    "starts_at": ("payload ->> 'starts_at'", "in UTC, as text"),
    "ends_at": ("payload ->> 'ends_at'", "in UTC, as text"),
    "state": ("payload ->> 'state'", "the state that the source shows"),
    "link": ("payload ->> 'link'", "the ticket link that the source shows"),
    "outcome": ("mapped ->> 'outcome'", "what it is to us"),
}


def upgrade() -> None:
    added = ", ".join(
        f"ADD COLUMN {name} text GENERATED ALWAYS AS ({taken}) STORED" for name, (taken, _) in COLUMNS.items()
    )
    op.execute(f"ALTER TABLE sync.source_events {added}")
    for name, (_, comment) in COLUMNS.items():
        op.execute(f"COMMENT ON COLUMN sync.source_events.{name} IS '{comment}'")


def downgrade() -> None:
    op.execute("ALTER TABLE sync.source_events " + ", ".join(f"DROP COLUMN {name}" for name in COLUMNS))
