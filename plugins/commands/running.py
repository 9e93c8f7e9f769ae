"""Run one subcommand: with Airflow's connections, and with a sentence instead of a traceback where one will do."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from importlib import import_module

from airflow.cli.utils import redirect_stdout_log_handlers_to_stderr


class CommandEnded(Exception):  # noqa: N818
    """Ends a command with a text for the person who called it, and an exit code."""

    def __init__(self, text: str, *, code: int) -> None:
        super().__init__(text)
        self.code = code


def run_command(module: str, args: Namespace) -> None:
    """Run a subcommand's module and leave with its exit code; 1 when it ended in an error."""
    # As Airflow's own `airflow connections` does: else the connections in its database would not be found.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    redirect_stdout_log_handlers_to_stderr()
    if code := _exit_code(module, args):
        raise SystemExit(code)


def _exit_code(module: str, args: Namespace) -> int:
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from include.api.errors import BilletbroError

    try:
        code: int = import_module(module).run(args)
        return code
    except CommandEnded as ended:
        print(ended, file=sys.stderr)
        return ended.code
    except BilletbroError as error:
        sentence = str(error)
    except OperationalError as error:
        connections = "'billetbro_db' (or 'billetbro_warehouse', where there is one)"
        sentence = f"The database of the connection {connections} cannot be used: {_first_line(error.orig)}"
    except ProgrammingError:
        sentence = (
            "Billetbro's tables are not there, or of another version: start the DAG place2book_sync once, or "
            "`airflow billetbro plan`. What is wrong with the database is told by `airflow billetbro check`."
        )
    print(f"FEJL / ERROR: {sentence}", file=sys.stderr)
    return 1


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error or "").splitlines()), "")
