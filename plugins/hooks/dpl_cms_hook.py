"""The connection type `dpl_cms`: the website of a library (Folkebibliotekernes CMS)."""

from __future__ import annotations

from functools import cached_property

from airflow.sdk import BaseHook

from hooks.connections import PATIENCE_OF_A_TEST, address_of, connection_named
from include.api.cms import CmsClient
from include.api.errors import BilletbroError
from include.api.session import RequestSettings


class DplCmsHook(BaseHook):
    """Gives a client for the website that a connection names: host, login and password."""

    conn_name_attr = "conn_id"
    default_conn_name = "dpl_cms_default"
    conn_type = "dpl_cms"
    hook_name = "Folkebibliotekernes CMS"

    def __init__(self, conn_id: str = default_conn_name, *, concurrency: int = 4, per_second: float = 10) -> None:
        super().__init__()
        self.conn_id = conn_id
        self._settings = RequestSettings(concurrency=concurrency, per_second=per_second)

    @cached_property
    def client(self) -> CmsClient:
        """Return the client, made at first use."""
        return self._client(self._settings)

    def test_connection(self) -> tuple[bool, str]:
        """Tell in plain words whether the website shows its events and accepts the login."""
        try:
            return True, self.check()
        except BilletbroError as error:
            return False, str(error)

    def check(self) -> str:
        """Return in plain words that address and login work, or raise an error of the tree."""
        with self._client(PATIENCE_OF_A_TEST) as client:
            return client.check()

    def _client(self, settings: RequestSettings) -> CmsClient:
        given = connection_named(self.conn_id)
        login, password = given.login or "", given.password or ""
        return CmsClient(address_of(given), login, password, connection=self.conn_id, settings=settings)
