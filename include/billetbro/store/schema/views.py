"""Create the warehouse's views from include/billetbro/warehouse/sql, the only thing that analysts may read.

A view is recreated when its file changes, or when the analysts' role has been created since, so it needs no migration.
Added columns keep what others have built on the view. After other changes the earlier version stays until that is
dropped, and the log names it: ticket sales do not wait for it.
"""

import logging
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import psycopg
from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from billetbro.store.schema.warehouse_tables import view_versions

ANALYST = "billetbro_analyst"
VIEWS = Path(__file__).parents[2] / "warehouse" / "sql"
CANNOT_REPLACE = "42P16"
"""PostgreSQL's code for a view whose columns are not the old ones with some added at the end."""
STILL_NEEDED = frozenset({"2BP01", "0A000"})
"""Its codes for what cannot be dropped or change its type because a view depends on it."""
CREATE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ANALYST}') THEN
        CREATE ROLE {ANALYST} NOLOGIN;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN NULL;  -- somebody who may has to create it
    WHEN duplicate_object OR unique_violation THEN NULL;  -- created meanwhile from another database of the server
END
$$
"""
log = logging.getLogger(__name__)


def make_views(connection: Connection) -> None:
    """Create new and changed views, drop removed ones, and grant them to the analysts."""
    files = {file.stem: file.read_text() for file in sorted(VIEWS.glob("*.sql"))}
    made = {row.view: row.fingerprint for row in connection.execute(select(view_versions))}
    wanted = _fingerprints(connection, files)
    if made == wanted:
        return
    connection.execute(text(CREATE_ROLE))
    wanted = _fingerprints(connection, files)
    stays = {view for view in made.keys() - wanted.keys() if not _dropped(connection, view)}
    for view, fingerprint in wanted.items():
        if made.get(view) != fingerprint and not _made(connection, view, files[view]):
            stays.add(view)
    _grant(connection, wanted)
    connection.execute(delete(view_versions))
    as_it_is = {view: made.get(view, "") for view in stays}
    rows = [{"view": view, "fingerprint": fingerprint} for view, fingerprint in {**wanted, **as_it_is}.items()]
    connection.execute(insert(view_versions), rows)


def _fingerprints(connection: Connection, files: Mapping[str, str]) -> dict[str, str]:
    granted = "granted" if _has_analysts(connection) else "not granted"
    return {view: sha256(f"{granted}\n{definition}".encode()).hexdigest() for view, definition in files.items()}


def _has_analysts(connection: Connection) -> bool:
    role = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
    return bool(connection.scalar(role, {"role": ANALYST}))


def _made(connection: Connection, view: str, definition: str) -> bool:
    """Replace the view in place if possible, else drop it first; return whether it was made."""
    at_once = {"no_parameters": True}
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(definition, execution_options=at_once)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != CANNOT_REPLACE:
            raise
        if not _dropped(connection, view):
            return False
        connection.exec_driver_sql(definition, execution_options=at_once)
    return True


def _dropped(connection: Connection, view: str) -> bool:
    """Drop the view unless others depend on it, which is logged; return whether it is gone."""
    try:
        with connection.begin_nested():
            connection.execute(text(f"DROP VIEW IF EXISTS warehouse.{view}"))
    except DBAPIError as error:
        if (needed_by := built_upon(error)) is None:
            raise
        log.error(
            "The view warehouse.%s stays as an earlier version of Billetbro made it, since others have built on it: "
            "%s. Once that is dropped, the next run brings the view up to date, and it can be built again.",
            view,
            needed_by,
        )
        return False
    return True


def built_upon(error: DBAPIError) -> str | None:
    """Return PostgreSQL's description of the objects that depend on ours, or None; it names no row's data."""
    if not isinstance(error.orig, psycopg.Error) or error.orig.sqlstate not in STILL_NEEDED:
        return None
    return (error.orig.diag.message_detail or error.orig.diag.message_primary or "").replace("\n", "; ")


def _grant(connection: Connection, views: Mapping[str, str]) -> None:
    if not _has_analysts(connection):
        log.warning(
            "The role %s was not created, since Billetbro's database user may not. Analysts can read the warehouse "
            "once somebody who may has run: CREATE ROLE %s NOLOGIN; the next run grants it the views.",
            ANALYST,
            ANALYST,
        )
        return
    names = ", ".join(f"warehouse.{view}" for view in views)
    connection.execute(text(f"GRANT USAGE ON SCHEMA warehouse TO {ANALYST}"))
    connection.execute(text(f"GRANT SELECT ON {names} TO {ANALYST}"))
