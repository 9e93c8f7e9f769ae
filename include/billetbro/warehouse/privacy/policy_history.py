"""The policies for personal data, and the keys, that a library's stored rows were under, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, func, or_, select

from billetbro.models import PersonalDataPolicy
from billetbro.models.text import caseless
from billetbro.store.schema.privacy_tables import privacy_policies
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.privacy.normalise import NORMALISED, PSEUDONYM
from billetbro.warehouse.privacy.pseudonymise import Keys, fingerprint

EVER, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
STORED_PSEUDONYM = f"^{PSEUDONYM.pattern}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A policy of a library's stored rows: since when, and when its files were brought under it."""

    policy: PersonalDataPolicy
    key_fingerprint: str | None
    keep_answers: frozenset[str]
    since: datetime
    in_files_at: datetime | None = None


def latest_policy(connection: Connection, library: str) -> Applied | None:
    """Return the policy that the library's rows are under, None before the first export."""
    history = policy_history(connection, library)
    return history[-1] if history else None


def policy_history(connection: Connection, library: str) -> tuple[Applied, ...]:
    """Return every policy that the library's rows were under, the earliest first."""
    table = privacy_policies.c
    query = select(table.policy, table.key_fingerprint, table.keep_answers, table.since, table.in_files_at)
    return tuple(
        Applied(
            policy=PersonalDataPolicy(row.policy),
            key_fingerprint=row.key_fingerprint,
            keep_answers=frozenset(map(caseless, row.keep_answers)),
            since=row.since,
            in_files_at=row.in_files_at,
        )
        for row in connection.execute(query.where(table.library == library).order_by(table.since))
    )


def rows_under_unknown_keys(connection: Connection, library: str, keys: Keys) -> int:
    """Count the purchases with pseudonyms under a key that is no longer known."""
    known = {fingerprint(key) for key in keys.all}
    history = policy_history(connection, library)
    moments = [EVER, *(one.since for one in history[1:]), NEVER]
    seen = purchases.c.last_seen_at
    periods = [
        and_(seen >= moments[place], seen < moments[place + 1])
        for place, key in enumerate(_keys_of_periods(history))
        if key and key not in known
    ]
    if not periods:
        return 0
    pseudonyms = or_(*(purchases.c[name].op("~")(STORED_PSEUDONYM) for name in NORMALISED))
    query = select(func.count()).select_from(purchases).where(purchases.c.library == library, pseudonyms, or_(*periods))
    return connection.scalar(query) or 0


def _keys_of_periods(history: Sequence[Applied]) -> list[str | None]:
    """Return for each policy the key, if any, of the pseudonyms in rows last seen while it was in force.

    Values seen under `keep` became pseudonyms when the next policy that makes them began.
    """
    keys: list[str | None] = []
    following: str | None = None
    for one in reversed(history):
        following = one.key_fingerprint or following
        keys.insert(0, None if one.policy is PersonalDataPolicy.DROP else following)
    return keys
