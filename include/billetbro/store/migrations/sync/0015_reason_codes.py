"""Store why something is done as a code with its values; sentences are made when they are read.

What the version before wrote as a sentence becomes its code. A sentence that is none of these stays as it is.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_reason_codes"
down_revision = "0014_error_messages"
branch_labels = None
depends_on = None

REASONS = {
    "the source event has no Place2book event yet": "no_event_yet",
    "the source event names it": "named_by_source",
    "a create of ours whose answer was lost": "answer_was_lost",
    "the instance was made anew with another uuid": "made_anew",
    "the source event changed": "source_changed",
    "Place2book already has it": "already_there",
    "edited in Place2book": "edited_by_staff",
    "an edit in Place2book was taken back": "undone_by_staff",
    "its ticket categories have other uuids": "categories_renumbered",
    "a ticket category without a price": "category_without_price",
    "the ticket category changed": "category_changed",
    "its ticket category was removed in the source": "category_removed",
    "the event is over": "event_over",
    "the source event is gone": "gone",
    "absent from the source for the first time; it goes when the next run does not find it either": "absent_once",
    "the source event is cancelled": "cancelled",
    "the source event is no longer a ticket event of ours": "not_ours",
    "the source event is now sold elsewhere": "now_sold_elsewhere",
    "the source event is gone or withdrawn, and its Place2book event is gone as well": "gone_in_both",
    "the source event is back": "back",
    "staff have set the sale's end themselves": "sale_end_set_by_staff",
    "the source shows something else than Place2book": "shown_otherwise",
    "the event is not there yet: Place2book hands out its addresses when it is created": "addresses_pending",
    "the link's event is no longer on sale in Place2book": "not_on_sale",
}
BLOCKED = {
    "blocked.empty": re.compile(r"Listen over arrangementer er tom, men (?P<number>[0-9]+) .*"),
    "blocked.too_many": re.compile(
        r"(?P<removals>[0-9]+) af (?P<number>[0-9]+) koble.* tillader \((?P<count>[0-9]+) og (?P<percent>[0-9]+) %\).*"
    ),
}
REASON = sa.text("UPDATE sync.changes SET why = :new ->> why WHERE jsonb_exists(:new, why)").bindparams(
    sa.bindparam("new", type_=postgresql.JSONB())
)
MESSAGE = sa.text("UPDATE sync.runs SET removals_blocked = :message WHERE id = :id").bindparams(
    sa.bindparam("message", type_=postgresql.JSONB())
)


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(REASON, {"new": REASONS})
    op.alter_column(
        "runs",
        "removals_blocked",
        type_=postgresql.JSONB(),
        comment="why nothing was removed, {key, values}; null: nothing was blocked",
        postgresql_using="CASE WHEN removals_blocked IS NOT NULL THEN jsonb_build_object('key', removals_blocked) END",
        schema="sync",
    )
    blocked = connection.execute(
        sa.text("SELECT id, removals_blocked ->> 'key' AS said FROM sync.runs WHERE removals_blocked IS NOT NULL")
    )
    for id_, said in blocked.all():
        for key, pattern in BLOCKED.items():
            if found := pattern.fullmatch(said):
                values = {name: int(number) for name, number in found.groupdict().items()}
                connection.execute(MESSAGE, {"id": id_, "message": {"key": key, "values": values}})
    for column in ("message_da", "message_en"):
        op.drop_column("rejections", column, schema="sync")
    op.create_table_comment(
        "rejections",
        "What could not be carried out, as a code with its values, open until it is resolved",
        schema="sync",
    )


def downgrade() -> None:
    """Leave codes where the version before wrote sentences, but for the reasons: it compares those."""
    for column in ("message_da", "message_en"):
        op.add_column("rejections", sa.Column(column, sa.Text(), nullable=False, server_default=""), schema="sync")
    op.alter_column(
        "runs", "removals_blocked", type_=sa.Text(), postgresql_using="removals_blocked ->> 'key'", schema="sync"
    )
    op.get_bind().execute(REASON, {"new": {code: sentence for sentence, code in REASONS.items()}})
