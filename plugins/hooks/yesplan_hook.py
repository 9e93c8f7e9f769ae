"""The connection type `yesplan`: a venue's Yesplan, with an API key that may read it and write some of it."""

from __future__ import annotations

from functools import cached_property

from airflow.sdk import BaseHook

from hooks.connections import PATIENCE_OF_A_TEST, address_of, connection_named
from include.api.errors import BilletbroError
from include.api.session import RequestSettings
from include.api.yesplan import YesplanClient

PATIENCE_WITH_A_CALLER = RequestSettings(connect_timeout=3, read_timeout=5, tries=1)


class YesplanHook(BaseHook):
    """Gives a client for the Yesplan that a connection names; the connection's password is the API key."""

    conn_name_attr = "conn_id"
    default_conn_name = "yesplan_default"
    conn_type = "yesplan"
    hook_name = "Yesplan"

    def __init__(self, conn_id: str = default_conn_name, *, concurrency: int = 4, per_second: float = 10) -> None:
        super().__init__()
        self.conn_id = conn_id
        self._settings = RequestSettings(concurrency=concurrency, per_second=per_second)

    @cached_property
    def client(self) -> YesplanClient:
        """Return the client, made at first use."""
        return self._client(self._settings)

    def test_connection(self) -> tuple[bool, str]:
        """Tell in plain words whether there is a Yesplan that accepts the key."""
        try:
            return True, self.check()
        except BilletbroError as error:
            return False, str(error)

    def check(self) -> str:
        """Return in plain words that address and key work, or raise an error of the tree."""
        with self._client(PATIENCE_OF_A_TEST) as client:
            return client.check()

    def has_event(self, event_id: str) -> bool:
        """Tell, while a caller waits, whether there is such an event, or raise an error of the tree."""
        with self._client(PATIENCE_WITH_A_CALLER) as client:
            return client.has_event(event_id)

    def _client(self, settings: RequestSettings) -> YesplanClient:
        given = connection_named(self.conn_id)
        url = address_of(given)
        return YesplanClient(url, (given.password or "").strip(), connection=self.conn_id, settings=settings)
