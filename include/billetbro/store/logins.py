"""Which logins were seen to work, so that a changed one is noticed: by a fingerprint that gives no password away.

The fingerprint is made slowly and with a salt of its own each time, so that passwords cannot be tried on it fast.
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
"""What a fingerprint costs whoever tries passwords on it: a tenth of a second each."""


def seen_to_work_at(connection: Connection, library: str, access: Access) -> datetime | None:
    """Return when this very login of the library was last seen to work; None when it was not, or doubted since."""
    row = connection.execute(select(logins).where(logins.c.library == library)).one_or_none()
    if row is None or not compare_digest(row.fingerprint, _fingerprint(access, row.salt)):
        return None
    seen_at: datetime = row.seen_at
    return seen_at


def note_login(connection: Connection, library: str, access: Access, now: datetime) -> None:
    """Note that the library's login was seen to work."""
    salt = secrets.token_hex(16)
    noted = {"salt": salt, "fingerprint": _fingerprint(access, salt), "seen_at": now}
    statement = insert(logins).values(library=library, **noted)
    connection.execute(statement.on_conflict_do_update(index_elements=[logins.c.library], set_=noted))


def doubt_login(connection: Connection, library: str) -> None:
    """Forget that the library's login was seen to work."""
    connection.execute(delete(logins).where(logins.c.library == library))


@lru_cache(maxsize=16)
def _fingerprint(access: Access, salt: str) -> str:
    """Return what tells this host, login and password from others; it takes a tenth of a second, once in a process."""
    told = json.dumps([access.url, access.login, access.password]).encode()
    return hashlib.scrypt(told, salt=bytes.fromhex(salt), n=SCRYPT_COST, r=8, p=1).hex()
