"""The website's events API (`/api/v1/events`), and a small public page for each event."""

import base64
import binascii
from datetime import date
from hashlib import sha256
from html import escape
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.cms_state import STATES, CmsSite, UnknownEventError

UNEXPECTED: Final = "The website encountered an unexpected error. Try again later."


class _RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def cms_app(site: CmsSite) -> Starlette:
    """Return the HTTP application of one library's website."""
    api = _CmsApi(site)
    routes = [
        Route("/api/v1/events", api.list_events, methods=["GET"]),
        Route("/api/v1/events/{uuid}", api.patch_event, methods=["PATCH"]),
        Route("/arrangementer/{uuid}", api.event_page, methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={_RefusedError: _refusal, UnknownEventError: _unknown})


class _CmsApi:
    def __init__(self, site: CmsSite) -> None:
        self._site = site

    async def list_events(self, request: Request) -> Response:
        _check_format(request)
        from_date = _date(request.query_params.get("from_date"))
        answer = JSONResponse(self._site.shown(from_date))
        if not self._site.tells_versions:
            return answer
        version = f'"{sha256(bytes(answer.body)).hexdigest()}"'
        if request.headers.get("if-none-match") == version:
            return Response(status_code=304, headers={"ETag": version})
        answer.headers["ETag"] = version
        return answer

    async def patch_event(self, request: Request) -> Response:
        _check_format(request)
        self._check_login(request)
        event = self._site.get(request.path_params["uuid"])
        state, external_data = _read_patch(await _body(request))
        return JSONResponse(self._site.as_json(self._site.write_back(event.uuid, state, external_data)))

    async def event_page(self, request: Request) -> Response:
        event = self._site.get(request.path_params["uuid"])
        shown = self._site.as_json(event)
        return HTMLResponse(_page(self._site.name, shown))

    def _check_login(self, request: Request) -> None:
        """See that an external system asks; reading asks for no login, so it finds no wrong one either."""
        header = request.headers.get("authorization")
        if header is None:
            raise _RefusedError(401, "No authentication credentials provided.")
        given = _credentials(header)
        if given == self._site.without_role:
            raise _RefusedError(403, "The user does not have the role of an external system.")
        if given != (self._site.login, self._site.password):
            raise _RefusedError(403, "The user is not known, or has another password.")


def _check_format(request: Request) -> None:
    if request.query_params.get("_format", "json") != "json":
        raise _RefusedError(406, "Not acceptable format. Supported formats: json")


def _credentials(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        login, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return login, password


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _RefusedError(400, "from_date is not a date.") from None


async def _body(request: Request) -> dict[str, object]:
    try:
        body = await request.json()
    except ValueError:
        raise _RefusedError(400, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise _RefusedError(500, UNEXPECTED)
    return body


def _read_patch(body: dict[str, object]) -> tuple[str | None, dict[str, str | None] | None]:
    """Return the state and the urls that a PATCH sets; an explicit null is none of the contract's types."""
    state, external_data = body.get("state"), body.get("external_data", {})
    within = [external_data.get(name, "") for name in ("url", "admin_url")] if isinstance(external_data, dict) else ()
    if None in (body.get("state", ""), external_data, *within):
        raise _RefusedError(400, "A value is null, which the specification does not allow.")
    if not (isinstance(state, str | None) and isinstance(external_data, dict)):
        raise _RefusedError(500, UNEXPECTED)
    if state is not None and state not in STATES:
        raise _RefusedError(400, f"state must be one of {', '.join(STATES)}.")
    urls = {name: _url(name, external_data.get(name)) for name in ("url", "admin_url")}
    return state, urls if "external_data" in body else None


def _url(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _RefusedError(500, UNEXPECTED)
    if not value.startswith(("http://", "https://")):
        raise _RefusedError(400, f"external_data.{name} is not an absolute URL.")
    return value


def _page(site_name: str, shown: dict[str, object]) -> str:
    external_data = shown.get("external_data")
    link = external_data.get("url") if isinstance(external_data, dict) else None
    button = f'<p><a href="{escape(str(link))}">Køb billet</a></p>' if link else "<p>Ingen billetknap</p>"
    title = escape(str(shown.get("title") or ""))
    return (
        f'<!DOCTYPE html><html lang="da"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<p>{escape(site_name)}</p><h1>{title}</h1><p>Status: {escape(str(shown['state']))}</p>{button}</body></html>"
    )


async def _refusal(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, _RefusedError) else 500
    return JSONResponse({"message": str(error)}, status_code=status)


async def _unknown(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"message": "The event was not found."}, status_code=404)
