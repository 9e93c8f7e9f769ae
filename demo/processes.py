"""Child processes that live and die together, each with a log of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_TIMEOUT = 15.0
TAIL_LINES = 25
TAIL_BYTES = 20_000
_SETPRIV = ("setpriv", "--pdeathsig")


def ending_with_parent(command: Sequence[str | Path], signal_name: str) -> list[str | Path]:
    """Return a command that gets a signal when the thread that starts it ends, even by being killed.

    Where the system has no means for it (it needs setpriv of util-linux 2.33), the command is returned as it is.
    """
    return [*_SETPRIV, signal_name, *command] if _setpriv_works() else list(command)


@cache
def _setpriv_works() -> bool:
    try:
        return subprocess.run([*_SETPRIV, "TERM", "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


class ProcessEndedError(RuntimeError):
    """A process ended that was meant to run on; the message carries its name and the end of its log."""


class Processes:
    """Run named commands until the end of a `with` block, which stops them all."""

    def __init__(self, logs: Path, environment: Mapping[str, str], stop_timeout: float = STOP_TIMEOUT) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._stop_timeout = stop_timeout
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a command. It gets a process group of its own, so that Ctrl-C reaches it only through `stop`."""
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                ending_with_parent(command, "TERM"),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a command to its end. Raises ProcessEndedError when it fails."""
        self.start(name, command)
        if self._running[name].wait() != 0:
            raise self._ended(name)
        del self._running[name]

    @property
    def pids(self) -> dict[str, int]:
        """Return the process ids of what runs, by name."""
        return {name: process.pid for name, process in self._running.items()}

    def check(self) -> None:
        """Raise ProcessEndedError when one of the processes has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise self._ended(name)

    def stop(self) -> None:
        """Ask every process to end, last started first; after the time-out, end what is left of them."""
        for process in reversed(self._running.values()):
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + self._stop_timeout
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in self._running.values():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _ended(self, name: str) -> ProcessEndedError:
        code = self._running[name].returncode
        return ProcessEndedError(f"{name} ended (code {code}). Its log, {self._log(name)}, ends:\n{self._tail(name)}")

    def _tail(self, name: str) -> str:
        end = self._log(name).read_bytes()[-TAIL_BYTES:].decode(errors="replace")
        return "\n".join(f"  {line}" for line in end.splitlines()[-TAIL_LINES:])
