"""The base of our connection types' hooks."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Generic, Protocol, Self, TypeVar

from airflow.sdk import BaseHook

from billetbro.api.http.access import Access, RequestSettings
from billetbro.errors import BilletbroError
from billetbro.models.message import Message
from billetbro_airflow.hooks.connections import PATIENCE_OF_A_TEST, access_of
from billetbro_airflow.language import translator


class Checkable(Protocol):
    """A client that closes its connections at the end of a block and can check its login."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def check(self) -> Message: ...


Client = TypeVar("Client", bound=Checkable)


class ApiHook(BaseHook, ABC, Generic[Client]):
    """Makes a client from a connection, and tests the connection."""

    conn_name_attr = "conn_id"
    default_conn_name: str
    default_host: str | None = None

    def __init__(self, conn_id: str | None = None, *, concurrency: int = 4, per_second: float = 10) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name
        self._settings = RequestSettings(concurrency=concurrency, per_second=per_second)

    @cached_property
    def client(self) -> Client:
        """The client, created at first use."""
        return self._asking(self._settings)

    def test_connection(self) -> tuple[bool, str]:
        """Return whether address and login work, and a sentence about it."""
        try:
            with self._asking(PATIENCE_OF_A_TEST) as client:
                return True, translator().say(self._check(client))
        except BilletbroError as error:
            return False, translator().say(error.message)

    @abstractmethod
    def _client_of(self, access: Access) -> Client:
        """Return a client, which the caller closes."""

    def _check(self, client: Client) -> Message:
        return client.check()

    def _asking(self, requests: RequestSettings) -> Client:
        return self._client_of(access_of(self.conn_id, requests, default_host=self.default_host))
