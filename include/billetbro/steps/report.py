"""Last step: say what a run did, library by library, as staff would want to read it. Danish, with English beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import ProgrammingError

from billetbro.messages.changes import explained
from billetbro.messages.errors import error_in_words, error_lines, failures_in_words
from billetbro.messages.explanations import Explanation, explain, explain_noted
from billetbro.messages.field_lines import LONG_TEXTS, both, shown_value
from billetbro.messages.fields import label_of
from billetbro.messages.plan import names_of_prices, planned_lines, planned_rejections
from billetbro.messages.pluralize import pluralize
from billetbro.messages.rejections import rejected_lines, warning_lines
from billetbro.messages.source_words import SourceWords, WordsOf
from billetbro.models import Kind, Outcome
from billetbro.models.message import Message
from billetbro.reconcile.operations import ReportSection, operation_of
from billetbro.reconcile.reasons import reason_in_words
from billetbro.store.event.lookup import never_seen
from billetbro.store.runs import RunRecord, read_runs
from billetbro.store.schema.tables import changes, links, rejections, source_events

CANCELLED = Explanation("Aflyst i {source}.", "Cancelled in {source}.")
SHOWN_TITLES = 8
ALL_WELL = "Det gik godt for alle biblioteker. / Every library went well."
NOT_FOUND = (
    "Ingen biblioteker fejlede, men ikke alle arrangementer blev fundet. / "
    "No library failed, but not every event was found."
)
NONE = (
    "Intet bibliotek blev behandlet: opgaven select_libraries siger hvorfor. / "
    "No library was worked on: the task select_libraries says why."
)
STEPS = ("extract", "transform", "load", "writeback", "export_purchases")


@dataclass(slots=True, kw_only=True)
class Section:
    """Changes of one sort: a line each."""

    heading: str
    lines: list[str]


@dataclass(slots=True)
class Skipped:
    """The events that were skipped for one reason, which is in both languages."""

    why: str
    titles: list[str]

    @property
    def named(self) -> str:
        """Return the first few titles."""
        more = len(self.titles) - SHOWN_TITLES
        return ", ".join(self.titles[:SHOWN_TITLES]) + (f" (+{more})" if more > 0 else "")


@dataclass(slots=True, kw_only=True)
class LibraryReport:
    """What a run did for one library."""

    run: RunRecord
    plan: list[str]
    sections: list[Section]
    failed_changes: list[tuple[str, list[str]]]
    skipped: list[Skipped]
    rejected: list[str]
    warned: list[str]
    links: int
    errors: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report: its text, the libraries that failed, one line that names them, and a line for each event that
    was asked for and is not found."""

    text: str
    failures: tuple[str, ...]
    summary: str
    not_found: tuple[str, ...] = ()


def make_report(engine: Engine, run_id: str, words_of: WordsOf, events: Sequence[str] = ()) -> Report:
    """Return the report of a run from what stands in the tables, each library's in the words of its source.

    `events` are the uuids that the run was limited to, none when it was not.
    """
    try:
        with engine.connect() as connection:
            libraries = [_library(connection, run, words_of(run.library)) for run in read_runs(connection, run_id)]
            not_found = _not_found(connection, [report.run for report in libraries], events)
    except ProgrammingError:
        libraries = []
    if not libraries:
        return Report(text=NONE, failures=("select_libraries",), summary=NONE)
    failures = tuple(report.run.library for report in libraries if report.errors)
    blocked = [report.run.library for report in libraries if report.run.removals_blocked]
    held = "Ingen biblioteker fejlede; intet blev fjernet for / No library failed; removals were blocked for"
    summary = f"{held}: {', '.join(blocked)}." if blocked else NOT_FOUND if not_found else ALL_WELL
    if failures:
        failed = {report.run.library: _why(report.run) for report in libraries if report.errors}
        summary = failures_in_words(failed, len(libraries))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    text = environment.get_template("report.txt.j2").render(
        libraries=libraries, not_found=not_found, summary=summary, pluralize=pluralize
    )
    return Report(text=text, failures=failures, summary=summary, not_found=not_found)


def _not_found(connection: Connection, runs: Sequence[RunRecord], events: Sequence[str]) -> tuple[str, ...]:
    """Return a line for each event that no list ever held; none when a library was not read, which may have it."""
    if not all(run.extracted_at for run in runs):
        return ()
    unknown = never_seen(connection, events, [run.library for run in runs])
    return tuple(
        f"Intet arrangement hos kørslens biblioteker har uuid {uuid}; se efter, om det er skrevet rigtigt. / "
        f"No event of the run's libraries has the uuid {uuid}; check that it is written correctly."
        for uuid in unknown
    )


