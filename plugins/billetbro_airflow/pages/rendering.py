"""Fill in a page's template, in the reader's language; everything is escaped."""

from functools import cache, partial
from pathlib import Path
from urllib.parse import quote, urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from billetbro.messages.catalogue import Translator, languages
from billetbro_airflow.pages import shown
from billetbro_airflow.pages.access import LANGUAGE_COOKIE, Reader
from billetbro_airflow.pages.forms import form_token

HERE = Path(__file__).parent
A_YEAR = 365 * 24 * 3600
SECTIONS = {"overview": "", "runs": "runs", "sales": "sales"}
"""The pages of the navigation: the key of the name -> the address below the pages' own."""


def page(request: Request, reader: Reader, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page; `root` is the address of the pages, without a slash at its end."""
    return _answer(
        request, reader.say, template, status, {"reader": reader, "token": form_token(reader.name), **values}
    )


def plain_page(request: Request, say: Translator, template: str, *, status: int, **values: object) -> HTMLResponse:
    """Return a page for somebody who may see no library, such as that of an error."""
    return _answer(request, say, template, status, {"reader": None, "token": "", **values})


def _answer(request: Request, say: Translator, template: str, status: int, values: dict[str, object]) -> HTMLResponse:
    language = say.language
    given = {
        "say": say,
        "root": request.scope.get("root_path", ""),
        "language": language,
        "other_languages": [
            (one, "?" + urlencode({**request.query_params, "lang": one})) for one in languages() if one != language
        ],
        "sections": SECTIONS,
        "moment": partial(shown.moment, language=language),
        "day": partial(shown.day, language=language),
        "money": partial(shown.money, language=language),
        "duration": partial(shown.duration, language=language),
        "number": partial(shown.number, language=language),
        "percent": partial(shown.percent, language=language),
    }
    answer = HTMLResponse(_environment().get_template(template).render(given | values), status_code=status)
    if request.query_params.get("lang") == language:
        path = request.scope.get("root_path") or "/"
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=A_YEAR, path=path, httponly=True, samesite="lax")
    return answer


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bars"] = shown.bars
    environment.filters["in_path"] = partial(quote, safe="")
    environment.filters["web_address"] = shown.web_address
    return environment
