"""What keeps account of personal data: who was forgotten, which policy was in force, how far retention went."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003_personal_data"
down_revision = "0002_changed_at"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgotten",
        _library(),
        sa.Column(
            "purchase_id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Place2book's id of the purchase, which Place2book may go on listing",
        ),
        _time("forgotten_at", "When its buyer's personal data was removed"),
        sa.PrimaryKeyConstraint("library", "purchase_id", name=op.f("pk_forgotten")),
        schema="warehouse",
        comment="Purchases whose buyer was forgotten: no export stores their personal data again",
    )
    _create_privacy_policies()
    op.create_table(
        "retention_sweeps",
        _library(),
        _time("swept_at", "When personal data that is past retention was last removed"),
        _time("kept_from", "It was kept of events that ended since then"),
        _time("files_kept_from", "The same for the exports' files; null where there were none", nullable=True),
        sa.PrimaryKeyConstraint("library", name=op.f("pk_retention_sweeps")),
        schema="warehouse",
        comment="How far personal data that is past retention was removed, for each library",
    )


def downgrade() -> None:
    for table in ("retention_sweeps", "privacy_policies", "forgotten"):
        op.drop_table(table, schema="warehouse")


def _create_privacy_policies() -> None:
    op.create_table(
        "privacy_policies",
        _library(),
        _time("since", "When the rows stored until then were brought under this policy"),
        sa.Column("policy", sa.Text(), nullable=False, comment="pseudonymise, drop or keep"),
        sa.Column(
            "key_fingerprint",
            sa.Text(),
            comment="Tells the pseudonyms' key from another; null where none are made",
        ),
        sa.Column(
            "keep_answers",
            ARRAY(sa.Text()),
            nullable=False,
            comment="The questions whose answers are kept, by name",
        ),
        _time(
            "in_files_at", "When files written until then were brought under it; null while they are not", nullable=True
        ),
        sa.PrimaryKeyConstraint("library", "since", name=op.f("pk_privacy_policies")),
        schema="warehouse",
        comment="Which policy for personal data was in force since when, for each library",
    )


def _library() -> sa.Column[str]:
    return sa.Column("library", sa.Text(), nullable=False, comment="The library's id in libraries.yaml")


def _time(name: str, comment: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)