def _why(run: RunRecord) -> Explanation:
    """Return what went wrong, step by step."""
    told = [(step, error_in_words(run.errors[step])) for step in STEPS if step in run.errors]
    return Explanation(
        "; ".join(f"{step}: {words.da}" for step, words in told),
        "; ".join(f"{step}: {words.en}" for step, words in told),
    )


def _library(connection: Connection, run: RunRecord, words: SourceWords) -> LibraryReport:
    of_run = (changes.c.run_id == run.run_id) & (changes.c.library == run.library)
    start = source_events.c.mapped["starts_at"].as_string().label("starts_at")
    of_event = (source_events.c.library == changes.c.library) & (source_events.c.uuid == changes.c.uuid)
    query = select(changes, start).outerjoin(source_events, of_event).where(of_run)
    rows = connection.execute(query.order_by(start, changes.c.title, changes.c.id)).mappings().all()
    prices = names_of_prices(connection, run.library) if rows else {}
    applied = [row for row in rows if row["status"] == "applied"]
    sections = [
        Section(
            heading=both(words.said(explained(section.heading_key))),
            lines=[_line(row, prices, words) for row in applied if operation_of(Kind(row["kind"])).section is section],
        )
        for section in ReportSection
    ]
    live = select(func.count()).where(links.c.library == run.library, links.c.status == "live")
    return LibraryReport(
        run=run,
        plan=planned_lines(connection, run, words) if run.mode == "plan" else [],
        sections=[section for section in sections if section.lines],
        failed_changes=[
            (_line(row, prices, words), error_lines(Message.from_json(row["error"])))
            for row in rows
            if row["status"] == "failed"
        ],
        skipped=_skipped(connection, run.library, words),
        rejected=rejected_lines(_rejected(connection, run, words)),
        warned=warning_lines(connection, run.library, words),
        links=connection.scalar(live) or 0,
        errors=[(step, error_lines(run.errors[step])) for step in STEPS if step in run.errors],
    )


def _line(row: Mapping[Any, Any], prices: Mapping[str, str], words: SourceWords) -> str:
    """Return one change as a line: its event, and what became what."""
    operation = operation_of(Kind(row["kind"]))
    event = f"{shown_value('starts_at', row['starts_at']):16}  {row['title']}"
    if operation.makes_event:
        return event
    if operation.reported_by_reason:
        return f"{event}  ({both(reason_in_words(row['why'], words))})"
    changes_of_it = [change for change in row["fields"] if change["field"] != "admin_url"] or row["fields"]
    fields = "; ".join(_field(change, prices, words) for change in changes_of_it)
    return f"{event}: {fields}" if fields else event


def _field(change: Mapping[str, Any], prices: Mapping[str, str], words: SourceWords) -> str:
    name, old, new = change["field"], change["old"], change["new"]
    if name == "url" and old is None:
        return str(new)
    label = both(label_of(name, prices))
    if name in LONG_TEXTS:
        return f"{label}: ændret / changed"
    return f"{label}: {shown_value(name, old, words)} -> {shown_value(name, new, words)}"


def _skipped(connection: Connection, library: str, words: SourceWords) -> list[Skipped]:
    """Return which events were skipped for which reason."""
    outcomes = (Outcome.SKIPPED.value, Outcome.SOLD_ELSEWHERE.value, Outcome.OVER.value, Outcome.CANCELLED.value)
    outcome = source_events.c.mapped["outcome"].as_string()
    reason = func.coalesce(source_events.c.mapped["code"].as_string(), outcome)
    query = (
        select(reason, func.array_agg(aggregate_order_by(source_events.c.title, source_events.c.title)))
        .where(source_events.c.library == library, source_events.c.present, outcome.in_(outcomes))
        .group_by(reason)
        .order_by(reason)
    )
    return [Skipped(both(_sentence(code, words)), titles=titles) for code, titles in connection.execute(query)]


def _sentence(code: str, words: SourceWords) -> Explanation:
    return words.said(CANCELLED) if code == Outcome.CANCELLED.value else explain(code, words)


def _rejected(connection: Connection, run: RunRecord, words: SourceWords) -> list[tuple[str, Explanation]]:
    """Return what is rejected and needs somebody; a run in mode `plan` opens no rejections and has its own."""
    if run.mode == "plan":
        return planned_rejections(run, words)
    query = (
        select(rejections)
        .where(rejections.c.library == run.library, rejections.c.resolved_at.is_(None))
        .order_by(rejections.c.title, rejections.c.code)
    )
    return [(row["title"], explain_noted(row, words)) for row in connection.execute(query).mappings()]
