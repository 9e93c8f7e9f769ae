"""Let each endpoint fail in each way, tell what came of it, and see that the next runs put all right.

The runs are those of season.py, in which every endpoint is asked. After the fault is over, everything must be exactly
as if it had never been, and how many clean runs that took is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from billetbro.models import Mode
from sandbox.request_log import LoggedRequest
from tests.chaos.child import Ran
from tests.chaos.compare import differences, faults_of, sold_now, state_of
from tests.chaos.crashes import Course, Undisturbed
from tests.chaos.world import ONE_BY_ONE
from tests.integration.steps.harness import LOGIN_TRIED

PATIENT = replace(ONE_BY_ONE, longest_wait=0.2)
IMPATIENT = replace(PATIENT, read_timeout=0.3, longest_answer=0.6)
MOST_MEMORY = 350 * 1024
"""kB that a run may use more than an undisturbed one, for an answer of up to 64 MB."""
MOST_RUNS = 3
P2B, CMS, YESPLAN = "place2book", "cms:solbjerg", "yesplan:theater"
_MAKER = r"^/event_makers/\d+"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is asked of which server, and how the document names it; `instead_of`: a path that must not be there."""

    name: str
    server: str
    method: str
    path: str
    lists: bool = False
    pages: bool = False
    instead_of: str | None = None

    @property
    def writes(self) -> bool:
        """Tell whether it changes something."""
        return self.method != "GET"

    def is_asked_by(self, request: LoggedRequest) -> bool:
        """Tell whether a request was one for it."""
        return (request.server, request.method) == (self.server, self.method) and bool(
            re.search(self.path, request.path)
        )


