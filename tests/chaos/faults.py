"""Let each endpoint fail in each way for one run, tell what came of it, and see that the next run puts all right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.chaos.child import Ran, run
from tests.chaos.compare import differences, faults_of, sold_now, state_of
from tests.chaos.crashes import Course, Undisturbed
from tests.chaos.world import ONE_BY_ONE

PATIENT = replace(ONE_BY_ONE, longest_wait=0.2)
IMPATIENT = replace(PATIENT, read_timeout=0.5, longest_answer=1)
MOST_MEMORY = 350 * 1024
"""kB that a run may use more than an undisturbed one, for an answer of up to 64 MB."""
P2B, CMS, YESPLAN = "place2book", "cms:solbjerg", "yesplan:theater"
_MAKER = r"^/event_makers/\d+"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is asked of which server, and how the document names it."""

    name: str
    server: str
    method: str
    path: str
    lists: bool = False

    @property
    def writes(self) -> bool:
        """Tell whether it changes something."""
        return self.method != "GET"


ENDPOINTS = (
    Endpoint("CMS list", CMS, "GET", r"^/api/v1/events$", lists=True),
    Endpoint("CMS PATCH", CMS, "PATCH", r"^/api/v1/events/(?!0{8}-)"),
    Endpoint("Yesplan events", YESPLAN, "GET", r"^/api/events/[^/]*$", lists=True),
    Endpoint("Yesplan custom data", YESPLAN, "GET", r"/customdata$", lists=True),
    Endpoint("Yesplan PUT", YESPLAN, "PUT", r"/customdata$"),
    Endpoint("events", P2B, "GET", rf"{_MAKER}/events$", lists=True),
    Endpoint("event", P2B, "GET", rf"{_MAKER}/events/\d+$"),
    Endpoint("POST event", P2B, "POST", rf"{_MAKER}/events$"),
    Endpoint("PUT event", P2B, "PUT", rf"{_MAKER}/events/\d+$"),
    Endpoint("DELETE event", P2B, "DELETE", rf"{_MAKER}/events/\d+$"),
    Endpoint("prices", P2B, "GET", r"/prices$", lists=True),
    Endpoint("price", P2B, "GET", r"/prices/\d+$"),
    Endpoint("POST price", P2B, "POST", r"/prices$"),
    Endpoint("PUT price", P2B, "PUT", r"/prices/\d+$"),
    Endpoint("DELETE price", P2B, "DELETE", r"/prices/\d+$"),
    Endpoint("purchases", P2B, "GET", r"/purchases$", lists=True),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to fail, as the sandbox knows it, and how the document names it."""

    name: str
    kind: str
    how: Mapping[str, Any] = field(default_factory=dict)
    times: int | None = None
    of_lists: bool = False
    of_writes: bool = False


FAULTS = (
    Fault("no answer in time", "slow", {"seconds": 1.5}),
    Fault("answer drips", "drip", {"seconds": 0.02}),
    Fault("reset, once", "drop_before", times=1),
    Fault("reset before the work", "drop_before"),
    Fault("reset after the work", "drop_after"),
    Fault("reset in the answer", "wrong_length"),
    Fault("429, once", "status", {"code": 429, "headers": {"Retry-After": "0"}}, times=1),
    Fault("429 with Retry-After", "status", {"code": 429, "headers": {"Retry-After": "3600"}}),
    Fault("429 without", "status", {"code": 429}),
    Fault("500 before the work", "status"),
    Fault("500 after the work", "status", {"work": True}, of_writes=True),
    Fault("HTML with 200", "html_200"),
    Fault("half a JSON", "truncated_json"),
    Fault("wrong types", "wrong_types"),
    Fault("half a list", "half_list", of_lists=True),
    Fault("empty list", "empty_list", of_lists=True),
    Fault("the same page for ever", "same_page", of_lists=True),
    Fault("10 MB titles", "long_titles"),
    Fault("gzip bomb", "gzip_bomb"),
    Fault("Latin-1", "wrong_charset"),
    Fault("Date hours off", "wrong_date"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of a fault at an endpoint: in few words, and what stayed wrong after it was gone."""

    fault: str
    endpoint: str
    told: str
    wrong: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return where it was, and what is wrong."""
        return "\n    ".join([f"{self.fault}, {self.endpoint}: {self.told}", *self.wrong])


def cells() -> list[tuple[Fault, Endpoint]]:
    """Return each fault with each endpoint at which it can occur."""
    return [
        (fault, endpoint)
        for fault in FAULTS
        for endpoint in ENDPOINTS
        if (endpoint.lists or not fault.of_lists) and (endpoint.writes or not fault.of_writes)
    ]


@dataclass(slots=True)
class Trial:
    """Tries faults on the hours of a course."""

    course: Course
    _usual: dict[str, int] = field(default_factory=dict)

    def tried(self, every: int = 1, first: int = 0) -> Iterator[Cell]:
        """Yield what came of each, or of one in so many."""
        for fault, endpoint in cells()[first::every]:
            yield self.one(fault, endpoint)

    def hour_with(self, endpoint: Endpoint) -> Undisturbed:
        """Return the hour in which the endpoint is asked most often, of those that are settled after one run."""
        settled = [hour for hour in self.course.hours if hour.hour.second is None]
        return max(settled, key=lambda hour: self._asked(hour.points, endpoint))

    def one(self, fault: Fault, endpoint: Endpoint) -> Cell:
        """Let an endpoint fail for one run, and compare after it is mended."""
        world, hour = self.course.world, self.hour_with(endpoint)
        with self.course.stage.back_to(hour.before, world):
            sold = sold_now(world)
            place = endpoint.server, fault.kind, endpoint.method, endpoint.path, fault.times
            world.sandbox.faults.add(*place, **fault.how)  # type: ignore[arg-type]
            world.requests = IMPATIENT if fault.kind in ("slow", "drip") else PATIENT
            ran = run(world, "with a fault")
            world.requests = ONE_BY_ONE
            world.sandbox.faults.clear()
            told = _told(ran, hour, endpoint, world.rows(_CHANGES), world.rows(_RUNS))
            doubted, wrong = "in doubt" in told, faults_of(world, sold)
            if differences(hour.after[0], state_of(world)) or ran.raised:
                runs, wrong = self.course.clean(hour, sold, survives=True)
                told += ", found" if doubted and not wrong else ""
                told += "; right after a day" if runs > len(hour.after) else f"; right after {runs}" if runs > 1 else ""
        if ran.peak_kilobytes - self._memory(hour) > MOST_MEMORY:
            wrong = [*wrong, f"{ran.peak_kilobytes} kB of memory"]
        return Cell(fault.name, endpoint.name, told, tuple(wrong))

    def _memory(self, hour: Undisturbed) -> int:
        """Return how much memory the hour's run uses otherwise, in kB."""
        name = hour.hour.name
        if name not in self._usual:
            with self.course.stage.back_to(hour.before, self.course.world):
                self._usual[name] = run(self.course.world, "usual").peak_kilobytes
        return self._usual[name]

    @staticmethod
    def _asked(points: tuple[str, ...], endpoint: Endpoint) -> int:
        places = [tuple(point.split()[1:]) for point in points if point.startswith("before ")]
        return sum(len(p) == 2 and p[0] == endpoint.method and bool(re.search(endpoint.path, p[1])) for p in places)


_CHANGES = "SELECT kind, status, outcome_unknown FROM sync.changes WHERE run_id = 'with a fault'"
_RUNS = "SELECT * FROM sync.runs WHERE run_id = 'with a fault' ORDER BY id"


def _told(
    ran: Ran, hour: Undisturbed, endpoint: Endpoint, changes: list[dict[str, Any]], runs: list[dict[str, Any]]
) -> str:
    """Return in few words how the run with the fault ended."""
    doubted = any(row["outcome_unknown"] for row in changes)
    if not ran.raised:
        return "in doubt" if doubted else "retried, done" if ran.requests > hour.requests else "done"
    codes = sorted({code for row in runs for code in row["error_codes"].values()})
    sent = any(row["status"] in ("applied", "failed") for row in changes)
    if doubted:
        ends = "in doubt"
    elif "extract" in ran.raised or ("load" in ran.raised and not sent):
        ends = "run ends, nothing planned"
    else:
        ends = "not exported" if set(ran.raised) == {"export_purchases"} else "not sent"
    return f"{ends} ({', '.join(codes)})"
