"""The lines of a run's report: a summary, what needs action, and the rest by library."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from billetbro.messages.catalogue import Translator
from billetbro.messages.notices import event_line
from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.models.page_addresses import PageAddresses
from billetbro.store.runs import STEP_TIMES, RunRecord

SHOWN = 8
"""How many titles or libraries a line names."""


@dataclass(slots=True, kw_only=True)
class Section:
    """Changes of one kind, a line each."""

    heading: str
    lines: list[str]


@dataclass(slots=True)
class Skipped:
    """The events skipped for one reason."""

    why: str
    titles: list[str]

    @property
    def named(self) -> str:
        """Return the first few titles."""
        return _named(self.titles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A rejected event and what to do about it; a planned one does not tell which event it is."""

    title: str
    sentence: str
    uuid: str | None = None
    starts_at: str | None = None


@dataclass(slots=True, kw_only=True)
class LibraryReport:
    """What a run did for one library, with the translator for its source."""

    say: Translator
    run: RunRecord
    plan: list[str]
    sections: list[Section]
    failed_changes: list[list[str]]
    skipped: list[Skipped]
    rejected: list[Rejected]
    warned: list[str]
    links: int
    errors: list[list[str]]


def head_lines(
    libraries: Sequence[LibraryReport], say: Translator, not_found: Sequence[str], page: str
) -> tuple[str, ...]:
    """Return four lines: how it went, what was read, what was changed, and where all of it is.

    Before them, which libraries were only planned, since they are not live.
    """
    first = summary_of(libraries, say, all_found=not not_found)
    if failed := [report.run.library for report in libraries if report.errors]:
        short = say("summary.failed", failed=len(failed), number=len(libraries), reasons=f"{_named(failed)}.")
        first = _with_open(short, libraries, say)
    done = Counter[str]()
    for report in libraries:
        done.update({section.heading: len(section.lines) for section in report.sections})
    events = say("count.events", number=sum(report.run.source_events or 0 for report in libraries))
    linked = sum(report.links for report in libraries)
    off = [report.run.library for report in libraries if report.run.not_live]
    how = {"libraries": _named(off), "command": f"airflow billetbro go-live {' '.join(off[:SHOWN])}"}
    return (
        *([say("summary.not_live", **how)] if off else []),
        first,
        say("summary.read", number=len(libraries), events=events, links=linked),
        ", ".join(f"{heading}: {count}" for heading, count in done.items()) or say("summary.unchanged"),
        say("summary.page", address=page),
    )


def rest_lines(libraries: Sequence[LibraryReport]) -> tuple[str, ...]:
    """Return what needs no action: what was done in each library, what was skipped, and what is worth a look."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return tuple(environment.get_template("run_report.txt.j2").render(libraries=libraries).splitlines())


def _named(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" (+{more})" if more > 0 else "")


def needs_lines(report: LibraryReport, pages: PageAddresses) -> list[str]:
    """Return what somebody has to see to in one library: each with its page, and what to do below it."""
    say, run = report.say, report.run
    lines = [line for error in report.errors for line in (f"  {error[0]}", *(f"    {more}" for more in error[1:]))]
    if run.removals_blocked:
        lines.append(f"  {say('report.blocked', reason=run.removals_blocked)}")
    if report.rejected:
        lines.append(f"  {say('report.rejected', number=len(report.rejected))}")
    for one in report.rejected:
        address = pages.event(run.library, one.uuid) if one.uuid else pages.library(run.library)
        lines += [f"    - {event_line(say, one.title, one.starts_at)}  {address}", f"      {one.sentence}"]
    return [f"== {run.library} == {say('report.needs')}", *lines] if lines else []


def summary_of(libraries: Sequence[LibraryReport], say: Translator, *, all_found: bool) -> str:
    """Return how the run went on one line, with the reasons of all failures."""
    if failed := [report for report in libraries if report.errors]:
        reasons = " | ".join(f"{report.run.library}: {_why(report)}" for report in failed)
        return say("summary.failed", failed=len(failed), number=len(libraries), reasons=reasons)
    if not all_found:
        return _with_open(say("summary.not_found"), libraries, say)
    if blocked := [report.run.library for report in libraries if report.run.removals_blocked]:
        return _with_open(say("summary.blocked", libraries=_named(blocked)), libraries, say)
    return _with_open(say("summary.all_well"), libraries, say)


def _with_open(sentence: str, libraries: Sequence[LibraryReport], say: Translator) -> str:
    """Return a sentence, and how many rejections are open, if any."""
    number = sum(len(report.rejected) for report in libraries if report.run.mode != Mode.PLAN)
    return f"{sentence} {say('summary.rejected', number=number)}" if number else sentence


def _why(report: LibraryReport) -> str:
    return "; ".join(f"{step}: {report.say.say(error)}" for step, error in errors_of(report.run).items())


def errors_of(run: RunRecord) -> dict[str, Message]:
    """Return what went wrong in a library's run, by step in their order."""
    return {step: run.errors[step] for step in STEP_TIMES if step in run.errors}
