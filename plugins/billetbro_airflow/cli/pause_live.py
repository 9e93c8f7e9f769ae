"""`airflow billetbro pause-live`: let libraries write nothing any more, until somebody lets them again."""

from argparse import Namespace

from billetbro.settings.libraries import load_settings
from billetbro.store.live_libraries import pause_live
from billetbro_airflow.cli.go_live import chosen
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine


def run(args: Namespace) -> int:
    """Store that the libraries are live no longer; a run that is under way stops writing at its next step."""
    say = translator(args.language)
    libraries = [library.id for library in chosen(load_settings(), args)]
    with billetbro_engine().begin() as connection:
        pause_live(connection, libraries)
    print(say("live.is_paused", libraries=", ".join(libraries)))
    return 0
