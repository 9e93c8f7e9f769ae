"""`airflow billetbro why EVENT`: why has this event no ticket button?"""

from argparse import Namespace

from sqlalchemy import Connection

from billetbro.messages.catalogue import Translator
from billetbro.messages.history import event_line
from billetbro.reconcile.diagnosis.why import Told, why
from billetbro.steps.request import utc_now
from billetbro.store.event.facts import event_facts, library_facts
from billetbro_airflow.cli.asking import as_json, events_named, timezone_of, timezones, zone_of
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine


def run(args: Namespace) -> int:
    """Print the answer and further reasons; exit code 1 when there is no such event."""
    say = translator(args.language)
    with billetbro_engine().connect() as connection:
        found = events_named(connection, args.event, args.libraries, say)
        if not found:
            return _never_seen(connection, args, say)
        (event,) = found
        timezone, say = timezone_of(event.library), say.for_library(event.library)
        told = why(event_facts(connection, event.library, event.uuid, timezone=timezone, now=utc_now()))
    if args.json:
        print(as_json({"event": event, **_plain(told, say)}))
    else:
        print(event_line(say, event, zone_of(event.library)), *_lines(told, say), sep="\n")
    return 0


def _never_seen(connection: Connection, args: Namespace, say: Translator) -> int:
    """Print when each library's list was last read: the event was in none of them."""
    libraries = {id_: zone for id_, zone in timezones().items() if id_ in (args.libraries or [id_])}
    now = utc_now()
    told = {
        library: why(library_facts(connection, library, timezone=timezone, now=now))
        for library, timezone in libraries.items()
    }
    if args.json:
        plain = {library: _plain(one, say.for_library(library)) for library, one in told.items()}
        print(as_json({"event": None, "libraries": plain}))
    else:
        print(say("cli.no_event", sought=args.event))
        for library, one in told.items():
            print("", f"{library}:", *_lines(one, say.for_library(library)), sep="\n")
    return 1


def _lines(told: Told, say: Translator) -> list[str]:
    return [f"  {say.say(answer.message)}" for answer in (told.answer, *told.further)]


def _plain(told: Told, say: Translator) -> dict[str, object]:
    answer, *further = ({"code": one.code, "message": say.say(one.message)} for one in (told.answer, *told.further))
    return {"has_button": told.has_button, "answer": answer, "further": further}
