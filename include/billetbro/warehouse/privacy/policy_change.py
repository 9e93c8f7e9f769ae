"""Bring stored data under the policy that is in force now.

| what changed | stored rows and files | what only a `resync` brings |
|---|---|---|
| to `drop` | every personal value is emptied | - |
| `keep` to `pseudonymise` | plain values become pseudonyms | - |
| to `keep`, or `drop` to `pseudonymise` | stay | the values, of what Place2book still lists |
| a name taken from `keep_answers` | answers of that name are emptied | - |
| a name added | stay | the answers |
| the key | stay, under the earlier key | pseudonyms under the new one |
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Text, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from billetbro.models import PersonalDataPolicy
from billetbro.models.text import caseless
from billetbro.store.file_exports import date_of_change
from billetbro.store.schema.privacy_tables import privacy_policies
from billetbro.store.schema.warehouse_tables import answers, purchases
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.normalise import NORMALISED
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.policy_history import STORED_PSEUDONYM, Applied, latest_policy
from billetbro.warehouse.privacy.pseudonymise import Privacy, Row
from billetbro.warehouse.privacy.redact_stored import Counts, holds_anything

log = logging.getLogger(__name__)


def apply_policy(
    connection: Connection, library: str, privacy: Privacy, now: datetime, *, thoroughly: bool = False
) -> Counts:
    """Bring the library's stored rows under the policy if they are under another; return changed rows by table.

    `thoroughly` looks at them in any case.
    """
    before, wanted = latest_policy(connection, library), _applied(privacy, now)
    same = before is not None and replace(before, since=now, in_files_at=None) == wanted
    if same and not thoroughly:
        return {}
    changed_at = date_of_change(connection, library, now)
    counts = {
        "purchases": _protect_purchases(connection, library, privacy, changed_at),
        "answers": _empty_answers(connection, library, privacy, changed_at),
    }
    if not same:
        _note(connection, library, wanted)
        _log_change(library, before, wanted)
    return counts


def apply_policy_to_files(connection: Connection, library: str, privacy: Privacy, now: datetime, files: Lake) -> Counts:
    """Bring the library's files under the policy of its rows, once for each policy."""
    applied = latest_policy(connection, library)
    if applied is None or applied.in_files_at is not None:
        return {}
    personal = PERSONAL["purchases"]

    def protect(row: Row) -> Row:
        return {name: privacy.protected_again(name, _text(row[name])) for name in personal}

    def empty_unlisted(row: Row) -> Row:
        return row if privacy.keeps_answer(str(row["name"])) else row | {"value": None}

    counts = {
        "purchases": files.rewrite(library, "purchases", personal, protect),
        "answers": files.rewrite(library, "answers", ("name", "value"), empty_unlisted),
    }
    files.remove_earlier_versions(library)
    of_this = (privacy_policies.c.library == library, privacy_policies.c.since == applied.since)
    connection.execute(update(privacy_policies).where(*of_this).values(in_files_at=now))
    return counts


def _applied(privacy: Privacy, now: datetime) -> Applied:
    return Applied(
        policy=privacy.policy,
        key_fingerprint=privacy.key_fingerprint,
        keep_answers=frozenset(map(caseless, privacy.keep_answers)),
        since=now,
    )


def _note(connection: Connection, library: str, applied: Applied) -> None:
    values = {
        "policy": applied.policy.value,
        "key_fingerprint": applied.key_fingerprint,
        "keep_answers": sorted(applied.keep_answers),
        "in_files_at": None,
    }
    noted = insert(privacy_policies).values(library=library, since=applied.since, **values)
    connection.execute(noted.on_conflict_do_update(index_elements=["library", "since"], set_=values))


def _log_change(library: str, before: Applied | None, applied: Applied) -> None:
    if before is None:
        return
    if before.policy is not applied.policy:
        log.warning(
            "%s: the policy for personal data is now '%s'; it was '%s'. What was stored is brought under it; what was "
            "removed before is only stored again by a run in mode resync.",
            library,
            applied.policy.value,
            before.policy.value,
        )
    elif before.key_fingerprint != applied.key_fingerprint:
        log.warning(
            "%s: the key in the connection 'billetbro_privacy' is another one than before. Old and new pseudonyms of "
            "one person do not match until a run in mode resync has read the purchases again. List the earlier key in "
            "former_keys in the connection's extra, or people stored until now cannot be found to be forgotten.",
            library,
        )


def _protect_purchases(connection: Connection, library: str, privacy: Privacy, changed_at: datetime) -> int:
    if privacy.policy is PersonalDataPolicy.KEEP:
        return 0
    if privacy.policy is PersonalDataPolicy.DROP:
        emptied = update(purchases).where(purchases.c.library == library, holds_anything(purchases))
        values = dict.fromkeys(PERSONAL["purchases"]) | {"changed_at": changed_at}
        return connection.execute(emptied.values(values)).rowcount
    changed: set[int] = set()
    for name in PERSONAL["purchases"]:
        becomes = _becomes(connection, library, privacy, name)
        if becomes:
            changed.update(_replace(connection, library, name, becomes, changed_at))
    return len(changed)


def _becomes(connection: Connection, library: str, privacy: Privacy, name: str) -> Mapping[str, str | None]:
    """Return the new value of each plain value of a column that must change, under `pseudonymise`."""
    column = purchases.c[name]
    query = select(column).distinct().where(purchases.c.library == library, column.is_not(None))
    if name in NORMALISED:
        query = query.where(column.op("!~")(STORED_PSEUDONYM))
    stored = connection.scalars(query).all()
    return {value: after for value in stored if (after := privacy.protected_again(name, value)) != value}


def _replace(
    connection: Connection, library: str, name: str, becomes: Mapping[str, str | None], changed_at: datetime
) -> frozenset[int]:
    """Replace the values of a column in one statement; return the ids of the changed purchases."""
    pair = (
        func.unnest(literal(list(becomes), ARRAY(Text)), literal(list(becomes.values()), ARRAY(Text)))
        .table_valued("old", "new")
        .render_derived()
    )
    replaced = (
        update(purchases)
        .where(purchases.c.library == library, purchases.c[name] == pair.c.old)
        .values({name: pair.c.new, "changed_at": changed_at})
        .returning(purchases.c.purchase_id)
    )
    return frozenset(connection.scalars(replaced))


def _empty_answers(connection: Connection, library: str, privacy: Privacy, changed_at: datetime) -> int:
    """Empty the answers whose names are not listed (any more); return how many."""
    has_value = (answers.c.library == library, answers.c.value.is_not(None))
    stored = connection.scalars(select(answers.c.name).distinct().where(*has_value)).all()
    unlisted = [name for name in stored if not privacy.keeps_answer(name)]
    if not unlisted:
        return 0
    emptied = update(answers).where(*has_value, answers.c.name.in_(unlisted)).values(value=None, changed_at=changed_at)
    return connection.execute(emptied).rowcount


def _text(value: object) -> str | None:
    return None if value is None else str(value)
