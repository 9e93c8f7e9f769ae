"""The application that Airflow's API server mounts under `/billetbro`."""

import logging
from functools import cache
from pathlib import Path
from traceback import format_tb
from urllib.parse import quote, urlencode

from airflow.api_fastapi.app import API_ROOT_PATH
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from billetbro.errors import BilletbroError
from billetbro_airflow.pages import actions, event, health, library, orphans, overview, runs, sales
from billetbro_airflow.pages.access import page_translator
from billetbro_airflow.pages.headers import SafeHeaders
from billetbro_airflow.pages.rendering import plain_page

STATIC = Path(__file__).with_name("static")
SENTENCES = ("400", "401", "403", "404", "405", "409", "422", "500", "503")
REASONS = ("form", "paused", "changed", "wrong_prices", "old_plan", "not_started")
"""Details of an error that have a sentence of their own."""
# The handlers look up a language, which takes long enough to be done in a thread: none of them is a coroutine.
log = logging.getLogger(__name__)


@cache
def pages() -> FastAPI:
    """Return the application, made at the first request."""
    app = FastAPI(title="Billetbro", openapi_url=None)
    app.add_middleware(SafeHeaders, on_failure=_failed)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for module in (health, overview, library, orphans, event, actions, sales, runs):
        app.include_router(module.router)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    for error in (BilletbroError, SQLAlchemyError):
        app.add_exception_handler(error, _no_tables)
    return app


def _refused(request: Request, error: Exception) -> Response:
    """Answer a request that was refused; somebody who is not signed in goes to Airflow's login and comes back."""
    assert isinstance(error, StarletteHTTPException)
    if not _is_for_a_person(request):
        return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)
    if error.status_code == 401 and request.method == "GET":
        back = {"next": _address_of(request)}
        return RedirectResponse(f"{API_ROOT_PATH.rstrip('/')}/api/v2/auth/login?{urlencode(back)}", 303)
    told = error.detail if error.detail in REASONS else str(error.status_code)
    key = f"pages.error_{told if told in (*REASONS, *SENTENCES) else '400'}"
    return plain_page(request, page_translator(request), "error.html", status=error.status_code, key=key)


def _not_valid(request: Request, _error: Exception) -> Response:
    return _refused(request, HTTPException(422))


def _no_tables(request: Request, error: Exception) -> Response:
    """Answer while our tables cannot be read: before the first run, during an upgrade, or with PostgreSQL down."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    log.warning("A page could not be shown: %s, SQLSTATE %s", type(error).__name__, code)
    return _refused(request, HTTPException(503))


def _failed(request: Request, error: Exception) -> Response:
    """Answer when something is wrong with the page itself; the log says where, without values."""
    log.error("A page failed: %s\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
    return _refused(request, HTTPException(500))


def _address_of(request: Request) -> str:
    """Return the path and query that were asked for, whatever bytes they hold."""
    query = request.scope["query_string"].decode("latin-1")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")


def _is_for_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")
