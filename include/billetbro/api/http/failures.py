"""What a failed request means: the one place where `requests` errors and statuses become our own errors."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

import requests
from urllib3 import exceptions as low

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
LOOK = "nobody knows whether it was done, look before asking again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of whom, in words: `what` continues "when asked ..."."""

    connection: str
    host: str
    what: str
    writes: bool = False

    def sentence(self, happened: str, then: str) -> str:
        """Return the one sentence that an error says."""
        return f"Connection '{self.connection}' to {self.host} {happened} when asked {self.what}; {then}."


def of_exception(error: Exception, asked: Asked) -> BilletbroError:
    """Return what an exception of `requests` means; a write that may have arrived is OutcomeUnknown."""
    reason = _reason(error)
    if _never_left(reason):
        return _of_unmade_connection(reason, asked)
    if asked.writes:
        return unknown("broke off before the answer", asked)
    if isinstance(reason, low.ReadTimeoutError | requests.exceptions.ReadTimeout):
        return TimedOut(asked.sentence("did not answer in time", "try again later"))
    if isinstance(reason, _CUT_SHORT):
        return bad_answer("gave an answer that was cut short", asked)
    if isinstance(reason, low.SSLError | ssl.SSLError | requests.exceptions.SSLError):
        return Unreachable(asked.sentence("made no secure connection", "check that the host is right and uses https"))
    return Unreachable(asked.sentence("broke off", "try again later"))


def of_status(status: int, said: str, asked: Asked) -> BilletbroError | None:
    """Return what a status means, or None for 2xx."""
    if 200 <= status < 300:
        return None
    if status >= 500:
        trouble = f"had trouble of its own (status {status})"
        if not asked.writes:
            return ServerError(asked.sentence(trouble, "try again later"))
        return InternalServerError(asked.sentence(trouble, LOOK)) if status == 500 else unknown(trouble, asked)
    if status == 429:
        return throttled(asked)
    if status == 401:
        return wrong_credentials(status, asked)
    if status < 200:
        return bad_answer(f"began to speak another protocol (status {status})", asked)
    if status < 400:
        return WrongHost(asked.sentence(f"sent us elsewhere (status {status})", "write the site's own address as host"))
    words = f", saying: {said}" if said else ""
    if status in (404, 410):
        missing = asked.sentence(f"knows no such thing (status {status})", f"it may have been deleted{words}")
        return NotFound(missing, status, said)
    return Refused(asked.sentence(f"refused (status {status})", f"correct what it names{words}"), status, said)


def bad_answer(happened: str, asked: Asked) -> BilletbroError:
    """Return InvalidResponse, or OutcomeUnknown when a write was answered so."""
    if asked.writes:
        return unknown(happened, asked)
    return InvalidResponse(asked.sentence(happened, "nothing was concluded from it, try again later"))


def unknown(happened: str, asked: Asked) -> OutcomeUnknown:
    """Return the error of a write that may or may not have been carried out."""
    return OutcomeUnknown(asked.sentence(happened, LOOK))


def throttled(asked: Asked) -> RateLimited:
    """Return the error of an API that still wants us to slow down."""
    return RateLimited(asked.sentence("asked us to slow down (status 429)", "lower requests.per_second, or wait"))


def wrong_credentials(status: int, asked: Asked) -> WrongCredentials:
    """Return the error of a password or token that is not accepted."""
    return WrongCredentials(
        asked.sentence(f"did not accept the login (status {status})", "correct the password or token in the connection")
    )


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
        return WrongHost(asked.sentence("showed a certificate that is not valid", "check the host"))
    if isinstance(reason, _ADDRESS_ERRORS):
        return WrongHost(asked.sentence("led nowhere", "check the host in the connection"))
    if isinstance(reason, low.NameResolutionError) and not _may_pass(reason):
        return WrongHost(asked.sentence("found nobody by that name", "check the host in the connection"))
    return Unreachable(asked.sentence("could not be made", "check the host, or try again later"))


def _may_pass(reason: low.NameResolutionError) -> bool:
    cause = reason.__cause__
    return isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN
