"""`airflow billetbro why EVENT`: why has this event no ticket button?"""

from __future__ import annotations

from argparse import Namespace

from sqlalchemy import Connection

from billetbro.messages.history import event_line
from billetbro.messages.library_words import words_of_libraries
from billetbro.reconcile.diagnosis.why import Told, why
from billetbro.steps.request import utc_now
from billetbro.store.event.facts import event_facts, library_facts
from billetbro_airflow.cli.asking import as_json, events_named, timezone_of, timezones, zone_of
from billetbro_airflow.tasks.databases import billetbro_engine


def run(args: Namespace) -> int:
    """Print the answer, and what else is known; exit code 1 when no event is meant by what was given."""
    with billetbro_engine().connect() as connection:
        found = events_named(connection, args.event, args.libraries)
        if not found:
            return _never_seen(connection, args)
        (event,) = found
        timezone, words = timezone_of(event.library), words_of_libraries()(event.library)
        told = why(event_facts(connection, event.library, event.uuid, timezone=timezone, words=words, now=utc_now()))
    if args.json:
        print(as_json({"event": event, **_plain(told)}))
    else:
        print(event_line(event, zone_of(event.library), words), *_lines(told), sep="\n")
    return 0


def _never_seen(connection: Connection, args: Namespace) -> int:
    """Say when each library's list was read last: the event was in none of them."""
    libraries = {id_: zone for id_, zone in timezones().items() if id_ in (args.libraries or [id_])}
    words_of, now = words_of_libraries(), utc_now()
    told = {
        library: why(library_facts(connection, library, timezone=timezone, words=words_of(library), now=now))
        for library, timezone in libraries.items()
    }
    if args.json:
        print(as_json({"event": None, "libraries": {library: _plain(one) for library, one in told.items()}}))
    else:
        print(f"Intet arrangement passer på / No event matches: {args.event}")
        for library, one in told.items():
            print("", f"{library}:", *_lines(one), sep="\n")
    return 1


def _lines(told: Told) -> list[str]:
    answers = [told.answer, *told.further]
    return [line for answer in answers for line in (f"  {answer.words.da}", f"    {answer.words.en}")]


def _plain(told: Told) -> dict[str, object]:
    return {"has_button": told.has_button, "answer": told.answer, "further": told.further}
