"""Let staff's names of places and rooms stay, where the rule by which a place is named changed and the source did not.

An address is now named by the place that it belongs to, and the room stands on its second line; before, the room named
it. Where staff had edited that in Place2book, what the rule now says is taken as applied already: their edit stays, as
any does, until the website's own field changes. Nothing changed for events of other sources than websites.
"""

import html
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_place_names"
down_revision = "0009_put_off"
branch_labels = None
depends_on = None

NAME, ROOM = "address.name", "address.address2"
EDITED = """
    SELECT library, uuid, links.applied, links.drift, source_events.payload
    FROM sync.links JOIN sync.source_events USING (library, uuid)
    WHERE jsonb_exists_any(links.drift, ARRAY['address.name', 'address.address2'])
    AND uuid ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
"""
APPLIED = sa.text(
    "UPDATE sync.links SET applied = applied || :said, echo = echo || :said WHERE library = :library AND uuid = :uuid"
).bindparams(sa.bindparam("said", type_=postgresql.JSONB()))


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text(EDITED)).mappings().all():
        said = {name: value for name, value in _said_now(row).items() if name in row["drift"]}
        connection.execute(APPLIED, {"library": row["library"], "uuid": row["uuid"], "said": said})


def downgrade() -> None:
    """Leave what stands as applied: the version before sends its own names once, as after any change of settings."""


def _said_now(row: Mapping[Any, Any]) -> dict[str, str]:
    """Return name and second line by the new rule, nothing where the event's address was not its own."""
    payload, applied = row["payload"], row["applied"]
    address = payload.get("address") or {}
    street = _line(address.get("street"))
    if not street or street != applied.get("address.address1"):
        return {}
    branch = next(filter(None, map(_line, payload.get("branches") or ())), "")
    place, room = _line(address.get("location_additional")), _line(address.get("location"))
    name = place or branch or applied.get(NAME, "")
    return {NAME: name, ROOM: "" if room.casefold() == name.casefold() else room}


def _line(text: str | None) -> str:
    return " ".join(html.unescape(text or "").split())
