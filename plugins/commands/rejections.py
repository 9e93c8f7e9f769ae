"""`airflow billetbro rejections`: what could not be carried out, and what to do about it."""

from __future__ import annotations

from argparse import Namespace

from commands.asking import as_json, zone_of
from include.pipeline.history_text import rejections_text
from include.pipeline.source_words import words_of_libraries
from include.settings import load_settings
from include.store.event_history import list_rejections
from jobs.billetbro_db import billetbro_engine


def run(args: Namespace) -> int:
    """Print the open rejections of each library, with `--all` the resolved ones too."""
    libraries = [library.id for library in load_settings().select(args.libraries)]
    with billetbro_engine().connect() as connection:
        listed = list_rejections(connection, libraries, words_of_libraries(), resolved_too=args.all)
    if args.json:
        print(as_json(listed))
        return 0
    texts = [
        rejections_text(library, of_library, zone_of(library))
        for library in libraries
        if (of_library := [one for one in listed if one.library == library])
    ]
    print("\n\n".join(texts) or "Intet er afvist. / Nothing is rejected.")
    return 0
