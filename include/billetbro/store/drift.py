"""What staff changed in Place2book, of one link or as a condition: open until a person accepts it, or it is gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, cast, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from billetbro.models import FieldChange, Link, LinkStatus
from billetbro.reconcile.planning.field_changes import price_fields
from billetbro.store.schema.records import link_from_row
from billetbro.store.schema.tables import links

STILL_ACCEPTED = text("""(
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(links.drift_accepted)
    WHERE excluded.drift @> jsonb_build_object(key, value)
)""")
"""What stays accepted of a link that is stored with another drift: the same fields with the same values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A live link's drift: each field as last applied (`old`) and as staff have it (`new`), and which are accepted."""

    link: Link
    fields: tuple[FieldChange, ...]
    accepted: frozenset[str]

    @property
    def open(self) -> tuple[FieldChange, ...]:
        """Return what was not accepted."""
        return tuple(field for field in self.fields if field.field not in self.accepted)


def has_open_drift() -> ColumnElement[bool]:
    """Return the condition of live links with fields that staff changed and nobody accepted."""
    return and_(links.c.status == LinkStatus.LIVE, links.c.drift != {}, ~links.c.drift_accepted.contains(links.c.drift))


def read_drift(connection: Connection, library: str, uuid: str, *, lock: bool = False) -> Drift | None:
    """Return the drift of a source event's live link; with a lock, it stays as it is until the transaction ends."""
    query = select(links).where(links.c.library == library, links.c.uuid == uuid, links.c.status == LinkStatus.LIVE)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        return None
    link, accepted = link_from_row(row), row["drift_accepted"]
    applied = {**link.applied, **price_fields(link.prices.values())}
    return Drift(
        link=link,
        fields=tuple(
            FieldChange(field=name, old=applied.get(name), new=link.drift[name]) for name in sorted(link.drift)
        ),
        accepted=frozenset(name for name, value in link.drift.items() if name in accepted and accepted[name] == value),
    )


def accept_drift(connection: Connection, library: str, uuid: str, fields: Sequence[FieldChange]) -> None:
    """Store that these of a link's fields are meant as staff have them."""
    accepted = links.c.drift_accepted.op("||")(cast(literal({one.field: one.new for one in fields}, JSONB), JSONB))
    connection.execute(
        update(links).where(links.c.library == library, links.c.uuid == uuid).values(drift_accepted=accepted)
    )
