"""Last step: report what a run did: a summary, what needs action, and the rest by library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import ProgrammingError

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import LONG_TEXTS, label_of, shown_value
from billetbro.messages.plan import names_of_prices, planned_lines, planned_rejections, rejection_sentence
from billetbro.messages.rejected_lines import warning_lines
from billetbro.messages.run_report import (
    LibraryReport,
    Rejected,
    Section,
    Skipped,
    errors_of,
    head_lines,
    needs_lines,
    rest_lines,
    summary_of,
)
from billetbro.models import Kind, Outcome
from billetbro.models.message import Message
from billetbro.models.page_addresses import PageAddresses
from billetbro.reconcile.operations import ReportSection, operation_of
from billetbro.reconcile.reasons import reason_message, rejection_message
from billetbro.store.event.lookup import never_seen
from billetbro.store.runs import RunRecord, read_runs
from billetbro.store.schema.tables import changes, links, rejections, source_events


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report: a summary, what needs action, the rest; the failed libraries, and all of the summary on one line.

    `not_found`: a line for each event that the run was limited to and nobody knows.
    """

    head: tuple[str, ...]
    needs: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    failures: tuple[str, ...]
    summary: str
    not_found: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return all of it."""
        return "\n".join([*self.head, *self.needs, *self.rest])


def make_report(
    engine: Engine,
    run_id: str,
    say: Translator,
    events: Sequence[str] = (),
    pages: PageAddresses = PageAddresses(),  # noqa: B008
) -> Report:
    """Return the report of a run from the tables, each library's in the terms of its source.

    `events`: the uuids that the run was limited to, if any.
    """
    try:
        with engine.connect() as connection:
            runs = read_runs(connection, run_id)
            libraries = [_library(connection, run, say.for_library(run.library)) for run in runs]
            not_found = _not_found(connection, runs, events, say)
    except ProgrammingError:
        libraries = []
    if not libraries:
        nothing = say("summary.none")
        return Report(head=(nothing,), failures=("select_libraries",), summary=nothing)
    return Report(
        head=head_lines(libraries, say, not_found, pages.run(run_id)),
        needs=(*not_found, *(line for report in libraries for line in needs_lines(report, pages))),
        rest=rest_lines(libraries),
        failures=tuple(report.run.library for report in libraries if report.errors),
        summary=summary_of(libraries, say, all_found=not not_found),
        not_found=not_found,
    )


def _not_found(
    connection: Connection, runs: Sequence[RunRecord], events: Sequence[str], say: Translator
) -> tuple[str, ...]:
    """Return a line for each event that was never listed; none if a library that may have it was not read."""
    if not all(run.extracted_at for run in runs):
        return ()
    unknown = never_seen(connection, events, [run.library for run in runs])
    return tuple(say("report.not_found", uuid=uuid) for uuid in unknown)


def _library(connection: Connection, run: RunRecord, say: Translator) -> LibraryReport:
    of_run = (changes.c.run_id == run.run_id) & (changes.c.library == run.library)
    start = source_events.c.mapped["starts_at"].as_string().label("starts_at")
    of_event = (source_events.c.library == changes.c.library) & (source_events.c.uuid == changes.c.uuid)
    query = select(changes, start).outerjoin(source_events, of_event).where(of_run)
    rows = connection.execute(query.order_by(start, changes.c.title, changes.c.id)).mappings().all()
    prices = names_of_prices(connection, run.library) if rows else {}
    applied = [row for row in rows if row["status"] == "applied"]
    sections = [
        Section(
            heading=say(section.heading_key),
            lines=[_line(row, prices, say) for row in applied if operation_of(Kind(row["kind"])).section is section],
        )
        for section in ReportSection
    ]
    live = select(func.count()).where(links.c.library == run.library, links.c.status == "live")
    return LibraryReport(
        say=say,
        run=run,
        plan=planned_lines(connection, run, say) if run.mode == "plan" else [],
        sections=[section for section in sections if section.lines],
        failed_changes=[
            f"{_line(row, prices, say)}: {say.say(Message.from_json(row['error']))}".splitlines()
            for row in rows
            if row["status"] == "failed"
        ],
        skipped=_skipped(connection, run.library, say),
        rejected=_rejected(connection, run, say),
        warned=warning_lines(connection, run.library, say),
        links=connection.scalar(live) or 0,
        errors=[say("report.error", step=step, error=error).splitlines() for step, error in errors_of(run).items()],
    )


def _line(row: Mapping[Any, Any], prices: Mapping[str, str], say: Translator) -> str:
    operation = operation_of(Kind(row["kind"]))
    event = f"{shown_value(say, 'starts_at', row['starts_at']):16}  {row['title']}"
    if operation.makes_event:
        return event
    if operation.reported_by_reason:
        return f"{event}  ({say.say(reason_message(row['why']))})"
    changes_of_it = [change for change in row["fields"] if change["field"] != "admin_url"] or row["fields"]
    fields = "; ".join(_field(change, prices, say) for change in changes_of_it)
    return f"{event}: {fields}" if fields else event


def _field(change: Mapping[str, Any], prices: Mapping[str, str], say: Translator) -> str:
    name, old, new = change["field"], change["old"], change["new"]
    if name == "url" and old is None:
        return str(new)
    label = label_of(say, name, prices)
    if name in LONG_TEXTS:
        return f"{label}: {say('value.changed')}"
    return f"{label}: {shown_value(say, name, old)} -> {shown_value(say, name, new)}"


def _skipped(connection: Connection, library: str, say: Translator) -> list[Skipped]:
    outcomes = (Outcome.SKIPPED.value, Outcome.SOLD_ELSEWHERE.value, Outcome.OVER.value, Outcome.CANCELLED.value)
    outcome = source_events.c.mapped["outcome"].as_string()
    reason = func.coalesce(source_events.c.mapped["code"].as_string(), outcome)
    query = (
        select(reason, func.array_agg(aggregate_order_by(source_events.c.title, source_events.c.title)))
        .where(source_events.c.library == library, source_events.c.present, outcome.in_(outcomes))
        .group_by(reason)
        .order_by(reason)
    )
    return [Skipped(_sentence(code, say), titles=titles) for code, titles in connection.execute(query)]


def _sentence(code: str, say: Translator) -> str:
    return say("report.cancelled") if code == Outcome.CANCELLED.value else say.say(rejection_message(code))


def _rejected(connection: Connection, run: RunRecord, say: Translator) -> list[Rejected]:
    """Return the open rejections; mode `plan` opens none and has its own, which do not tell their events."""
    if run.mode == "plan":
        return [Rejected(title=title, sentence=sentence) for title, sentence in planned_rejections(run, say)]
    of_event = (source_events.c.library == rejections.c.library) & (source_events.c.uuid == rejections.c.uuid)
    start = source_events.c.mapped["starts_at"].as_string().label("starts_at")
    query = (
        select(rejections, start)
        .outerjoin(source_events, of_event)
        .where(rejections.c.library == run.library, rejections.c.resolved_at.is_(None))
        .order_by(start, rejections.c.title, rejections.c.code)
    )
    return [
        Rejected(
            title=row["title"],
            sentence=rejection_sentence(row, say),
            uuid=row["uuid"],
            starts_at=row["starts_at"],
        )
        for row in connection.execute(query).mappings()
    ]
