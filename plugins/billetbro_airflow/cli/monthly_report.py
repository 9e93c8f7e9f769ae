"""`airflow billetbro monthly-report`: make the libraries' reports on a month."""

import sys
from argparse import Namespace

from billetbro.errors import message_of
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.monthly_report import libraries_to_report, report_on


def run(args: Namespace) -> int:
    """Make each library's report and print where it is; exit code 1 when any failed."""
    failed = False
    for library in libraries_to_report(args.month, args.libraries):
        try:
            report_on(library, args.month, args.language)
        except Exception as error:
            failed = True
            said = translator(args.language).say(message_of(error))
            print(f"{library}: {said}", file=sys.stderr)
    return 1 if failed else 0
