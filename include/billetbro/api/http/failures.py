"""Turn the errors of `requests` and HTTP statuses into errors of our own; nothing else does."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import requests
from urllib3 import exceptions as low

from billetbro.api.http.trust import ForbiddenAddressError, SentElsewhereError
from billetbro.errors import (
    BilletbroError,
    InternalServerError,
    InvalidResponse,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ServerError,
    TimedOut,
    Unreachable,
    WrongCredentials,
    WrongHost,
)
from billetbro.models.message import Message, Value

_ADDRESS_ERRORS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.TooManyRedirects,
    low.LocationValueError,
)
_CUT_SHORT = (
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    low.IncompleteRead,
    low.DecodeError,
)
E = TypeVar("E", bound=BilletbroError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, for messages; `what` continues a sentence that ends in "when asked". `in_rows`: it asks for a list.

    `conditions`: headers by which the answer may be that nothing has changed (304).
    """

    connection: str
    host: str
    what: Message
    writes: bool = False
    in_rows: bool = False
    conditions: Mapping[str, str] = field(default_factory=dict)

    def error(self, kind: type[E], key: str = "", **values: Value) -> E:
        """Return an error about the request; its message is that of its kind unless a key is given."""
        named: dict[str, Value] = {"connection": self.connection, "host": self.host, "what": self.what}
        return kind(Message(key or f"error.{kind.code}", named | values))


def of_exception(error: Exception, asked: Asked) -> BilletbroError:
    """Return the error for an exception of `requests`; OutcomeUnknown for a write that may have arrived."""
    if isinstance(error, SentElsewhereError):
        return asked.error(WrongHost, "error.another_origin", origin=error.origin, target=error.target)
    reason = _reason(error)
    if _never_left(reason):
        return _of_unmade_connection(reason, asked)
    if asked.writes:
        return bad_answer("response.lost", asked)
    if isinstance(reason, low.ReadTimeoutError | requests.exceptions.ReadTimeout):
        return asked.error(TimedOut)
    if isinstance(reason, _CUT_SHORT):
        return bad_answer("response.cut_short", asked)
    if isinstance(reason, low.SSLError | ssl.SSLError | requests.exceptions.SSLError):
        return asked.error(Unreachable, "error.no_secure_connection")
    return asked.error(Unreachable, "error.broke_off")


def of_status(status: int, said: str, asked: Asked) -> BilletbroError | None:
    """Return the error for a status, None for 2xx."""
    if 200 <= status < 300:
        return None
    if status >= 500:
        if not asked.writes:
            return asked.error(ServerError, status=status)
        trouble = Message("response.server_error", {"status": status})
        return asked.error(InternalServerError if status == 500 else OutcomeUnknown, happened=trouble)
    if status == 429:
        return asked.error(RateLimited)
    if status == 401:
        return asked.error(WrongCredentials, status=status)
    if status < 200:
        return bad_answer("response.another_protocol", asked, status=status)
    if status < 400:
        return asked.error(WrongHost, "error.sent_elsewhere", status=status)
    return refused(NotFound if status in (404, 410) else Refused, status, said, asked)


def refused(kind: type[Refused], status: int, said: str, asked: Asked) -> Refused:
    """Return the error for a refusal, with the API's own text if there is any."""
    words = Message("error.saying", {"said": said}) if said else ""
    return kind(asked.error(kind, status=status, words=words).message, status, said)


def bad_answer(happened: str, asked: Asked, **values: Value) -> BilletbroError:
    """Return InvalidResponse for a read, OutcomeUnknown for a write; `happened` is the key of what was wrong."""
    kind = OutcomeUnknown if asked.writes else InvalidResponse
    return asked.error(kind, happened=Message(happened, values))


def of_refused_read(refused: Refused, asked: Asked, key: str) -> BilletbroError:
    """Return what 403 or 404 means for a list that always exists; `key` is the message for 404."""
    if refused.status == 403:
        return asked.error(WrongCredentials, status=403)
    return asked.error(WrongHost, key, status=refused.status) if isinstance(refused, NotFound) else refused


def _reason(error: BaseException) -> BaseException:
    """Return the innermost cause that `requests` and urllib3 wrapped."""
    inner = getattr(error, "reason", None) or getattr(error, "original_error", None)
    if not isinstance(inner, BaseException):
        inner = next((arg for arg in error.args if isinstance(arg, low.HTTPError)), None)
    return error if inner is None else _reason(inner)


def _never_left(reason: BaseException) -> bool:
    unmade = (low.NewConnectionError, low.ConnectTimeoutError, *_ADDRESS_ERRORS)
    return isinstance(reason, unmade) or _is_certificate_error(reason)


def _is_certificate_error(reason: BaseException) -> bool:
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in (reason, *reason.args))


def _of_unmade_connection(reason: BaseException, asked: Asked) -> BilletbroError:
    if _is_certificate_error(reason):
        return asked.error(WrongHost, "error.bad_certificate")
    if isinstance(reason, ForbiddenAddressError):
        return asked.error(WrongHost, "error.forbidden_address")
    if isinstance(reason, _ADDRESS_ERRORS):
        return asked.error(WrongHost, "error.no_address")
    if isinstance(reason, low.NameResolutionError) and not _may_pass(reason):
        return asked.error(WrongHost, "error.unknown_name")
    return asked.error(Unreachable)


def _may_pass(reason: low.NameResolutionError) -> bool:
    cause = reason.__cause__
    return isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN
