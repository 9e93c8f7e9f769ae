"""What can go wrong, as one tree.

    BilletbroError
      Retriable              trying again later can help
        Unreachable          no connection, or it broke before the answer
        TimedOut             no answer in time
        OutOfTime            the time limit of the library's work passed
        ServerError          5xx
        RateLimited          429, still after waiting
        InvalidResponse      an answer that cannot be relied on: not JSON, a web page, cut short, the wrong shape
        OutcomeUnknown       the answer to a write was lost: it may or may not have been carried out
          InternalServerError  a write was answered 500: the server failed, for the moment or on this write every time
      Fatal                  trying again cannot help until somebody changes something
        WrongCredentials     the password or token is not accepted
        WrongHost            the host does not exist, or is not this API
        NoAccess             the token may not use this event maker
        SettingsError        the settings cannot be used
      Refused                4xx about one event or price: data for staff, the others go on
        NotFound             404: it does not exist (any longer)
        PartlyRefused        4xx about some of what was written; the rest was carried out

A task's retry policy knows only `Retriable` and `Fatal`. An error carries a message: a key of the catalogue `errors.po`
and its values (connection, host, what was asked for), never a password, a token, a header or a request body. `code` is
stored. `str(error)` is the English sentence, for logs.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from billetbro.messages.catalogue import Translator
from billetbro.models.message import Message, Value

UNEXPECTED = "unexpected"

PASSING = (
    "billetbro.errors.Retriable",
    "sqlalchemy.exc.OperationalError",
    "sqlalchemy.exc.InterfaceError",
    "airflow.sdk.exceptions.AirflowRuntimeError",
)
"""The classes of errors after which a task is tried again, by name: most tasks need neither library for it."""


class BilletbroError(Exception):
    """Base of every error that this project raises: the key of a message and its values, or a message."""

    code: ClassVar[str] = "error"

    def __init_subclass__(cls) -> None:
        """Name the code after the class: RateLimited is stored as `rate_limited`."""
        cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, key: str | Message, /, **values: Value) -> None:
        self.message = key if isinstance(key, Message) else Message(key, values)
        super().__init__(self.message)

    def __str__(self) -> str:
        return Translator("en").say(self.message)


class Retriable(BilletbroError):  # noqa: N818
    """Trying again later may help."""


class Unreachable(Retriable):
    """No connection could be made, or it broke before there was an answer."""


class TimedOut(Retriable):
    """There was no answer in time."""


class OutOfTime(Retriable):
    """The time limit of the library's work passed; nothing was sent after it."""


class ServerError(Retriable):
    """The API answered 5xx."""


class RateLimited(Retriable):
    """The API still answered 429 after we had waited."""


class InvalidResponse(Retriable):
    """The answer cannot be relied on: conclude nothing from it."""


class OutcomeUnknown(Retriable):
    """The answer to a write was lost or was 5xx: it may or may not have been carried out."""


class InternalServerError(OutcomeUnknown):
    """The answer to a write was 500: the server failed, for the moment or on this write every time."""


class Fatal(BilletbroError):  # noqa: N818
    """Trying again cannot help until somebody changes something."""


class WrongCredentials(Fatal):
    """The password or the token is not accepted."""


class WrongHost(Fatal):
    """The host does not exist, or is not this API."""


class NoAccess(Fatal):
    """The token may not use this event maker."""


class SettingsError(Fatal):
    """The settings cannot be used as they are."""


class Refused(BilletbroError):  # noqa: N818
    """The API answered 4xx about one event or price; `said` is the API's own text, shortened and without HTML."""

    def __init__(self, key: str | Message, /, status: int = 400, said: str = "", **values: Value) -> None:
        super().__init__(key, status=status, **values)
        self.status = status
        self.said = said


class NotFound(Refused):
    """The event or price does not exist (any longer)."""

    def __init__(self, key: str | Message, /, status: int = 404, said: str = "", **values: Value) -> None:
        super().__init__(key, status, said, **values)


class PartlyRefused(Refused):
    """Some of a write was refused and the rest carried out; `fields` names what was refused."""

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
    """Turn a failed read after a write into OutcomeUnknown: the write itself may have been carried out."""
    try:
        yield
    except OutcomeUnknown:
        raise
    except Retriable as error:
        raise OutcomeUnknown(error.message) from None


def message_of(error: BaseException) -> Message:
    """Return an error's message; for a foreign exception only its type, since its text may hold anything."""
    if isinstance(error, BilletbroError):
        return error.message
    return Message("error.unexpected", {"kind": type(error).__name__})


def code_of(error: BaseException) -> str:
    """Return the code that is stored for an error."""
    return error.code if isinstance(error, BilletbroError) else UNEXPECTED


def can_pass(error: BaseException) -> bool:
    """Return whether a task that ended with this error is tried again."""
    return any(f"{kind.__module__}.{kind.__qualname__}" in PASSING for kind in type(error).__mro__)


def codes_that_stay() -> frozenset[str]:
    """Return the codes of the errors that trying again cannot help."""
    return frozenset(kind.code for root in (Fatal, Refused) for kind in _tree(root))


def _tree(root: type[BilletbroError]) -> Iterator[type[BilletbroError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def several(errors: Collection[BaseException], of: Sequence[str] = ()) -> BilletbroError:
    """Return one error for all of them, Retriable if any can pass; `of` names the library of each."""
    messages = [message_of(error) for error in errors]
    if of:
        pairs = zip(of, messages, strict=True)
        messages = [Message("error.of_library", {"library": library, "error": message}) for library, message in pairs]
    kind = Retriable if any(can_pass(error) for error in errors) else Fatal
    return kind(messages[0] if len(messages) == 1 else Message("error.several", {"errors": tuple(messages)}))
