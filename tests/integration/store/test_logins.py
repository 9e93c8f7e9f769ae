"""Which login was seen to work: another one is told apart, and nothing stored gives a password away."""

import hashlib
from base64 import b64encode
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, text

from billetbro.api.http.access import Access, RequestSettings
from billetbro.store import logins
from billetbro.store.logins import doubt_login, note_login, seen_to_work_at
from tests.cases import cases
from tests.integration.store.examples import HOUR, LIBRARY, NOW

ACCESS = Access(conn_id="cms", url="https://lib.example", login="billetbro", password="made-up-secret")

SCRYPT_COST = logins.SCRYPT_COST
"""As it is before the first test, which no longer takes so long."""


def seen(connection: Connection, access: Access = ACCESS, library: str = LIBRARY) -> datetime | None:
    return seen_to_work_at(connection, library, access)


def test_login_that_was_never_seen_to_work_is_unknown(connection: Connection) -> None:
    assert seen(connection) is None


def test_login_is_known_since_it_was_last_seen_to_work(connection: Connection) -> None:
    note_login(connection, LIBRARY, ACCESS, NOW)
    note_login(connection, "nordvig", ACCESS, NOW)
    note_login(connection, LIBRARY, ACCESS, NOW + HOUR)
    assert (seen(connection), seen(connection, library="nordvig")) == (NOW + HOUR, NOW)


@cases(
    "changed",
    ("host", {"url": "https://other.example"}),
    ("login", {"login": "billetbro2"}),
    ("password", {"password": "made-up-Secret"}),
    ("no password", {"password": ""}),
)
def test_login_of_a_changed_connection_is_unknown(connection: Connection, changed: dict[str, str]) -> None:
    note_login(connection, LIBRARY, ACCESS, NOW)
    assert seen(connection, replace(ACCESS, **changed)) is None
    assert seen(connection) == NOW


def test_login_is_not_mistaken_for_one_whose_parts_meet_elsewhere(connection: Connection) -> None:
    note_login(connection, LIBRARY, replace(ACCESS, login="ab", password="c"), NOW)
    assert seen(connection, replace(ACCESS, login="a", password="bc")) is None


def test_login_stays_known_when_only_the_connections_name_or_patience_changes(connection: Connection) -> None:
    note_login(connection, LIBRARY, ACCESS, NOW)
    assert seen(connection, replace(ACCESS, conn_id="site", requests=RequestSettings(tries=1))) == NOW


def test_login_that_is_doubted_is_unknown_and_the_others_are_not(connection: Connection) -> None:
    note_login(connection, LIBRARY, ACCESS, NOW)
    note_login(connection, "nordvig", ACCESS, NOW)
    doubt_login(connection, LIBRARY)
    assert (seen(connection), seen(connection, library="nordvig")) == (None, NOW)


def test_stored_login_is_salted_anew_each_time_and_holds_nothing_made_fast_of_the_password(
    connection: Connection,
) -> None:
    stored = []
    for library in (LIBRARY, "nordvig", "nordvig"):
        note_login(connection, library, ACCESS, NOW)
        row = connection.execute(text("SELECT * FROM sync.logins WHERE library = :library"), {"library": library})
        stored.append(dict(row.mappings().one()))
    assert [set(row) for row in stored] == [{"library", "salt", "fingerprint", "seen_at"}] * 3
    assert len({row["salt"] for row in stored}) == len({row["fingerprint"] for row in stored}) == 3
    told = [
        ACCESS.password,
        f"{ACCESS.login}:{ACCESS.password}",
        f'["{ACCESS.url}", "{ACCESS.login}", "{ACCESS.password}"]',
    ]
    for row in stored:
        salt = bytes.fromhex(row["salt"])
        fast = [hashlib.new(name, salt + one.encode()) for name in ("md5", "sha1", "sha256", "sha512") for one in told]
        fast += [hashlib.new(name, one.encode()) for name in ("md5", "sha1", "sha256", "sha512") for one in told]
        known = [*told, *(b64encode(one.encode()).decode() for one in told), *(one.hexdigest() for one in fast)]
        assert ([one for one in known if one in str(row)], len(salt)) == ([], 16)


def test_fingerprint_costs_whoever_tries_passwords_a_tenth_of_a_second_each() -> None:
    assert SCRYPT_COST == 2**14
