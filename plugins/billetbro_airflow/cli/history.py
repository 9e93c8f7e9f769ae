"""`airflow billetbro history EVENT`: everything that happened to an event, oldest first."""

from argparse import Namespace

from billetbro.messages.history import history_text
from billetbro.models import Link
from billetbro.store.event.facts import link_of
from billetbro.store.event.history import read_history
from billetbro_airflow.cli.asking import as_json, events_named, with_sentences, zone_of
from billetbro_airflow.cli.running import CommandEnded
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine


def run(args: Namespace) -> int:
    """Print the event's link, its changes, and its rejections."""
    say = translator(args.language)
    with billetbro_engine().connect() as connection:
        found = events_named(connection, args.event, args.libraries, say)
        if not found:
            raise CommandEnded(say("cli.no_event", sought=args.event), code=1)
        (event,) = found
        link = link_of(connection, event.library, event.uuid)
        say = say.for_library(event.library)
        entries = read_history(connection, event.library, event.uuid)
    if args.json:
        history = [with_sentences(entry, say) for entry in entries]
        print(as_json({"event": event, "link": None if link is None else _shown(link), "history": history}))
    else:
        print(history_text(say, event, link, entries, zone_of(event.library)))
    return 0


def _shown(link: Link) -> dict[str, object]:
    return {name: getattr(link, name) for name in ("event_maker", "event_id", "seccode", "sales_location", "status")}
