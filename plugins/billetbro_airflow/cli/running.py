"""Run a subcommand with Airflow's connections, and print known errors as a sentence instead of a traceback."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from typing import Any

from airflow.cli.utils import redirect_stdout_log_handlers_to_stderr


class CommandEnded(Exception):  # noqa: N818
    """Ends a command with a text for its caller and an exit code."""

    def __init__(self, text: str, *, code: int) -> None:
        super().__init__(text)
        self.code = code


def run_command(module: str, args: Namespace) -> None:
    """Run a subcommand's module and exit with its code, 1 after an error."""
    # As `airflow connections` does: otherwise connections in Airflow's database would not be found.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    with _logs_on_standard_error():
        code = _exit_code(module, args)
    if code:
        raise SystemExit(code)


@contextmanager
def _logs_on_standard_error() -> Iterator[None]:
    """Keep logs out of standard output, which may be JSON."""
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
    from billetbro.models.message import Message
    from billetbro_airflow.language import translator

    try:
        code: int = import_module(module).run(args)
        return code
    except CommandEnded as ended:
        print(ended, file=sys.stderr)
        return ended.code
    except BilletbroError as error:
        message = error.message
    except OperationalError as error:
        message = Message("cli.no_database", {"reason": next(iter(str(error.orig or "").splitlines()), "")})
    except ProgrammingError:
        message = Message("cli.no_tables")
    first, *more = translator(args.language)("cli.error", error=message).splitlines()
    print(first, *(f"  {line}" for line in more), sep="\n", file=sys.stderr)
    return 1
