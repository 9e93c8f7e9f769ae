"""`GET /billetbro/runs` and `/billetbro/runs/{run_id}`: what was done, what was not, and a plan to read and carry out.

A person sees the parts of the libraries that the person may see; a run with none of them is 404.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import Connection
from starlette.responses import HTMLResponse

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import ADDRESSES, LONG_TEXTS
from billetbro.messages.history import shown_change
from billetbro.messages.plan import CREATED_WITHOUT, planned_rejections
from billetbro.models import FieldChange, Kind, Mode
from billetbro.models.message import Message
from billetbro.reconcile.mapping.html import plain_line
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.reasons import reason_message
from billetbro.settings.libraries import Library
from billetbro.store.pages import run as one_run
from billetbro.store.pages.asked import events_listed_by
from billetbro.store.pages.runs import Counts, count_by, read_runs_page
from billetbro.store.runs import STEP_TIMES, RunRecord, read_runs
from billetbro_airflow.pages.access import Reader, ReaderDep
from billetbro_airflow.pages.proposals import PLAIN
from billetbro_airflow.pages.rendering import page
from billetbro_airflow.started_runs import AirflowRun, known_runs
from billetbro_airflow.tasks.databases import billetbro_engine

OF_A_PLAN = ("extract", "transform", "load")
NOT_SENT = ("planned", "held_back")
router = APIRouter()


class RunMode(StrEnum):
    """What a run can be listed by."""

    SYNC = Mode.SYNC
    PLAN = Mode.PLAN
    RESYNC = Mode.RESYNC
    TICKET_STATUS = "ticket_status"


class Listed(BaseModel):
    """The filters of the list. `before`: the last run of the page before."""

    library: str = Field("", max_length=200, pattern=PLAIN)
    mode: Annotated[RunMode | None, BeforeValidator(lambda value: value or None)] = None
    before: str = Field("", max_length=300, pattern=PLAIN)


class Shown(BaseModel):
    """What is shown of a run: one library, if named, and a page of its changes, counted from 1."""

    library: str = Field("", max_length=200, pattern=PLAIN)
    page: int = Field(1, ge=1, le=100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A library's part of a run. `step`: what is under way, None when nothing is."""

    library: Library
    run: RunRecord
    counts: Counts
    step: str | None
    planned_rejections: Sequence[tuple[str, str]]

    @property
    def seconds(self) -> int:
        """Return how long it took until its last step so far began."""
        run = self.run
        times = (run.extracted_at, run.transformed_at, run.observed_at, run.written_back_at, run.exported_at)
        return _seconds(run.started_at, max((time for time in times if time), default=run.started_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change in words: what, why, its fields as (label, old, new), and the error if there was one."""

    what: str
    status: str
    why: Message
    fields: Sequence[tuple[str, str | None, str]]
    error: Message | None


@router.get("/runs")
def runs(request: Request, reader: ReaderDep, asked: Annotated[Listed, Query()]) -> HTMLResponse:
    """List the runs, newest first."""
    libraries = [reader.library(asked.library).id] if asked.library else reader.ids
    mode = None if asked.mode is None else asked.mode.value
    with billetbro_engine().connect() as connection:
        lines, goes_on = read_runs_page(connection, libraries, mode=mode, before=asked.before or None)
    in_airflow = known_runs([line.run_id for line in lines])
    filters = {"library": asked.library, "mode": mode or ""}
    return page(
        request,
        reader,
        "runs.html",
        asked=asked,
        lines=[(line, _seconds_of(in_airflow.get(line.run_id), line.started_at, line.last_step)) for line in lines],
        who={line.run_id: _who(line.run_id, in_airflow.get(line.run_id), line.asked_by) for line in lines},
        modes=tuple(RunMode),
        first="?" + urlencode(filters) if asked.before else None,
        older="?" + urlencode({**filters, "before": lines[-1].run_id}) if goes_on else None,
    )


@router.get("/runs/{run_id}")
def run(request: Request, reader: ReaderDep, run_id: str, shown: Annotated[Shown, Query()]) -> HTMLResponse:
    """Show what a run did, or would do, to the libraries that the reader may see."""
    if "\x00" in run_id:
        raise HTTPException(404)
    in_airflow = known_runs([run_id]).get(run_id)
    with billetbro_engine().connect() as connection:
        asked = one_run.read_asked(connection, run_id, reader.ids)
        parts = _parts(connection, reader, run_id, in_airflow)
        if not parts and asked is None:
            raise HTTPException(404)
        chosen = [part.library.id for part in parts if part.library.id == (shown.library or part.library.id)]
        if shown.library and not chosen:
            raise HTTPException(404)
        events, prices, goes_on = one_run.read_changes(connection, run_id, chosen, shown.page)
        rejected = one_run.read_opened_rejections(connection, run_id, chosen)
        limited_to = events_listed_by(connection, reader.ids, parts[0].run.events or ()) if parts else ()
    by_id = {part.library.id: part.library for part in parts}
    says = {library: reader.say.for_library(library) for library in by_id}
    address = "?" + urlencode({"library": shown.library}) + "&page="
    return page(
        request,
        reader,
        "run.html",
        run_id=run_id,
        shown=shown,
        parts=parts,
        names={library.id: library.name for library in by_id.values()},
        says=says,
        asked=asked,
        who=_who(run_id, in_airflow, asked.asked_by if asked else None),
        in_airflow=in_airflow,
        has_ended=in_airflow is None or in_airflow.has_ended,
        seconds=_seconds_of(in_airflow, parts[0].run.started_at, None) if parts else None,
        first=parts[0].run if parts else None,
        limited_to=limited_to,
        events=[(event, _changes(event, by_id[event.library], says[event.library], prices)) for event in events],
        rejected=rejected,
        previous=f"{address}{shown.page - 1}" if shown.page > 1 else None,
        next=f"{address}{shown.page + 1}" if goes_on else None,
    )


def _parts(connection: Connection, reader: Reader, run_id: str, in_airflow: AirflowRun | None) -> list[Part]:
    known = {library.id: library for library in reader.libraries}
    records = [record for record in read_runs(connection, run_id) if record.library in known]
    counts = count_by(connection, [run_id], [record.library for record in records], "library")
    under_way = in_airflow is not None and not in_airflow.has_ended
    return [
        Part(
            library=known[record.library],
            run=record,
            counts=counts[record.library],
            step=_step(record) if under_way else None,
            planned_rejections=planned_rejections(record, reader.say.for_library(record.library)),
        )
        for record in records
    ]


def _step(record: RunRecord) -> str | None:
    steps = OF_A_PLAN if record.mode == Mode.PLAN.value else STEP_TIMES
    return next((step for step in steps if step not in record.errors and not record.has_done(step)), None)


def _changes(
    event: one_run.ChangedEvent, library: Library, say: Translator, prices: Mapping[str, Mapping[str, str]]
) -> list[Change]:
    names, zone = prices.get(library.id, {}), ZoneInfo(library.timezone)
    return [
        Change(
            what=_what(change, say),
            status=change.status,
            why=reason_message(change.why),
            fields=[_field(change, one, say, names, zone) for one in _told(change)],
            error=change.error,
        )
        for change in event.changes
    ]


def _what(change: one_run.ChangeOfRun, say: Translator) -> str:
    operation = operation_of(change.kind)
    what = say(operation.to_do_key if change.status in NOT_SENT else operation.done_key)
    return f"{what} ”{change.price}”" if change.price else what


def _told(change: one_run.ChangeOfRun) -> list[FieldChange]:
    made = operation_of(change.kind).makes_event
    return [one for one in change.fields if not (made and one.new in CREATED_WITHOUT)]


def _field(
    change: one_run.ChangeOfRun, field: FieldChange, say: Translator, prices: Mapping[str, str], zone: ZoneInfo
) -> tuple[str, str | None, str]:
    label, old, new = shown_change(say, _without_tags(field), prices, zone)
    if change.kind is Kind.WRITE_BACK and field.field in ADDRESSES and field.new is None:
        new = say("value.given_by_place2book")
    return label, old, new


def _without_tags(field: FieldChange) -> FieldChange:
    """Return a long text's change without its HTML, unless only that differs."""
    if field.field not in LONG_TEXTS:
        return field
    old, new = (plain_line(value) if isinstance(value, str) else value for value in (field.old, field.new))
    return field if old == new else replace(field, old=old, new=new)


def _who(run_id: str, in_airflow: AirflowRun | None, asked_by: str | None) -> str | Message:
    """Return who asked for a run: a person's name, or a message."""
    name = asked_by or (in_airflow.asked_by if in_airflow else None)
    if name and name.startswith("yesplan:"):
        return Message("pages.asked_in_yesplan")
    return name or Message("pages.asked_in_a_shell" if run_id.startswith("cli__") else "pages.asked_by_schedule")


def _seconds_of(in_airflow: AirflowRun | None, started_at: datetime, last_step: datetime | None) -> int | None:
    """Return how long a run took; as far as it got, if Airflow no longer knows."""
    if in_airflow is not None and in_airflow.started_at is not None:
        return None if in_airflow.ended_at is None else _seconds(in_airflow.started_at, in_airflow.ended_at)
    return None if last_step is None else _seconds(started_at, last_step)


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds()))
