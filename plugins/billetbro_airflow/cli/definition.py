"""The commands `airflow billetbro ...`, which Airflow's command line imports whenever `airflow` starts.

A subcommand is a module of this package with `run(args) -> int`, which returns the exit code. It is imported only when
it is called: nothing heavy belongs in this file.
"""

import os
import sys
from argparse import ArgumentTypeError
from functools import partial
from itertools import pairwise

from airflow.cli.cli_config import ActionCommand, Arg, CLICommand, GroupCommand

from billetbro_airflow.cli.running import run_command


def _ids(text: str) -> list[str]:
    return [part for one in text.split(",") if (part := one.strip())]


def _numbers(text: str) -> list[int]:
    return [int(one) for one in _ids(text)]


def _language(code: str) -> str:
    from billetbro.messages.catalogue import languages

    if code not in languages():
        raise ArgumentTypeError(f"{code}: {', '.join(languages())}")
    return code


def _help(name: str) -> str:
    """Return a help text in the requested language; empty when another command is running.

    The Airflow Variable counts only if the environment sets it: no database is read for a help text.
    """
    if "billetbro" not in sys.argv:
        return ""
    from billetbro.messages.catalogue import DEFAULT_LANGUAGE, Translator, languages

    asked = [after for before, after in pairwise(sys.argv) if before == "--language"]
    asked.append(os.environ.get("AIRFLOW_VAR_BILLETBRO_LANGUAGE", ""))
    language = next((code for code in asked if code in languages()), DEFAULT_LANGUAGE)
    return Translator(language)(f"cli.help.{name}")


def _argument(flag: str, **how: object) -> Arg:
    text = _help(flag.lstrip("-").replace("-", "_"))
    return Arg((flag,), help=text, **how)  # type: ignore[no-untyped-call]


def _subcommand(name: str, *args: Arg) -> ActionCommand:
    module = name.replace("-", "_")
    run = partial(run_command, f"billetbro_airflow.cli.{module}")
    return ActionCommand(name=name, help=_help(module), func=run, args=(*args, LANGUAGE))


LIBRARIES = _argument("--libraries", type=_ids, default=[], metavar="ID,ID")
EVENTS = _argument("--events", type=_ids, default=[], metavar="UUID,UUID")
EVENT = _argument("event", metavar="EVENT")
LANGUAGE = _argument("--language", type=_language, default=None, metavar="da|en")
JSON = _argument("--json", action="store_true")
ALL = _argument("--all", action="store_true")
EMAIL = _argument("--email", default="", metavar="ADDRESS")
PHONE = _argument("--phone", default="", metavar="NUMBER")
PURCHASES = _argument("--purchases", type=_numbers, default=[], metavar="ID,ID")
MONTH = _argument("--month", default="", metavar="YYYY-MM")
READ_ALL_PRICES = _argument("--read-all-prices", action="store_true")
DRY_RUN = _argument("--dry-run", action="store_true")
WINS = _argument("--wins", choices=["source", "place2book"], default=None)
CHOOSE = _argument("--choose", type=_ids, default=[], metavar="UUID=source,UUID=place2book")
YES = _argument("--yes", action="store_true")
LIBRARY = _argument("library", nargs="*", metavar="LIBRARY")
OF_LIBRARY = _argument("of_library", metavar="LIBRARY")
PLACE2BOOK_EVENT = _argument("--place2book-event", type=int, default=None, metavar="NUMBER")

SUBCOMMANDS = (
    _subcommand("check", LIBRARIES),
    _subcommand("plan", LIBRARIES, EVENTS, READ_ALL_PRICES),
    _subcommand("history", EVENT, LIBRARIES, JSON),
    _subcommand("why", EVENT, LIBRARIES, JSON),
    _subcommand("rejections", LIBRARIES, ALL, JSON),
    _subcommand("personal-data", LIBRARIES, JSON),
    _subcommand("monthly-report", MONTH, LIBRARIES),
    _subcommand("go-live", LIBRARY, ALL, YES),
    _subcommand("pause-live", LIBRARY, ALL),
    _subcommand("rebuild", LIBRARIES, EVENTS, WINS, CHOOSE, DRY_RUN, YES),
    _subcommand("orphans", LIBRARIES, JSON),
    _subcommand("adopt", OF_LIBRARY, EVENT, PLACE2BOOK_EVENT),
    _subcommand("another", OF_LIBRARY, EVENT, PLACE2BOOK_EVENT),
    _subcommand("forget", EMAIL, PHONE, PURCHASES, LIBRARIES, DRY_RUN),
)


def billetbro_commands() -> list[CLICommand]:
    """Return the group `billetbro`; named in the provider's description."""
    return [GroupCommand(name="billetbro", help="Billetbro: Place2book", subcommands=SUBCOMMANDS)]
