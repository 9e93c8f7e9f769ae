"""Which libraries are live: those of which a person said so, in this database and this installation.

A copy of the database, on another server or beside the original, has another identity: nothing is live in it until
somebody says so there. The identity is PostgreSQL's own number of the server (`system_identifier`, made by initdb) and
the database's number in it (`oid`). It stays over restarts and minor upgrades; a restore, a replica that was promoted
beside its primary's copy on another server, and a major upgrade (pg_upgrade) have another one. A copy of the server's
files has the same: the installation's name, where one is set, tells it apart.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from billetbro.store.schema.tables import live_libraries

IDENTITY = text(
    "SELECT system_identifier::text || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())"
    " FROM pg_control_system()"
)
INSTALLATION = ("BILLETBRO_INSTALLATION", "AIRFLOW__API__BASE_URL")
"""The environment variables that name the installation; the first that is set counts."""


class Live(StrEnum):
    """Whether a library is live, and why it is not."""

    YES = "yes"
    NEVER_SAID = "never_said"
    OTHER_DATABASE = "other_database"
    OTHER_INSTALLATION = "other_installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who said that a library is live, and when."""

    by: str
    at: datetime


def installation() -> str:
    """Return the installation's name; empty where none is set."""
    return next(filter(None, (os.environ.get(name, "").strip() for name in INSTALLATION)), "")


def go_live(connection: Connection, libraries: Collection[str], by: str, now: datetime) -> None:
    """Store that a person said that these libraries are live, here and from now on."""
    identity = connection.scalar(IDENTITY)
    same = {"said_by": by, "said_at": now, "database": identity, "installation": installation()}
    rows = [{"library": library, **same} for library in sorted(libraries)]
    if rows:
        statement = insert(live_libraries).values(rows)
        changed = {name: statement.excluded[name] for name in same}
        connection.execute(statement.on_conflict_do_update(index_elements=["library"], set_=changed))


def pause_live(connection: Connection, libraries: Collection[str]) -> None:
    """Store that these libraries are live no longer."""
    connection.execute(delete(live_libraries).where(live_libraries.c.library.in_(libraries)))


def read_live(connection: Connection, libraries: Collection[str]) -> Mapping[str, Live]:
    """Return of each library whether it is live, and why it is not."""
    identity, here = connection.scalar(IDENTITY), installation()
    rows = connection.execute(select(live_libraries).where(live_libraries.c.library.in_(libraries)))
    found = {row.library: _judged(row.database == identity, row.installation, here) for row in rows}
    return {library: found.get(library, Live.NEVER_SAID) for library in libraries}


def _judged(same_database: bool, said_in: str, here: str) -> Live:
    if not same_database:
        return Live.OTHER_DATABASE
    return Live.OTHER_INSTALLATION if said_in and here and said_in != here else Live.YES


def is_live(connection: Connection, library: str) -> bool:
    """Return whether a library is live."""
    return read_live(connection, [library])[library] is Live.YES
