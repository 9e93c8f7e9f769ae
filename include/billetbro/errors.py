"""What can go wrong, as one tree.

    BilletbroError
      Retriable              trying again later can help
        Unreachable          no connection, or it broke before the answer
        TimedOut             no answer in time
        ServerError          5xx
        RateLimited          429, still after waiting
        InvalidResponse      an answer that cannot be relied on: not JSON, a web page, cut short, the wrong shape
        OutcomeUnknown       a write whose answer was lost: nobody knows whether it was carried out
          InternalServerError  a write that was answered 500: the server failed at it, for now or at this one for good
      Fatal                  trying again cannot help before somebody changes something
        WrongCredentials     the password or token is not accepted
        WrongHost            nobody by that name, or not this API
        NoAccess             the token may not use this event maker
        SettingsError        the settings cannot be used
      Refused                4xx about one event or price: data for staff, the others go on
        NotFound             404: it does not exist (any longer)
        PartlyRefused        4xx about some of what was written; the rest was carried out

Only `Retriable` and `Fatal` concern a task's retry policy. An error carries a message, a key of the catalogue
`errors.po` and its values: connection, host, what was asked for. A value never holds a password, a token, a header or
a body of ours. `code` is what is stored of an error's kind. `str(error)` is the English sentence, for logs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from billetbro.messages.catalogue import Translator
from billetbro.models.message import Message, Value

UNEXPECTED = "unexpected"


class BilletbroError(Exception):
    """Anything that this project raises on purpose, with the key of its message and the values, or a whole message."""

    code: ClassVar[str] = "error"

    def __init__(self, key: str | Message, /, **values: Value) -> None:
        self.message = key if isinstance(key, Message) else Message(key, values)
        super().__init__(self.message)

    def __str__(self) -> str:
        """Return the sentence in English."""
        return Translator("en").say(self.message)


class Retriable(BilletbroError):  # noqa: N818
    """Trying again later can help."""

    code = "retriable"


class Unreachable(Retriable):
    """No connection could be made, or it broke before there was an answer."""

    code = "unreachable"


class TimedOut(Retriable):
    """There was no answer in time."""

    code = "timed_out"


class ServerError(Retriable):
    """The API answered 5xx."""

    code = "server_error"


class RateLimited(Retriable):
    """The API still answered 429 after we had waited."""

    code = "rate_limited"


class InvalidResponse(Retriable):
    """The answer cannot be relied on, so nothing may be concluded from it."""

    code = "invalid_response"


class OutcomeUnknown(Retriable):
    """The answer to a write was lost or was 5xx: nobody knows whether it was carried out."""

    code = "outcome_unknown"


class InternalServerError(OutcomeUnknown):
    """The answer to a write was 500: it failed inside the server, for a while or, at this very write, for good."""

    code = "internal_server_error"


class Fatal(BilletbroError):  # noqa: N818
    """Trying again cannot help before somebody changes something."""

    code = "fatal"


class WrongCredentials(Fatal):
    """The password or the token is not accepted."""

    code = "wrong_credentials"


class WrongHost(Fatal):
    """There is nobody by that name, or it is not this API."""

    code = "wrong_host"


class NoAccess(Fatal):
    """The token may not use this event maker."""

    code = "no_access"


class SettingsError(Fatal):
    """The settings cannot be used as they are."""

    code = "settings_error"


class Refused(BilletbroError):  # noqa: N818
    """The API answered 4xx about one event or price; `said` is the API's own words, shortened and without HTML."""

    code = "refused"

    def __init__(self, key: str | Message, /, status: int = 400, said: str = "", **values: Value) -> None:
        super().__init__(key, status=status, **values)
        self.status = status
        self.said = said


class NotFound(Refused):
    """The event or price does not exist (any longer)."""

    code = "not_found"

    def __init__(self, key: str | Message, /, status: int = 404, said: str = "", **values: Value) -> None:
        super().__init__(key, status, said, **values)


class PartlyRefused(Refused):
    """Some of what was to be written was refused, and the rest carried out; `fields` names the former."""

    code = "partly_refused"

    def __init__(
        self,
        key: str | Message,
        /,
        status: int = 400,
        said: str = "",
        *,
        fields: frozenset[str] = frozenset(),
        **values: Value,
    ) -> None:
        super().__init__(key, status, said, **values)
        self.fields = fields


@contextmanager
def after_a_write() -> Iterator[None]:
    """Let a failure to read what a write has left behind be OutcomeUnknown: the write itself may be done."""
    try:
        yield
    except OutcomeUnknown:
        raise
    except Retriable as error:
        raise OutcomeUnknown(error.message) from None


def message_of(error: BaseException) -> Message:
    """Return an error's message; of one that is not ours only its kind, since its text may hold anything."""
    if isinstance(error, BilletbroError):
        return error.message
    return Message("error.unexpected", {"kind": type(error).__name__})


def code_of(error: BaseException) -> str:
    """Return what is stored of an error's kind."""
    return error.code if isinstance(error, BilletbroError) else UNEXPECTED


def several(errors: Collection[BaseException], of: Sequence[str] = ()) -> BilletbroError:
    """Return the one error, or one that says all of them: retriable if any is. `of` names each one's library."""
    messages = [message_of(error) for error in errors]
    if of:
        pairs = zip(of, messages, strict=True)
        messages = [Message("error.of_library", {"library": library, "error": message}) for library, message in pairs]
    kind = Fatal if all(isinstance(error, Fatal | Refused) for error in errors) else Retriable
    return kind(messages[0] if len(messages) == 1 else Message("error.several", {"errors": tuple(messages)}))
