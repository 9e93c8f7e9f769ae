"""`GET /billetbro/libraries/{id}/orphans`: Place2book events of ours that no source event has any more."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from billetbro.store.orphans import read_orphans
from billetbro_airflow.pages.access import ReaderDep
from billetbro_airflow.pages.library import of_library
from billetbro_airflow.pages.rendering import page
from billetbro_airflow.tasks.databases import billetbro_engine

router = APIRouter()


@router.get("/libraries/{library_id}/orphans")
def orphans(request: Request, reader: ReaderDep, library_id: str) -> HTMLResponse:
    """Show the library's orphans, as of the latest run that read Place2book's list."""
    of = reader.library(library_id)
    with billetbro_engine().connect() as connection:
        found = read_orphans(connection, [of.id]).get(of.id, ())
    return page(request, reader, "orphans.html", **of_library(reader, of), orphans=found)
