"""`airflow billetbro rejections`: what was rejected, and what to do about it."""

from argparse import Namespace

from billetbro.messages.history import rejections_text
from billetbro.store.event.history import list_rejections
from billetbro_airflow.cli.asking import as_json, with_sentences, zone_of
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.tasks.readable_settings import readable_settings


def run(args: Namespace) -> int:
    """Print the open rejections of each library, with `--all` the resolved ones too.

    With mistakes in the settings, the ids given count as they are, else every library with rejections.
    """
    say = translator(args.language)
    settings = readable_settings().settings
    libraries = [library.id for library in settings.select(args.libraries)] if settings else args.libraries or None
    with billetbro_engine().connect() as connection:
        listed = list_rejections(connection, libraries, resolved_too=args.all)
    if args.json:
        print(as_json([with_sentences(one, say.for_library(one.library)) for one in listed]))
        return 0
    texts = [
        rejections_text(say.for_library(library), library, of_library, zone_of(library))
        for library in libraries or sorted({one.library for one in listed})
        if (of_library := [one for one in listed if one.library == library])
    ]
    print("\n\n".join(texts) or say("cli.nothing_rejected"))
    return 0
