"""What every client of an API is: a session, whose connections are let go of at the end of a block."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from billetbro.api.http.session import ApiSession


class ApiClient:
    """Asks an API in a session that the client itself makes as `_session`."""

    _session: ApiSession

    def __enter__(self) -> Self:
        """Return the client, to be closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the client's connections."""
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    @property
    def host(self) -> str:
        """Return the API's host, with its port where one is given."""
        return self._session.host
