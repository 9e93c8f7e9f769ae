"""The commands `airflow billetbro ...` as Airflow's command line reads them, at the start of every `airflow`.

A subcommand is a module of this package, named like it, with `run(args) -> int`, the exit code. It is imported when it
is called, and not before: nothing heavy belongs in this file.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial

from airflow.cli.cli_config import ActionCommand, Arg, CLICommand, GroupCommand

from billetbro_airflow.cli.running import run_command


def _ids(text: str) -> list[str]:
    """Return the parts between the commas."""
    return [part for one in text.split(",") if (part := one.strip())]


def _numbers(text: str) -> list[int]:
    """Return the numbers between the commas."""
    return [int(one) for one in _ids(text)]


def _language(code: str) -> str:
    """Return the code of a language that there is a catalogue of; raises what argparse shows, naming them all."""
    from billetbro.messages.catalogue import languages

    if code not in languages():
        raise ArgumentTypeError(f"{code}: vælg / choose {', '.join(languages())}")
    return code


def _argument(*flags: str, **how: object) -> Arg:
    return Arg(flags, **how)  # type: ignore[no-untyped-call]


def _subcommand(name: str, explanation: str, *args: Arg) -> ActionCommand:
    module = f"billetbro_airflow.cli.{name.replace('-', '_')}"
    return ActionCommand(name=name, help=explanation, func=partial(run_command, module), args=(*args, LANGUAGE))


LIBRARIES = _argument(
    "--libraries",
    type=_ids,
    default=[],
    metavar="ID,ID",
    help="bibliotekernes id'er i libraries.yaml; ellers alle / ids of libraries; all without it",
)
EVENTS = _argument(
    "--events",
    type=_ids,
    default=[],
    metavar="UUID,UUID",
    help="kun disse arrangementer / only these events, by their uuid where they are planned",
)
EVENT = _argument(
    "event",
    metavar="EVENT",
    help=(
        "uuid, nummer eller seccode i Place2book, salgslink, sidens adresse (for alle eller for personalet), noget af "
        "titlen / uuid, number or seccode in Place2book, sales link, the page's address (for all or for staff), a part "
        "of the title"
    ),
)
LANGUAGE = _argument(
    "--language",
    type=_language,
    default=None,
    metavar="da|en",
    help="sproget: da eller en / the language: da or en; without it the Airflow variable billetbro_language's, or da",
)
JSON = _argument("--json", action="store_true", help="som JSON, til maskiner / as JSON, for machines")
ALL = _argument("--all", action="store_true", help="også de løste / those that are resolved too")
EMAIL = _argument(
    "--email",
    default="",
    metavar="ADDRESS",
    help=(
        "personens e-mail; udelad den, og den bliver spurgt om eller læst fra standard input / "
        "the person's e-mail; leave it out to be asked for it, or to have it read from standard input"
    ),
)
PHONE = _argument("--phone", default="", metavar="NUMBER", help="personens telefonnummer / the person's phone number")
PURCHASES = _argument(
    "--purchases",
    type=_numbers,
    default=[],
    metavar="ID,ID",
    help="købenes numre i Place2book / the numbers of the purchases in Place2book",
)
MONTH = _argument(
    "--month", default="", metavar="YYYY-MM", help="måneden; ellers den sidste / the month; the last one without it"
)
DRY_RUN = _argument("--dry-run", action="store_true", help="vis kun, hvad der findes / only show what there is")

SUBCOMMANDS = (
    _subcommand("check", "Virker indstillinger og forbindelser? / Do settings and connections work?", LIBRARIES),
    _subcommand("plan", "Vis, hvad næste kørsel ville gøre / Show what the next run would do", LIBRARIES, EVENTS),
    _subcommand("history", "Hvad er der sket med et arrangement? / What happened to an event?", EVENT, LIBRARIES, JSON),
    _subcommand("why", "Hvorfor er der ingen billetknap? / Why is there no ticket button?", EVENT, LIBRARIES, JSON),
    _subcommand("rejections", "Hvad er afvist? / What is rejected?", LIBRARIES, ALL, JSON),
    _subcommand(
        "personal-data",
        "Hvilke persondata er gemt, hvor og hvor længe? / What personal data is stored, where and for how long?",
        LIBRARIES,
        JSON,
    ),
    _subcommand("monthly-report", "Lav månedens rapport / Make the month's report", MONTH, LIBRARIES),
    _subcommand(
        "forget",
        "Fjern en persons data / Remove a person's data",
        EMAIL,
        PHONE,
        PURCHASES,
        LIBRARIES,
        DRY_RUN,
    ),
)


def billetbro_commands() -> list[CLICommand]:
    """Return the group `billetbro`; the provider names this function to Airflow."""
    return [
        GroupCommand(
            name="billetbro",
            help="Bibliotekernes arrangementer i Place2book / Library events in Place2book",
            subcommands=SUBCOMMANDS,
        )
    ]
