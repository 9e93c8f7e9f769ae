"""What can go wrong with an API, as one tree.

    BilletbroError
      Retriable            trying again later can help
        Unreachable          no connection, or it broke before the answer
        TimedOut             no answer in time
        ServerError        5xx
        RateLimited            429, still after waiting
        InvalidResponse            an answer that cannot be relied on: not JSON, a web page, cut short, the wrong shape
        OutcomeUnknown       a write whose answer was lost: nobody knows whether it was carried out
          InternalServerError  a write that was answered 500: the server failed at it, for now or at this one for good
      Fatal                trying again cannot help before somebody changes something
        WrongCredentials     the password or token is not accepted
        WrongHost            nobody by that name, or not this API
        NoAccess             the token may not use this event maker
        SettingsError      the settings cannot be used
      Refused              4xx about one event or price: data for staff, the others go on
        NotFound              404: it does not exist (any longer)
        PartlyRefused        4xx about some of what was written; the rest was carried out

Only `Retriable` and `Fatal` concern a task's retry policy. A message is one sentence that names the connection, the
host and what was asked for; it never holds a password, a token, a header or a body of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class BilletbroError(Exception):
    """Anything that this project raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class Retriable(BilletbroError):  # noqa: N818
    """Trying again later can help."""


class Unreachable(Retriable):
    """No connection could be made, or it broke before there was an answer."""


class TimedOut(Retriable):
    """There was no answer in time."""


class ServerError(Retriable):
    """The API answered 5xx."""


class RateLimited(Retriable):
    """The API still answered 429 after we had waited."""


class InvalidResponse(Retriable):
    """The answer cannot be relied on, so nothing may be concluded from it."""


class OutcomeUnknown(Retriable):
    """The answer to a write was lost or was 5xx: nobody knows whether it was carried out."""


class InternalServerError(OutcomeUnknown):
    """The answer to a write was 500: it failed inside the server, for a while or, at this very write, for good."""


class Fatal(BilletbroError):  # noqa: N818
    """Trying again cannot help before somebody changes something."""


class WrongCredentials(Fatal):
    """The password or the token is not accepted."""


class WrongHost(Fatal):
    """There is nobody by that name, or it is not this API."""


class NoAccess(Fatal):
    """The token may not use this event maker."""


class SettingsError(Fatal):
    """The settings cannot be used as they are."""


class Refused(BilletbroError):  # noqa: N818
    """The API answered 4xx about one event or price; `said` is the API's own words, shortened and without HTML."""

    def __init__(self, message: str, status: int = 400, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class NotFound(Refused):
    """The event or price does not exist (any longer)."""

    def __init__(self, message: str, status: int = 404, said: str = "") -> None:
        super().__init__(message, status, said)


class PartlyRefused(Refused):
    """Some of what was to be written was refused, and the rest carried out; `fields` names the former."""

    def __init__(self, message: str, status: int = 400, said: str = "", fields: frozenset[str] = frozenset()) -> None:
        super().__init__(message, status, said)
        self.fields = fields


@contextmanager
def after_a_write() -> Iterator[None]:
    """Let a failure to read what a write has left behind be OutcomeUnknown: the write itself may be done."""
    try:
        yield
    except OutcomeUnknown:
        raise
    except Retriable as error:
        raise OutcomeUnknown(str(error)) from None
