"""What the hooks of our connection types have in common."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Generic, TypeVar

from airflow.sdk import BaseHook

from billetbro.api.http.access import Access, RequestSettings
from billetbro.errors import BilletbroError
from billetbro.models.message import Message
from billetbro_airflow.hooks.connections import PATIENCE_OF_A_TEST, access_of
from billetbro_airflow.language import translator

Client = TypeVar("Client", bound=AbstractContextManager[object])


class ApiHook(BaseHook, ABC, Generic[Client]):
    """Gives a client for the API that a connection names, and tells whether the connection works."""

    conn_name_attr = "conn_id"
    default_conn_name: str
    default_host: str | None = None

    def __init__(self, conn_id: str | None = None, *, concurrency: int = 4, per_second: float = 10) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name
        self._settings = RequestSettings(concurrency=concurrency, per_second=per_second)

    @cached_property
    def client(self) -> Client:
        """Return the client, made at first use."""
        return self._asking(self._settings)

    def test_connection(self) -> tuple[bool, str]:
        """Tell in plain words whether address and login work."""
        try:
            client = self._asking(PATIENCE_OF_A_TEST)
            with client:
                return True, translator().say(self._check(client))
        except BilletbroError as error:
            return False, translator().say(error.message)

    @abstractmethod
    def _client_of(self, access: Access) -> Client:
        """Return a client, to be closed by whoever asks for it."""

    @abstractmethod
    def _check(self, client: Client) -> Message:
        """Return a message that address and login work, or raise an error of the tree."""

    def _asking(self, requests: RequestSettings) -> Client:
        return self._client_of(access_of(self.conn_id, requests, default_host=self.default_host))
