"""What a person asks for: `GET /billetbro/actions/confirm` says what will happen, `POST /billetbro/actions` does it.

Nothing happens without the POST. Its form holds a number of its own, from which the run's id is made: sent twice, it
starts one run. A run is started and then stored as asked for, in one transaction: no entry claims a run that there is
not. What the person was shown is looked up again, and has to be the same.
"""

import re
from hashlib import blake2b
from secrets import token_hex
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

from airflow.utils.types import DagRunTriggeredByType
from fastapi import APIRouter, Form, HTTPException, Query, Request
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, RedirectResponse

from billetbro.messages.history import shown_change
from billetbro.steps.request import utc_now
from billetbro.store.actions import Action, AskedFor, is_stored, store_action
from billetbro.store.drift import accept_drift
from billetbro.store.live_libraries import go_live, pause_live
from billetbro.store.lookalikes import Said, choose
from billetbro.store.pages.asked import targets_of
from billetbro_airflow.pages.access import ActingReaderDep, Reader
from billetbro_airflow.pages.forms import ensure_token
from billetbro_airflow.pages.proposals import CHOICES, Asked, Proposal, propose
from billetbro_airflow.pages.rendering import page
from billetbro_airflow.started_runs import DagPaused, NotStarted, ensure_not_paused, start_run
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.tasks.personal_data import forget_again

NUMBER = r"^\d{8}T\d{6}Z-[0-9a-f]{16}$"
router = APIRouter()


class Confirmed(Asked):
    """The form: what was asked for, its number, what was shown, and the person's token."""

    number: str = Field(pattern=NUMBER)
    seen: str = Field(max_length=64)
    token: str = Field("", max_length=1000)


@router.get("/actions/confirm")
def confirm(request: Request, reader: ActingReaderDep, asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """Say what will happen, and ask."""
    with billetbro_engine().begin() as connection:
        proposal = propose(connection, reader, asked)
    if not proposal.has_point:
        raise HTTPException(409, "changed")
    if proposal.needs_run:
        try:
            ensure_not_paused()
        except DagPaused:
            raise HTTPException(409, "paused") from None
    return page(
        request,
        reader,
        "confirm.html",
        asked=asked,
        proposal=proposal,
        says=reader.say.for_library(asked.library),
        names=names_of(reader, proposal),
        fields=_shown(reader, proposal),
        number=f"{utc_now():%Y%m%dT%H%M%SZ}-{token_hex(8)}",
    )


@router.post("/actions")
def act(request: Request, reader: ActingReaderDep, form: Annotated[Confirmed, Form()]) -> RedirectResponse:
    """Do what was confirmed, once, and go to its run or event."""
    ensure_token(form.token, reader.name)
    root = request.scope.get("root_path", "")
    if form.action is Action.ACCEPT:
        _accept(reader, form)
        return RedirectResponse(
            f"{root}/libraries/{quote(form.library, safe='')}/events/{quote(form.uuid, safe='')}", 303
        )
    if form.action in (Action.GO_LIVE, Action.PAUSE_LIVE):
        _switch(reader, form)
        return RedirectResponse(f"{root}/libraries/{quote(form.library, safe='')}", 303)
    run_id = run_id_of(reader.name, form)
    with billetbro_engine().begin() as connection:
        if not is_stored(connection, run_id):
            _start(connection, reader, form, run_id)
    return RedirectResponse(f"{root}/runs/{quote(run_id, safe='')}", 303)


def run_id_of(name: str, form: Confirmed) -> str:
    """Return the id of the run that a form starts: it names action and person, and is the same if it is sent again."""
    person = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:40] or "-"
    about = "\n".join((name, form.action, form.library, form.uuid, form.run, str(form.place2book_event), form.number))
    when, _, _ = form.number.partition("-")
    return f"page__{form.action}__{person}__{when}_{blake2b(about.encode(), digest_size=8).hexdigest()}"


def names_of(reader: Reader, proposal: Proposal) -> list[str]:
    """Return the names of the libraries that an action is about."""
    return [library.name for library in reader.libraries if library.id in proposal.libraries]


def _accept(reader: Reader, form: Confirmed) -> None:
    with billetbro_engine().begin() as connection:
        proposal = propose(connection, reader, form)
        if not proposal.has_point:
            # Accepted already, as by a form that was sent twice.
            return
        _ensure_same(proposal, form)
        accept_drift(connection, form.library, form.uuid, proposal.fields)
        asked = AskedFor(action=form.action, asked_by=reader.name, asked_at=utc_now(), fields=proposal.fields)
        store_action(connection, asked, [(form.library, form.uuid)])


def _switch(reader: Reader, form: Confirmed) -> None:
    """Let a library go live, or pause it; a form that is sent twice is 409, since it is so already."""
    now = utc_now()
    if form.action is Action.GO_LIVE:
        forget_again(form.library)
    with billetbro_engine().begin() as connection:
        proposal = propose(connection, reader, form)
        _ensure_same(proposal, form)
        if form.action is Action.GO_LIVE:
            go_live(connection, proposal.libraries, reader.name, now)
        else:
            pause_live(connection, proposal.libraries)
        asked = AskedFor(action=form.action, asked_by=reader.name, asked_at=now)
        store_action(connection, asked, [(form.library, None)])


def _start(connection: Connection, reader: Reader, form: Confirmed, run_id: str) -> None:
    proposal = propose(connection, reader, form)
    _ensure_same(proposal, form)
    everything = not proposal.libraries or (reader.sees_all and set(proposal.libraries) == set(reader.ids))
    of_all = everything and not proposal.events and proposal.library is None
    targets = () if of_all else targets_of(connection, proposal.libraries, proposal.events)
    asked = AskedFor(
        action=form.action, asked_by=reader.name, asked_at=utc_now(), fields=proposal.fields, run_id=run_id
    )
    store_action(connection, asked, targets)
    if form.action in CHOICES:
        said = Said(choice=CHOICES[form.action], by=reader.name, at=asked.asked_at, event_id=form.place2book_event)
        choose(connection, form.library, form.uuid, said)
    try:
        start_run(run_id, proposal.conf, by=DagRunTriggeredByType.UI, user=reader.name)
    except DagPaused:
        raise HTTPException(409, "paused") from None
    except NotStarted:
        raise HTTPException(503, "not_started") from None


def _ensure_same(proposal: Proposal, form: Confirmed) -> None:
    if not proposal.has_point or proposal.seen != form.seen:
        raise HTTPException(409, "changed")


def _shown(reader: Reader, proposal: Proposal) -> list[tuple[str, str | None, str]]:
    """Return label, old and new value of each field."""
    if proposal.drift is None or proposal.library is None:
        return []
    say, zone = reader.say.for_library(proposal.library.id), ZoneInfo(proposal.library.timezone)
    prices = {str(price.price_id): price.name for price in proposal.drift.link.prices.values()}
    return [shown_change(say, field, prices, zone) for field in proposal.fields]
