"""Make the warehouse's views from include/warehouse/sql, and let analysts read them and nothing else.

A view is made again when its file changes, or when the role of the analysts has come since; so a new version of a view
needs no migration of its own. Columns that are only added keep what others have built on the view.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import ProgrammingError

from include.store.warehouse_tables import view_versions

ANALYST = "billetbro_analyst"
VIEWS = Path(__file__).parents[1] / "warehouse" / "sql"
CANNOT_REPLACE = "42P16"
"""PostgreSQL's code for a view whose columns are not the old ones with some added at the end."""
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
    """Create the views that are new or changed, drop those that are no more, and grant them to the analysts."""
    files = {file.stem: file.read_text() for file in sorted(VIEWS.glob("*.sql"))}
    made = {row.view: row.fingerprint for row in connection.execute(select(view_versions))}
    wanted = _fingerprints(connection, files)
    if made == wanted:
        return
    connection.execute(text(CREATE_ROLE))
    wanted = _fingerprints(connection, files)
    for view in made.keys() - wanted.keys():
        connection.execute(text(f"DROP VIEW IF EXISTS warehouse.{view}"))
    for view, fingerprint in wanted.items():
        if made.get(view) != fingerprint:
            _make(connection, view, files[view])
    _grant(connection, wanted)
    connection.execute(delete(view_versions))
    rows = [{"view": view, "fingerprint": fingerprint} for view, fingerprint in wanted.items()]
    connection.execute(insert(view_versions), rows)


def _fingerprints(connection: Connection, files: Mapping[str, str]) -> dict[str, str]:
    granted = "granted" if _has_analysts(connection) else "not granted"
    return {view: sha256(f"{granted}\n{definition}".encode()).hexdigest() for view, definition in files.items()}


def _has_analysts(connection: Connection) -> bool:
    role = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
    return bool(connection.scalar(role, {"role": ANALYST}))


def _make(connection: Connection, view: str, definition: str) -> None:
    """Replace the view in place where PostgreSQL can; else drop it first, which fails while others build on it."""
    at_once = {"no_parameters": True}
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(definition, execution_options=at_once)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != CANNOT_REPLACE:
            raise
        connection.execute(text(f"DROP VIEW warehouse.{view}"))
        connection.exec_driver_sql(definition, execution_options=at_once)


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