ENDPOINTS = (
    Endpoint("CMS list", CMS, "GET", r"^/api/v1/events$", lists=True),
    Endpoint("login probe", CMS, "PATCH", f"^{LOGIN_TRIED[1]}$"),
    Endpoint("CMS PATCH", CMS, "PATCH", r"^/api/v1/events/(?!0{8}-)"),
    Endpoint("Yesplan list", YESPLAN, "GET", r"^/api/events/[^/]*$", lists=True, pages=True),
    Endpoint("Yesplan custom data", YESPLAN, "GET", r"^/api/events/.*/customdata$", lists=True, pages=True),
    Endpoint(
        "Yesplan details", YESPLAN, "GET", r"^/api/event/[^/]+/customdata$", instead_of=r"^/api/events/.*/customdata$"
    ),
    Endpoint("Yesplan PUT", YESPLAN, "PUT", r"/customdata$"),
    Endpoint("events", P2B, "GET", rf"{_MAKER}/events$", lists=True, pages=True),
    Endpoint("event", P2B, "GET", rf"{_MAKER}/events/\d+$"),
    Endpoint("prices", P2B, "GET", r"/prices$", lists=True),
    Endpoint("price", P2B, "GET", r"/prices/\d+$"),
    Endpoint("purchases", P2B, "GET", r"/purchases$", lists=True),
    Endpoint("POST event", P2B, "POST", rf"{_MAKER}/events$"),
    Endpoint("PUT event", P2B, "PUT", rf"{_MAKER}/events/\d+$"),
    Endpoint("DELETE event", P2B, "DELETE", rf"{_MAKER}/events/\d+$"),
    Endpoint("POST price", P2B, "POST", r"/prices$"),
    Endpoint("PUT price", P2B, "PUT", r"/prices/\d+$"),
    Endpoint("DELETE price", P2B, "DELETE", r"/prices/\d+$"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to fail, as the sandbox knows it, and how the document names it; `runs`: for so many runs."""

    name: str
    kind: str
    how: Mapping[str, Any] = field(default_factory=dict)
    times: int | None = None
    runs: int = 1
    of: str = "all"

    def can_occur(self, endpoint: Endpoint) -> bool:
        """Tell whether an endpoint can fail in this way."""
        return {"all": True, "lists": endpoint.lists, "pages": endpoint.pages, "writes": endpoint.writes}[self.of]


FAULTS = (
    Fault("no answer in time", "slow", {"seconds": 0.8}),
    Fault("slow drip", "drip", {"seconds": 0.02}),
    Fault("reset, once", "drop_before", times=1),
    Fault("reset before the work", "drop_before"),
    Fault("reset after the work", "drop_after"),
    Fault("reset in the answer", "wrong_length"),
    Fault("429, once", "status", {"code": 429, "headers": {"Retry-After": "0"}}, times=1),
    Fault("429, wait an hour", "status", {"code": 429, "headers": {"Retry-After": "3600"}}),
    Fault("429", "status", {"code": 429}),
    Fault("500 before the work", "status"),
    Fault("500 after the work", "status", {"work": True}, of="writes"),
    Fault("HTML with 200", "html_200"),
    Fault("half a JSON", "truncated_json"),
    Fault("wrong types", "wrong_types"),
    Fault("half a list", "half_list", of="lists"),
    Fault("half a list, twice", "half_list", runs=2, of="lists"),
    Fault("empty list", "empty_list", of="lists"),
    Fault("the same page for ever", "same_page", of="lists"),
    Fault("a list that grows", "growing", of="pages"),
    Fault("10 MB titles", "long_titles"),
    Fault("gzip bomb", "gzip_bomb"),
    Fault("wrong charset", "wrong_charset"),
    Fault("Date hours off", "wrong_date"),
    Fault("times hours off", "wrong_times"),
)
NIGHTS = ("night to summer time", "night to winter time")
ROWS = (*(fault.name for fault in FAULTS), *NIGHTS)
"""What the document tells of, in its order; of the nights, see nights.py."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of a fault at an endpoint: in few words, and what stayed wrong after it was gone."""

    fault: str
    endpoint: str
    told: str
    wrong: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return where it was, and what is wrong."""
        return "\n    ".join([f"{self.fault}, {self.endpoint}: {self.told}", *(line[:400] for line in self.wrong)])


def cells() -> list[tuple[Fault, Endpoint]]:
    """Return each fault with each endpoint at which it can occur."""
    return [(fault, endpoint) for fault in FAULTS for endpoint in ENDPOINTS if fault.can_occur(endpoint)]


@dataclass(slots=True)
class Trial:
    """Tries faults on the last hour of a course."""

    course: Course
    _usual: list[int] = field(default_factory=list)

    def tried(self, every: int = 1, first: int = 0) -> Iterator[Cell]:
        """Yield what came of each, or of one in so many."""
        for fault, endpoint in cells()[first::every]:
            yield self.one(fault, endpoint)

    def one(self, fault: Fault, endpoint: Endpoint) -> Cell:
        """Let an endpoint fail, and compare after it is mended."""
        world, hour, most = self.course.world, self.course.hours[-1], self._memory() + MOST_MEMORY
        with self.course.stage.back_to(hour.before, world):
            sold = sold_now(world)
            ran = self._disturbed(fault, endpoint)
            told, wrong = _told(ran, hour, world.rows(_CHANGES), world.rows(_RUNS)), faults_of(world, sold)
            rejected = {row["code"] for row in world.rows(_REJECTIONS)}
            told += f", rejected: {' '.join(sorted(rejected))}" if rejected else ""
            after, wrong = self._settled(fault, hour, sold, agreed=self._agrees())
        if (peak := max(one.peak_kilobytes for one in ran)) > most:
            wrong = [*wrong, f"{peak} kB of memory"]
        return Cell(fault.name, endpoint.name, f"{told}; {after}", tuple(wrong))

    def _disturbed(self, fault: Fault, endpoint: Endpoint) -> list[Ran]:
        world = self.course.world
        if endpoint.instead_of:
            world.sandbox.faults.add(endpoint.server, "status", "GET", endpoint.instead_of, code=404)
        place = endpoint.server, fault.kind, endpoint.method, endpoint.path, fault.times
        world.sandbox.faults.add(*place, **fault.how)  # type: ignore[arg-type]
        world.requests = IMPATIENT if fault.kind in ("slow", "drip") else PATIENT
        ran = [self.course.run(f"fault {number}") for number in range(fault.runs)]
        assert any(map(endpoint.is_asked_by, world.sandbox.log.entries)), f"{endpoint.name} was not asked"
        world.requests = ONE_BY_ONE
        world.sandbox.faults.clear()
        return ran

    def _settled(self, fault: Fault, hour: Undisturbed, sold: set[str], *, agreed: bool) -> tuple[str, list[str]]:
        """Return after how many clean runs all agreed, and what is still wrong."""
        wrong: list[str] = []
        for runs in range(1, MOST_RUNS + 1):
            wrong = self.course.clean(hour, sold, f"clean {runs}")
            if not wrong:
                return ("at once" if agreed and runs == 1 else f"{runs} run" if runs == 1 else f"{runs} runs"), []
            if all(_ECHO in line for line in wrong):
                return f"{runs} run, remembered", []
            if fault.runs > 1 and all(line.startswith("+ warehouse.") for line in wrong):
                return "1 run, made anew", []
            if all(line[2:].startswith("warehouse.") for line in wrong):
                return "a day", self.course.a_day_later(hour, sold)
        if any(": drift." in line for line in wrong):
            wrong = self.course.clean(hour, sold, "resync", mode=Mode.RESYNC)
            wrong = [line for line in wrong if _ECHO not in line]
            return "drift, until a resync", wrong
        return "never", wrong

    def _agrees(self) -> bool:
        """Tell whether all is as after the undisturbed run."""
        return not differences(self.course.hours[-1].after[0], state_of(self.course.world))

    def _memory(self) -> int:
        """Return how much memory the hour's run uses otherwise, in kB."""
        if not self._usual:
            with self.course.stage.back_to(self.course.hours[-1].before, self.course.world):
                self._usual.append(self.course.run("usual").peak_kilobytes)
        return self._usual[0]


_ECHO = ": echo."
"""What Place2book answered to a write, which counts as its own form of what was sent."""
_CHANGES = "SELECT kind, status, outcome_unknown FROM sync.changes WHERE run_id LIKE 'fault %'"
_RUNS = "SELECT * FROM sync.runs WHERE run_id LIKE 'fault %' ORDER BY id"
_REJECTIONS = "SELECT code FROM sync.rejections WHERE resolved_at IS NULL"


def _told(ran: list[Ran], hour: Undisturbed, changes: list[dict[str, Any]], runs: list[dict[str, Any]]) -> str:
    """Return in few words how the runs with the fault ended."""
    doubted = any(row["outcome_unknown"] for row in changes)
    raised = {step for one in ran for step in one.raised}
    if not raised:
        return "in doubt" if doubted else "asked again" if ran[0].requests > hour.requests else "done"
    codes = sorted({code for row in runs for code in row["error_codes"].values()})
    sent = any(row["status"] in ("applied", "failed") for row in changes)
    if doubted:
        ends = "in doubt"
    elif "extract" in raised or ("load" in raised and not sent):
        ends = "library fails"
    else:
        ends = "not exported" if raised == {"export_purchases"} else "not sent"
    return f"{ends}: {' '.join(codes)}"
