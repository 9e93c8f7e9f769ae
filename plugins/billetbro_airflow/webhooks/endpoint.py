"""The webhook's HTTP interface: an address for each library, a small signed body, and refusals without details.

| the request                                                      | is answered             |
|------------------------------------------------------------------|-------------------------|
| no library has a webhook; another address, or not a POST         | 404                     |
| its body is no JSON by its type, too large, or too slow          | 415, 413, 408           |
| unknown library, wrong secret, too old, or seen before           | 401, all of them alike  |
| signed, and not one of Yesplan's two                             | 400                     |
| signed, and one too many, in a minute or at once                 | 429, with Retry-After   |
| signed "Configuration"                                           | 200, states and actions |
| signed "Take Action"                                             | 202; unknown event: 404 |
| the same, at a group of events                                   | 202; none in it: 404,   |
|                                                                  | more than fit: 422      |
| signed, but Airflow, our tables or Yesplan cannot help now       | 503, with Retry-After   |
| the secrets cannot be looked up in time                          | 503, with Retry-After   |

A caller without a secret reaches no table, no other server, and only the thread that looks up secrets; one with a
secret keeps at most `MOST_AT_ONCE` threads busy. Airflow itself answers with other threads.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from billetbro.api.yesplan import webhook as shape
from billetbro.steps.request import utc_now
from billetbro_airflow.webhooks.answers import NotAnswered, refusal
from billetbro_airflow.webhooks.refusals import Refusals

MOST_BYTES = 16_384
MOST_SECONDS = 10.0
"""The time limit of a body, and of the answer to it."""
MOST_SECONDS_TO_LOOK = 5.0
"""How long a caller waits for the secrets: whatever Airflow keeps them in may hang."""
MOST_AT_ONCE = 8
RETRY_SECONDS = 60
NOBODYS_SECRET = b"what a request to no library of ours is compared with"
log = logging.getLogger(__name__)


class Desk(Protocol):
    """Handles a request that a library's Yesplan has signed. Both methods raise NotAnswered."""

    def remember(self, library: str, signature: str) -> None:
        """Refuse a repeated request, and too many requests in a minute."""

    def take(self, library: str, asked: shape.TakeAction, signature: str) -> None:
        """Make sure that a run will carry out the request."""


class Webhook:
    """Answers Yesplan. `secrets` gives the secrets of each library that has a webhook: two while one is changed."""

    def __init__(self, secrets: Callable[[], Mapping[str, Sequence[bytes]]], desk: Desk) -> None:
        self._secrets = secrets
        self._desk = desk
        self._one_looks = CapacityLimiter(1)
        self._looking: asyncio.Future[Mapping[str, Sequence[bytes]]] | None = None
        self.refusals = Refusals()
        self._threads: dict[str, CapacityLimiter] = {}
        self._at_work: dict[str, set[asyncio.Future[Response]]] = {}

    def application(self) -> Starlette:
        """Return the application, to be mounted anywhere."""
        application = Starlette(
            routes=[Route("/{library}", self._answer, methods=["POST"])],
            exception_handlers={NotAnswered: self._not_answered, HTTPException: _no_such_address},
        )
        application.router.redirect_slashes = False
        return application

    async def _answer(self, request: Request) -> Response:
        secrets = await self._known_secrets()
        if not secrets:
            raise NotAnswered(404, "no library has a webhook")
        body = await _body(request)
        library, signature = request.path_params["library"], request.headers.get(shape.SIGNATURE, "")
        timestamp = request.headers.get(shape.TIMESTAMP, "")
        known = secrets.get(library, ())
        # The same work for an unknown library, so that the time it takes reveals nothing.
        fits = [shape.is_signed(one, library, timestamp, body, signature) for one in known or (NOBODYS_SECRET,)]
        if not known or not any(fits):
            raise NotAnswered(401, "unknown library, or wrong signature")
        if not shape.is_recent(timestamp, utc_now()):
            raise NotAnswered(401, f"{library}: signed too long ago, or the clocks differ")
        return await self._in_time(library, partial(self._answer_to, library, signature, body))

    async def _known_secrets(self) -> Mapping[str, Sequence[bytes]]:
        """Return the secrets in time, or refuse; callers that come while one thread looks wait for the same answer."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(to_thread.run_sync(self._secrets, limiter=self._one_looks))
        try:
            async with asyncio.timeout(MOST_SECONDS_TO_LOOK):
                return await asyncio.shield(self._looking)
        except TimeoutError:
            raise NotAnswered(503, "the secrets could not be looked up in time", retry_after=RETRY_SECONDS) from None

    async def _in_time(self, library: str, answer: Callable[[], Response]) -> Response:
        """Return the answer in time, or refuse; work that takes too long goes on without its caller."""
        threads = self._threads.setdefault(library, CapacityLimiter(MOST_AT_ONCE))
        at_work = self._at_work.setdefault(library, set())
        if len(at_work) >= MOST_AT_ONCE:
            raise NotAnswered(429, f"{library}: {MOST_AT_ONCE} requests at once", retry_after=RETRY_SECONDS)
        work = asyncio.ensure_future(to_thread.run_sync(answer, limiter=threads))
        at_work.add(work)
        work.add_done_callback(at_work.discard)
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return await asyncio.shield(work)
        except TimeoutError:
            raise NotAnswered(503, f"{library}: the answer took too long", retry_after=RETRY_SECONDS) from None
        finally:
            if not work.done():
                work.add_done_callback(_note_late)

    async def _not_answered(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, NotAnswered)
        self.refusals.note(f"A request to Yesplan's webhook was answered {error.status}: {error}")
        return refusal(error.status, error.retry_after)

    def _answer_to(self, library: str, signature: str, body: bytes) -> Response:
        self._desk.remember(library, signature)
        try:
            asked = shape.asked(body)
        except ValueError as error:
            raise NotAnswered(400, f"{library}: {error}") from None
        if asked is None:
            return JSONResponse(shape.configuration())
        self._desk.take(library, asked, signature)
        return JSONResponse(shape.waiting(), status_code=202)


async def _body(request: Request) -> bytes:
    """Return the body; reads no more than is allowed."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise NotAnswered(415, "no JSON by its type")
    body = b""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise NotAnswered(413, "the body is too large")
    except TimeoutError:
        raise NotAnswered(408, "the body did not come in time") from None
    except ClientDisconnect:
        raise NotAnswered(400, "the caller left") from None
    return body


def _note_late(work: asyncio.Future[Response]) -> None:
    """Log the failure of a request whose caller was asked to try again."""
    error = None if work.cancelled() else work.exception()
    if error is not None:
        why = error if isinstance(error, NotAnswered) else type(error).__name__
        log.warning("A request to Yesplan's webhook came to nothing after its answer: %s", why)


async def _no_such_address(_request: Request, _error: Exception) -> Response:
    return refusal(404)
