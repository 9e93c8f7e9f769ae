"""Find a connection, mask its password in logs, and read its address."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from billetbro.api.http.access import Access, RequestSettings, base_url
from billetbro.errors import SettingsError

PATIENCE_OF_A_TEST = RequestSettings(read_timeout=15, tries=2, longest_wait=5)
"""For "Test": somebody is waiting at the page."""


ALLOW_HTTP = "allow_http"
"""The key in a connection's extra by which a person accepts an address without TLS."""

_one_at_a_time = Lock()
"""Of two threads that mask secrets at the same time in Airflow 3.3, one can undo what the other did."""

_kept: dict[str, Connection] | None = None


@contextmanager
def connections_kept() -> Iterator[None]:
    """Fetch each connection once during this block: a task needs the same ones for each of its libraries."""
    global _kept
    _kept = {}
    try:
        yield
    finally:
        _kept = None


def connection_named(conn_id: str) -> Connection:
    """Return a connection and mask its password in logs; raises SettingsError if there is none."""
    with _one_at_a_time:
        kept = {} if _kept is None else _kept
        if conn_id not in kept:
            kept[conn_id] = _fetched(conn_id)
        return kept[conn_id]


def mask(secrets: Iterable[str]) -> None:
    """Mask texts in logs."""
    with _one_at_a_time:
        for secret in secrets:
            mask_secret(secret)


def _fetched(conn_id: str) -> Connection:
    try:
        given = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        raise SettingsError("error.no_connection", connection=conn_id) from None
    if given.password:
        mask_secret(given.password)
    return given


def allows_http(given: Connection) -> bool:
    """Return whether a connection's extra says `allow_http`, as true or as a text of it."""
    extra = given.extra_dejson
    said = extra.get(ALLOW_HTTP) if isinstance(extra, dict) else None
    return said is True or (isinstance(said, str) and said.strip().lower() == "true")


def access_of(conn_id: str, requests: RequestSettings, *, default_host: str | None = None) -> Access:
    """Return the access that a connection gives; raises SettingsError, or WrongHost for an unusable address."""
    given = connection_named(conn_id)
    host = given.host or default_host
    url = base_url(host, schema=given.schema, port=given.port, connection=conn_id, allow_http=allows_http(given))
    return Access(conn_id=conn_id, url=url, login=given.login or "", password=given.password or "", requests=requests)
