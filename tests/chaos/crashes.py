"""Let a run's process, or PostgreSQL, die at each point of each hour; one clean run must then put everything right."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import psycopg

from demo.environment import EmbeddedPostgres
from tests.chaos.child import Ran, run
from tests.chaos.compare import State, differences, faults_of, sold_now, state_of
from tests.chaos.story import HOURS, Hour, Story
from tests.chaos.world import ChaosWorld, Kept, Stage
from tests.integration.steps.harness import DAY

DATABASE_BACK_SECONDS = 60.0
MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """An hour without any crash: how all was before, the points of its run, how all is after one run and after two."""

    hour: Hour
    before: Kept
    points: tuple[str, ...]
    after: tuple[State, ...]

    @property
    def requests(self) -> int:
        """Return how many requests its run makes."""
        return sum(point.startswith("before ") and point != "before commit" for point in self.points)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a crash at one point: what is wrong after the clean runs, and how many those were."""

    hour: str
    number: int
    point: str
    wrong: tuple[str, ...]
    runs: int

    def __str__(self) -> str:
        """Return where it was, and what is wrong."""
        return "\n    ".join([f"{self.hour}, point {self.number} ({self.point}):", *self.wrong])


@dataclass(slots=True)
class Course:
    """The hours, each played once without a crash."""

    stage: Stage
    world: ChaosWorld
    hours: list[Undisturbed] = field(default_factory=list)
    _days_later: dict[str, State] = field(default_factory=dict)

    @classmethod
    def played(cls, stage: Stage, hours: Sequence[Hour] = HOURS) -> Course:
        """Play these hours, each without a crash."""
        course = cls(stage, stage.empty())
        story = Story(course.world)
        for hour in hours:
            hour.edits(story)
            course.hours.append(course._play(hour))
        return course

    def _play(self, hour: Hour) -> Undisturbed:
        before, states, points = self.stage.keep(self.world), list[State](), list[tuple[str, ...]]()
        for number in range(2 if hour.second else 1):
            ran = self.run(f"{hour.name} {number}")
            if ran.raised:
                raise AssertionError(f"{hour.name}: {ran.raised}")
            states.append(state_of(self.world))
            points.append(ran.points)
        return Undisturbed(hour, before, points[0], tuple(states))

    def run(self, name: str, **asked: object) -> Ran:
        """Run once, a moment later than before: some rules count the runs since a moment."""
        self.world.ahead += MOMENT
        return run(self.world, name, **asked)

    def points(self, every: int = 1, first: int = 0) -> list[tuple[Undisturbed, int]]:
        """Return each point, or one in so many."""
        each = [(hour, number) for hour in self.hours for number in range(len(hour.points))]
        return each[first::every]

    def kill(self, hour: Undisturbed, number: int) -> Tried:
        """Kill the process at a point, and see what clean runs make of it."""
        return self._try(hour, number, partial(run, self.world, "killed", kill_at=number))

    def restart_database(self, hour: Undisturbed, number: int) -> Tried:
        """Let PostgreSQL lose all its connections at a point, and see what clean runs make of it."""

        def crash() -> None:
            crash_database(self.stage.postgres)

        disturbed = partial(run, self.world, "without database", meet_at=number, then=crash)
        return self._try(hour, number, disturbed, survives=True)

    def _try(self, hour: Undisturbed, number: int, disturbed: Callable[[], Ran], *, survives: bool = False) -> Tried:
        with self.stage.back_to(hour.before, self.world):
            sold, wrong = sold_now(self.world), list[str]()
            disturbed()
            for runs in range(1, len(hour.after) + 1):
                wrong = self.clean(hour, sold, f"clean {runs}")
                if not wrong:
                    break
            if wrong and survives and all("! warehouse." in line for line in wrong):
                runs, wrong = runs + 1, self.a_day_later(hour, sold)
        return Tried(hour.hour.name, number, hour.points[number], tuple(wrong), runs)

    def clean(self, hour: Undisturbed, sold: set[str], name: str, **asked: object) -> list[str]:
        """Run undisturbed, and return what is wrong after it."""
        raised = self.run(name, **asked).raised
        wrong = [f"{step}: {error}" for step, error in raised.items()] + faults_of(self.world, sold)
        return wrong + self._unlike(hour)

    def a_day_later(self, hour: Undisturbed, sold: set[str]) -> list[str]:
        """Return what is wrong after a run on the next day, compared with an undisturbed course.

        A run that survives exports purchases with the titles of before when its load failed. What is exported is read
        again when something was sold, or once a day (behaviour 9).
        """
        self.world.ahead += DAY
        run(self.world, "a day later")
        found, wrong = state_of(self.world), faults_of(self.world, sold)
        if hour.hour.name not in self._days_later:
            with self.stage.back_to(hour.before, self.world):
                run(self.world, "undisturbed")
                self.world.ahead += DAY
                run(self.world, "undisturbed, a day later")
                self._days_later[hour.hour.name] = state_of(self.world)
        # When it was first seen to be gone is a record of our own runs.
        unlike = differences(self._days_later[hour.hour.name], found)
        return wrong + [line for line in unlike if not re.search(r"removed_at: '.*' expected, '.*' found", line)]

    def _unlike(self, hour: Undisturbed) -> list[str]:
        """Return what is not as after one undisturbed run or, where the rules count runs, as after two."""
        found = state_of(self.world)
        return min((differences(expected, found) for expected in hour.after), key=len)


def crash_database(postgres: EmbeddedPostgres) -> None:
    """Kill a server process of PostgreSQL, which then ends all others and recovers, and wait until it answers again."""
    admin = postgres.url("postgres").replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(admin, autocommit=True) as connection:
        asking = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        others = [pid for (pid,) in connection.execute(asking)]
        mine = connection.info.backend_pid
        os.kill((others or [mine])[0], signal.SIGKILL)
        _wait_until_it_is_gone(connection)
    deadline = time.monotonic() + DATABASE_BACK_SECONDS
    while time.monotonic() < deadline:
        try:
            psycopg.connect(admin, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError("PostgreSQL did not come back")


def _wait_until_it_is_gone(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    deadline = time.monotonic() + DATABASE_BACK_SECONDS
    try:
        while time.monotonic() < deadline:
            connection.execute("SELECT 1")
            time.sleep(0.02)
    except psycopg.Error:
        return


def tried(course: Course, every: int, how: Callable[[Undisturbed, int], Tried], first: int = 0) -> Iterator[Tried]:
    """Yield what came of a crash at one point in so many."""
    for hour, number in course.points(every, first):
        yield how(hour, number)
