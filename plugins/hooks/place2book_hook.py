"""The connection type `place2book`: the ticket system, with one API token for one or more event makers."""

from __future__ import annotations

import re
from functools import cached_property

from airflow.sdk import BaseHook, Connection

from hooks.connections import PATIENCE_OF_A_TEST, address_of, connection_named
from include.api.errors import BilletbroError
from include.api.place2book import DEFAULT_HOST, EventMaker, Place2bookClient
from include.api.session import RequestSettings


class Place2bookHook(BaseHook):
    """Gives a client for Place2book; the connection's password is the API token."""

    conn_name_attr = "conn_id"
    default_conn_name = "place2book"
    conn_type = "place2book"
    hook_name = "Place2book"

    def __init__(self, conn_id: str = default_conn_name, *, concurrency: int = 4, per_second: float = 10) -> None:
        super().__init__()
        self.conn_id = conn_id
        self._settings = RequestSettings(concurrency=concurrency, per_second=per_second)

    @cached_property
    def client(self) -> Place2bookClient:
        """Return the client, made at first use."""
        return self._client(connection_named(self.conn_id), self._settings)

    def test_connection(self) -> tuple[bool, str]:
        """Tell in plain words what the token may use, and whether the event makers in the connection are among it."""
        try:
            given = connection_named(self.conn_id)
            with self._client(given, PATIENCE_OF_A_TEST) as client:
                return True, client.check(event_makers_in(given))
        except BilletbroError as error:
            return False, str(error)

    def usable_event_makers(self) -> tuple[EventMaker, ...]:
        """Return the event makers that the token may use, or raise an error of the tree, as soon as a test would."""
        with self._client(connection_named(self.conn_id), PATIENCE_OF_A_TEST) as client:
            return client.event_makers()

    def _client(self, given: Connection, settings: RequestSettings) -> Place2bookClient:
        token = (given.password or "").strip()
        url = address_of(given, default=DEFAULT_HOST)
        return Place2bookClient(url, token, connection=self.conn_id, settings=settings)


def event_makers_in(given: Connection) -> tuple[int, ...]:
    """Return the event makers that the connection's extra field `event_makers` lists; they are only for the test."""
    extra = given.extra_dejson
    listed = extra.get("event_makers") if isinstance(extra, dict) else None
    return tuple(int(number) for number in re.findall(r"\d+", str(listed or "")))
