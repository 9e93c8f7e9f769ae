"""`airflow billetbro forget`: remove what is known of a person, from every table and file.

Exit codes: 0 removed, or found with `--dry-run`; 1 not carried out, or not in every library; 3 nothing found.
The address is best not given as an argument, which the shell's history and the list of processes show: without one it
is asked for, or read from standard input. Airflow logs no arguments of this command.
"""

from __future__ import annotations

import sys
from argparse import Namespace

from airflow.sdk.log import mask_secret

from include.pipeline.forget import Outcome, forget_in_library, told_of
from include.pipeline.personal_data import kept_libraries, stored_libraries
from include.settings import load_settings
from include.warehouse.forget import sought
from jobs.billetbro_db import values_kept_out_of_errors
from jobs.personal_data import databases, exported_files, keys_of_pseudonyms, together

NOTHING_FOUND = 3


def run(args: Namespace) -> int:
    """Remove the person from each library; one library's failure leaves the others untouched."""
    email = args.email or ("" if args.phone or args.purchases else _asked())
    for given in (email, args.phone):
        if given:
            mask_secret(given)
    state, warehouse = databases()
    files, keys = exported_files(), keys_of_pseudonyms()
    who = sought(keys, email, args.phone, args.purchases)
    outcomes: dict[str, Outcome] = {}
    failed: dict[str, Exception] = {}
    for library in kept_libraries(load_settings(), stored_libraries(warehouse, files), args.libraries):
        try:
            with values_kept_out_of_errors():
                outcomes[library.id] = forget_in_library(
                    state, warehouse, library.id, who, keys, files, dry_run=args.dry_run
                )
        except Exception as error:
            failed[library.id] = error
    print(told_of(outcomes, dry_run=args.dry_run))
    if failed:
        raise together(failed)
    return 0 if any(outcome.found.purchases for outcome in outcomes.values()) else NOTHING_FOUND


def _asked() -> str:
    """Ask for the address, or read it from standard input when nobody is there to be asked."""
    if sys.stdin.isatty():
        print("E-mail: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
