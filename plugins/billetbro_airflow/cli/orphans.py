"""`airflow billetbro orphans`: Place2book events of ours that no source event has any more."""

from argparse import Namespace
from dataclasses import asdict

from billetbro.messages.rebuild import orphans_lines
from billetbro.settings.libraries import load_settings
from billetbro.store.orphans import read_orphans
from billetbro_airflow.cli.asking import as_json, zone_of
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine


def run(args: Namespace) -> int:
    """Print the orphans of each library, as of the latest run that read Place2book's list."""
    say = translator(args.language)
    libraries = [library.id for library in load_settings().select(args.libraries)]
    with billetbro_engine().connect() as connection:
        found = read_orphans(connection, libraries)
    if args.json:
        print(as_json([{"library": library, **asdict(orphan)} for library, those in found.items() for orphan in those]))
        return 0
    texts = ["\n".join(orphans_lines(say, library, those, zone_of(library))) for library, those in found.items()]
    print("\n\n".join(texts) or say("orphans.none"))
    return 0
