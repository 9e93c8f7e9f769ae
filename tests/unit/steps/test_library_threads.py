"""Libraries side by side: who runs with whom, what becomes of those that fail, and of those that never end."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from threading import Barrier, Event

import pytest

from billetbro.errors import Fatal, OutOfTime, Retriable
from billetbro.steps.library_threads import Ended, LibraryThreads, Limits
from billetbro.time_limit import NO_LIMIT, time_limit

FAR = 60.0
"""Seconds that nothing here needs on the busiest machine."""


def outcomes(units: list[list[str]], work: Callable[[str], str], limits: Limits) -> dict[str, object]:
    """Return what came of each library: its result, or its error's class."""
    all_ended = LibraryThreads(units, work, limits)
    return {ended.library: type(ended.error) if ended.error else ended.result for ended in all_ended}


@pytest.fixture
def never() -> Iterator[Event]:
    """Give what a library waits for in vain, until the test is over."""
    event = Event()
    yield event
    event.set()


def test_libraries_are_worked_on_at_the_same_time() -> None:
    together = Barrier(3, timeout=FAR)

    def work(library: str) -> str:
        together.wait()
        return library.upper()

    assert outcomes([["a"], ["b"], ["c"]], work, Limits(libraries=3)) == {"a": "A", "b": "B", "c": "C"}


def test_libraries_at_a_time_are_no_more_than_the_limit() -> None:
    running: set[str] = set()
    most: list[int] = []

    def work(library: str) -> str:
        running.add(library)
        most.append(len(running))
        running.discard(library)
        return library

    assert list(outcomes([[str(number)] for number in range(9)], work, Limits(libraries=1))) == [*"012345678"]
    assert max(most) == 1


def test_libraries_of_a_unit_follow_one_another_whatever_became_of_the_first() -> None:
    seen: list[str] = []

    def work(library: str) -> str:
        seen.append(library)
        if library == "leader":
            raise Fatal("no")
        return "done"

    found = outcomes([["leader", "follower"]], work, Limits())
    assert (seen, found) == (["leader", "follower"], {"leader": Fatal, "follower": "done"})


def test_failure_is_its_own_library_s() -> None:
    def work(library: str) -> str:
        if library == "b":
            raise KeyError(library)
        return "done"

    assert outcomes([["a"], ["b"], ["c"]], work, Limits(libraries=1)) == {"a": "done", "b": KeyError, "c": "done"}


def test_library_that_never_ends_is_given_up_and_holds_up_nobody(never: Event) -> None:
    def work(library: str) -> str:
        if library == "stuck":
            never.wait()
        return "done"

    found = outcomes([["stuck", "its follower"], ["other"], ["last"]], work, Limits(libraries=1, seconds=0.2, grace=0))
    assert found == {"stuck": OutOfTime, "its follower": "done", "other": "done", "last": "done"}


def test_library_that_is_given_up_is_named_with_its_limit(never: Event) -> None:
    limits = Limits(seconds=1, grace=0)
    (ended,) = LibraryThreads([["herlev"]], lambda _: never.wait(), limits)
    assert str(ended.error).startswith("Library 'herlev' was not done within its time limit of 1 seconds.")


def test_library_that_ends_after_it_was_given_up_is_not_counted_twice(never: Event) -> None:
    released = Event()

    def work(library: str) -> str:
        if library == "late":
            released.wait()
        else:
            released.set()
            never.wait(0.5)
        return "done"

    found = list(LibraryThreads([["late"], ["other"]], work, Limits(libraries=1, seconds=0.2, grace=0)))
    assert [ended.library for ended in found] == ["late", "other"]


@pytest.mark.parametrize(
    ("raised", "kind"), [(Retriable("x"), OutOfTime), (Fatal("x"), Fatal), (KeyError("x"), KeyError)]
)
def test_error_after_the_limit_is_the_limit_s_if_it_can_pass(raised: Exception, kind: type[Exception]) -> None:
    def work(_: str) -> str:
        time_limit().end()
        raise raised

    assert outcomes([["a"]], work, Limits()) == {"a": kind}


def test_limit_is_what_is_left_of_the_task() -> None:
    left = outcomes([["a"]], lambda _: str(time_limit().seconds <= 60), Limits(seconds=600, altogether=60))
    assert left == {"a": "True"}
    assert time_limit() is NO_LIMIT


def test_what_still_runs_when_nobody_asks_any_more_sends_nothing_more() -> None:
    limits: list[bool] = []
    begun, stopped, ended = Event(), Event(), Event()

    def work(library: str) -> str:
        if library == "quick":
            begun.wait(FAR)
            return "done"
        limit = time_limit()
        begun.set()
        stopped.wait(FAR)
        limits.append(limit.left <= 0)
        ended.set()
        return "done"

    asked = iter(LibraryThreads([["slow"], ["quick"]], work, Limits()))
    assert next(asked) == Ended(library="quick", result="done")
    asked.close()
    stopped.set()
    assert (ended.wait(FAR), limits) == (True, [True])


def test_end_of_the_process_in_a_thread_is_raised() -> None:
    class Died(BaseException):
        pass

    def work(_: str) -> str:
        raise Died

    with pytest.raises(Died):
        outcomes([["a"]], work, Limits())


STUCK = """
from threading import Event
from billetbro.steps.library_threads import Limits, LibraryThreads
stuck = LibraryThreads([["a"]], lambda _: Event().wait(), Limits(seconds=0.1, grace=0))
print([type(ended.error).__name__ for ended in stuck])
"""


def test_process_ends_while_a_thread_is_stuck() -> None:
    ran = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=FAR, check=True)
    assert ran.stdout == "['OutOfTime']\n"
