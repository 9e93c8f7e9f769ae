"""What `adopt` and `another` share: store what a person says of the Place2book events that look like a source event."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Sequence

from billetbro.messages.catalogue import Translator
from billetbro.messages.lookalikes import lookalike_message
from billetbro.models import LookalikeChoice
from billetbro.settings.libraries import load_settings
from billetbro.steps.request import utc_now
from billetbro.store.actions import Action, AskedFor, store_action
from billetbro.store.lookalikes import Lookalike, Said, choose, is_adoptable, read_undecided
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine


def say_of(args: Namespace, choice: LookalikeChoice) -> int:
    """Store the choice with who made it, and print what follows; 1 when there is nothing to choose, or too much."""
    say, now = translator(args.language), utc_now()
    (library,) = load_settings().select([args.of_library])
    says = say.for_library(library.id)
    with billetbro_engine().begin() as connection:
        alike = read_undecided(connection, library.id, args.event)
        chosen = [one for one in alike if args.place2book_event in (None, one.event_id)]
        refused = choice is LookalikeChoice.ADOPT and not is_adoptable(connection, library.id, args.event)
        if not chosen or refused:
            print(say("lookalike.none", library=library.id, event=args.event), file=sys.stderr)
            return 1
        if choice is LookalikeChoice.ADOPT and len(chosen) > 1:
            print(say("lookalike.which"), *_told(says, chosen), sep="\n", file=sys.stderr)
            return 1
        by = getpass.getuser()
        said = Said(choice=choice, by=by, at=now, event_id=args.place2book_event)
        choose(connection, library.id, args.event, said)
        store_action(connection, AskedFor(action=Action(choice), asked_by=by, asked_at=now), [(library.id, args.event)])
    print(say(f"lookalike.said_{choice}"), *_told(says, chosen), sep="\n")
    return 0


def _told(says: Translator, alike: Sequence[Lookalike]) -> list[str]:
    return [says.say(lookalike_message(one)) for one in alike]
