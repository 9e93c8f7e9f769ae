"""The tables of the schema `warehouse` about the handling of personal data; they hold none."""

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.store.schema.metadata import Time, library_key, warehouse_metadata

forgotten = Table(
    "forgotten",
    warehouse_metadata,
    library_key(),
    Column(
        "purchase_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="Place2book's id of the purchase, which Place2book may go on listing",
    ),
    Column("forgotten_at", Time, nullable=False, comment="When its buyer's personal data was removed"),
    Column(
        "past_retention",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="Whether retention removed it; false where somebody asked to be forgotten",
    ),
    Column("in_files_at", Time, comment="When it was removed from the exports' files too; null until then"),
    comment="Purchases whose personal data was removed: no export stores any of it again",
)

privacy_policies = Table(
    "privacy_policies",
    warehouse_metadata,
    library_key(),
    Column("since", Time, primary_key=True, comment="When the rows stored until then were brought under this policy"),
    Column("policy", Text, nullable=False, comment="pseudonymise, drop or keep"),
    Column("key_fingerprint", Text, comment="Tells the pseudonyms' key from another; null where none are made"),
    Column("keep_answers", ARRAY(Text), nullable=False, comment="The questions whose answers are kept, by name"),
    Column("in_files_at", Time, comment="When files written until then were brought under it; null while they are not"),
    comment="Which policy for personal data was in force since when, for each library",
)

retention_sweeps = Table(
    "retention_sweeps",
    warehouse_metadata,
    library_key(),
    Column("swept_at", Time, nullable=False, comment="When personal data that is past retention was last removed"),
    Column("kept_from", Time, nullable=False, comment="It was kept of events that ended since then"),
    comment="How far personal data that is past retention was removed, for each library",
)
