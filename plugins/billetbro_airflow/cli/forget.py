"""`airflow billetbro forget`: remove a person's data from every table and file.

Exit codes: 0 removed, or found with `--dry-run`; 1 failed, perhaps in some libraries only; 3 nothing found. Arguments
show in the shell's history and the list of processes, so without one the address is asked for, or read from standard
input. Airflow does not log this command's arguments.
"""

import sys
from argparse import Namespace

from airflow.sdk.log import mask_secret

from billetbro.steps.forget import Erasure, erasure_lines, forget_in_library
from billetbro.steps.personal_data import Kept
from billetbro.warehouse.privacy.erasure import sought
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.personal_data import Place, for_each_library_in, keys_of_pseudonyms, places, together

NOTHING_FOUND = 3


def run(args: Namespace) -> int:
    """Remove the person from each library, going on after a failure.

    Works with mistakes in the settings too: the libraries are those that are stored.
    """
    email = args.email or ("" if args.phone or args.purchases else _asked())
    for given in (email, args.phone):
        if given:
            mask_secret(given)
    state, everywhere = places(args.libraries, despite_mistakes=True)
    keys = keys_of_pseudonyms()
    who = sought(keys, email, args.phone, args.purchases)
    erasures: dict[str, Erasure] = {}

    def one(place: Place, library: Kept) -> None:
        erasures[library.id + place.label] = forget_in_library(
            state, place.warehouse, library.id, who, keys, place.files, dry_run=args.dry_run
        )

    failed = for_each_library_in(everywhere, one)
    say, by_number = translator(args.language), bool(args.purchases)
    print(*erasure_lines(say, erasures, dry_run=args.dry_run, by_number=by_number), sep="\n")
    if failed:
        raise together(failed)
    return 0 if any(erasure.found.purchases for erasure in erasures.values()) else NOTHING_FOUND


def _asked() -> str:
    """Ask for the address, or read it from standard input if that is not a terminal."""
    if sys.stdin.isatty():
        print("E-mail: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
