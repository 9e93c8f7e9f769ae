"""A run in a process of its own, which ends or meets something at a point that the harness names.

The process is forked from this one, so that it need not import anything. Points are found from outside: a request that
leaves or has been answered (the transport), a transaction before and after its commit (SQLAlchemy's dialect).
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from select import select
from threading import Lock
from typing import Any

import requests
from sqlalchemy.engine.default import DefaultDialect

from billetbro.api.http.connections import PatientAdapter
from billetbro.models import Mode
from billetbro.warehouse.ingest import event_rows as event_rows  # with pandas, once for all children
from tests.chaos.world import ChaosWorld, engine_of

LONGEST = 120.0
"""Seconds that a run may take before it is taken to hang."""


class HangsError(Exception):
    """A run did not end."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended: the points that it passed, and what it raised by step; `killed`: it did not end by itself."""

    points: tuple[str, ...] = ()
    raised: dict[str, str] = field(default_factory=dict)
    killed: bool = False
    peak_kilobytes: int = 0

    @property
    def requests(self) -> int:
        """Return how many requests were made."""
        return sum(point.startswith("before ") and point != "before commit" for point in self.points)


def run(
    world: ChaosWorld,
    number: str,
    *,
    kill_at: int | None = None,
    meet_at: int | None = None,
    then: Any = None,
    **asked: Any,
) -> Ran:
    """Run all steps in a child; SIGKILL it at the point `kill_at`, or let it wait at `meet_at` while `then` is done."""
    receives, sends = os.pipe()
    goes_on, go_on = os.pipe()
    if (child := os.fork()) == 0:
        _in_child(world, number, sends, goes_on, kill_at, meet_at, asked)
    os.close(sends)
    os.close(goes_on)
    try:
        told = _listen(receives, go_on, then)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(receives)
        os.close(go_on)
        _, status = os.waitpid(child, 0)
    if kill_at is not None and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Ran(killed=True)
    if status != 0 or not told:
        raise RuntimeError(f"the run's process ended with {status}")
    ran = pickle.loads(told)
    assert isinstance(ran, Ran)
    return ran


def _listen(receives: int, go_on: int, then: Callable[[], None] | None) -> bytes:
    """Return what the child says at its end; do `then` when it says that it waits."""
    told = b""
    while True:
        if not select([receives], [], [], LONGEST)[0]:
            raise HangsError(f"the run did not end within {LONGEST} s")
        if not (more := os.read(receives, 65536)):
            return told
        if more == b"!" and not told:
            assert then is not None
            then()
            os.write(go_on, b".")
        else:
            told += more


def _in_child(
    world: ChaosWorld,
    number: str,
    sends: int,
    goes_on: int,
    kill_at: int | None,
    meet_at: int | None,
    asked: dict[str, Any],
) -> None:
    gc.disable()
    before = _kilobytes("VmRSS")
    try:
        signal.alarm(int(LONGEST))
        points = Points(kill_at, meet_at, sends, goes_on)
        points.install()
        world.engine = engine_of(world)
        raised = _steps(world, number, asked)
        told = Ran(tuple(points.names), raised, peak_kilobytes=_kilobytes("VmHWM") - before)
        with os.fdopen(sends, "wb") as out:
            out.write(pickle.dumps(told))
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _steps(world: ChaosWorld, number: str, asked: dict[str, Any]) -> dict[str, str]:
    from billetbro.steps.request import RunRequest

    request = RunRequest(run_id=number, **{"mode": Mode.SYNC, **asked})
    try:
        happened = world.carry_out(request)
    except Exception as error:
        return {"begin": f"{type(error).__name__}: {error}"}
    return {step: f"{type(error).__name__}: {error}" for step, error in happened.raised.items()}


def _kilobytes(what: str) -> int:
    """Return how much memory this process uses (VmRSS), or used at most (VmHWM)."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what))


@dataclass(slots=True)
class Points:
    """Counts the points that are passed, and ends the process or waits at one of them."""

    kill_at: int | None
    meet_at: int | None
    sends: int
    goes_on: int
    names: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def pass_by(self, name: str) -> None:
        """Note a point, unless it is the last one."""
        with self._lock:
            number = len(self.names)
            self.names.append(name)
            if number == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if number == self.meet_at:
                os.write(self.sends, b"!")
                os.read(self.goes_on, 1)

    def install(self) -> None:
        """Let every request and every commit of this process pass by."""
        send, commit = PatientAdapter.send, DefaultDialect.do_commit

        def sending(adapter: PatientAdapter, request: requests.PreparedRequest, *args: Any, **how: Any) -> Any:
            name = f"{request.method} {(request.path_url or '').partition('?')[0]}"
            self.pass_by(f"before {name}")
            answer = send(adapter, request, *args, **how)
            self.pass_by(f"answered {name}")
            return answer

        def committing(dialect: DefaultDialect, connection: Any) -> None:
            self.pass_by("before commit")
            commit(dialect, connection)
            self.pass_by("after commit")

        PatientAdapter.send = sending  # type: ignore[method-assign]
        DefaultDialect.do_commit = committing  # type: ignore[method-assign,assignment]
