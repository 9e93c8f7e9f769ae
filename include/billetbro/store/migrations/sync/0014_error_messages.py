"""Store what went wrong as a message's key and values, and its kind as a code in snake_case.

What earlier versions said, in English, stays as it is: a message that says its text (`as_said`).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014_error_messages"
down_revision = "0013_text_rules"
branch_labels = None
depends_on = None

TABLES = ("changes", "webhook_requests")
AS_SAID = "jsonb_build_object('key', 'as_said', 'values', jsonb_build_object('text', {}))"
CODE = r"""
    CASE {0} WHEN 'BadAnswer' THEN 'invalid_response' WHEN 'Missing' THEN 'not_found'
        WHEN 'ServerTrouble' THEN 'server_error' WHEN 'Throttled' THEN 'rate_limited'
        WHEN 'SettingsProblem' THEN 'settings_error'
        ELSE lower(regexp_replace({0}, '([a-z])([A-Z])', '\1_\2', 'g')) END
"""
"""Other classes of errors were never renamed, and their codes are their names."""


def upgrade() -> None:
    for table in TABLES:
        using = f"CASE WHEN error IS NOT NULL THEN {AS_SAID.format('error')} END"
        op.alter_column(table, "error", type_=JSONB(), postgresql_using=using, schema="sync")
    said = "what went wrong: {key, values} of a sentence in the catalogues"
    op.alter_column("changes", "error", comment=said, schema="sync")
    op.alter_column("runs", "errors", comment="step -> what went wrong: {key, values}", schema="sync")
    code = CODE.format("error_code")
    op.execute(f"UPDATE sync.changes SET error_code = {code} WHERE error_code IS NOT NULL")
    # These two were sentences of ours, not of an error.
    op.execute(
        "UPDATE sync.changes SET error = jsonb_build_object('key', 'error.' || error_code) "
        "WHERE error_code IN ('not_sent', 'interrupted')"
    )
    of_step = "SELECT jsonb_object_agg(key, {}) FROM jsonb_each_text({})"
    errors, codes = (
        of_step.format(AS_SAID.format("value"), "errors"),
        of_step.format(CODE.format("value"), "error_codes"),
    )
    op.execute(f"UPDATE sync.runs SET errors = ({errors}) WHERE errors <> '{{}}'")
    op.execute(f"UPDATE sync.runs SET error_codes = ({codes}) WHERE error_codes <> '{{}}'")


def downgrade() -> None:
    """Keep what the version before can read: the text that was said, else the message's key."""
    said = "coalesce({0} #>> '{{values,text}}', {0} ->> 'key')"
    for table in TABLES:
        op.alter_column(table, "error", type_=sa.Text(), postgresql_using=said.format("error"), schema="sync")
    errors = f"SELECT jsonb_object_agg(key, {said.format('value')}) FROM jsonb_each(errors)"
    op.execute(f"UPDATE sync.runs SET errors = ({errors}) WHERE errors <> '{{}}'")
