"""Run one subcommand: with Airflow's connections, and with a sentence instead of a traceback where one will do."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from typing import Any

from airflow.cli.utils import redirect_stdout_log_handlers_to_stderr

NO_TABLES_DA = (
    "Billetbros tabeller findes ikke endnu, eller de er fra en anden version: kør DAG'en place2book_sync én gang, "
    "eller `airflow billetbro plan`. Hvad der er galt med databasen, siger `airflow billetbro check`."
)
NO_TABLES_EN = (
    "Billetbro's tables are not there, or of another version: start the DAG place2book_sync once, or "
    "`airflow billetbro plan`. What is wrong with the database is told by `airflow billetbro check`."
)


class CommandEnded(Exception):  # noqa: N818
    """Ends a command with a text for the person who called it, and an exit code."""

    def __init__(self, text: str, *, code: int) -> None:
        super().__init__(text)
        self.code = code


def run_command(module: str, args: Namespace) -> None:
    """Run a subcommand's module and leave with its exit code; 1 when it ended in an error."""
    # As Airflow's own `airflow connections` does: else the connections in its database would not be found.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    with _logs_on_standard_error():
        code = _exit_code(module, args)
    if code:
        raise SystemExit(code)


@contextmanager
def _logs_on_standard_error() -> Iterator[None]:
    """Leave standard output to the answer: a line of a log in it would make it unreadable as JSON."""
    import structlog

    redirect_stdout_log_handlers_to_stderr()
    loggers = structlog.get_config()["logger_factory"]

    def logger(*args: Any) -> Any:
        with redirect_stdout(sys.stderr):  # a logger takes what is standard output when it is made
            return loggers(*args)

    structlog.configure(logger_factory=logger)
    try:
        yield
    finally:
        structlog.configure(logger_factory=loggers)


def _exit_code(module: str, args: Namespace) -> int:
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from billetbro.errors import BilletbroError
    from billetbro.messages.errors import error_lines

    try:
        code: int = import_module(module).run(args)
        return code
    except CommandEnded as ended:
        print(ended, file=sys.stderr)
        return ended.code
    except BilletbroError as error:
        lines = error_lines(error.message)
    except OperationalError as error:
        connections = "'billetbro_db' (or 'billetbro_warehouse', where there is one)"
        lines = [
            "Databasen kan ikke bruges; hvorfor, står i den engelske sætning.",
            f"The database of the connection {connections} cannot be used: {_first_line(error.orig)}",
        ]
    except ProgrammingError:
        lines = [NO_TABLES_DA, NO_TABLES_EN]
    print(f"FEJL / ERROR: {lines[0]}", *(f"  {line}" for line in lines[1:]), sep="\n", file=sys.stderr)
    return 1


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error or "").splitlines()), "")
