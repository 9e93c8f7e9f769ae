"""Logins known to work, by a fingerprint that reveals no password, so that a changed login is noticed.

The fingerprint is slow to compute and has a new salt each time, so that passwords cannot be guessed quickly.
"""

import hashlib
import json
import secrets
from datetime import datetime
from functools import lru_cache
from hmac import compare_digest

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from billetbro.api.http.access import Access
from billetbro.store.schema.tables import logins

SCRYPT_COST = 2**14
"""A fingerprint takes a tenth of a second."""


def seen_to_work_at(connection: Connection, library: str, access: Access) -> datetime | None:
    """Return when this login of the library last worked; None if it never did, or was doubted since."""
    row = connection.execute(select(logins).where(logins.c.library == library)).one_or_none()
    if row is None or not compare_digest(row.fingerprint, _fingerprint(access, row.salt)):
        return None
    seen_at: datetime = row.seen_at
    return seen_at


def is_login_known(connection: Connection, library: str) -> bool:
    """Return whether some login of the library was seen to work, and not doubted since."""
    return connection.scalar(select(logins.c.library).where(logins.c.library == library)) is not None


def note_login(connection: Connection, library: str, access: Access, now: datetime) -> None:
    """Record that the library's login works."""
    salt = secrets.token_hex(16)
    noted = {"salt": salt, "fingerprint": _fingerprint(access, salt), "seen_at": now}
    statement = insert(logins).values(library=library, **noted)
    connection.execute(statement.on_conflict_do_update(index_elements=[logins.c.library], set_=noted))


def doubt_login(connection: Connection, library: str) -> None:
    """Remove the record that the library's login works."""
    connection.execute(delete(logins).where(logins.c.library == library))


@lru_cache(maxsize=16)
def _fingerprint(access: Access, salt: str) -> str:
    told = json.dumps([access.url, access.login, access.password]).encode()
    return hashlib.scrypt(told, salt=bytes.fromhex(salt), n=SCRYPT_COST, r=8, p=1).hex()
