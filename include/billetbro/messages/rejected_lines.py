"""The rejections and warnings of a report or a plan; a sentence that several events share is said once."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from billetbro.messages.catalogue import Translator
from billetbro.models import Outcome
from billetbro.reconcile.mapping.warnings import warnings_of
from billetbro.reconcile.reasons import rejection_message
from billetbro.store.schema.tables import source_events


def rejected_lines(say: Translator, rejected: Iterable[tuple[str, str]]) -> list[str]:
    """Return a heading and the titles of the rejected events, each sentence after the last title it applies to."""
    return _lines(say, "report.rejected", rejected)


def warning_lines(connection: Connection, library: str, say: Translator) -> list[str]:
    """Return the same for events on sale that are probably not as intended."""
    shown = source_events.c.mapped
    query = (
        select(shown["title"].as_string(), shown["outcome"].as_string(), shown["cut"].as_boolean())
        .where(source_events.c.library == library, source_events.c.present, shown.is_not(None))
        .order_by(source_events.c.title, source_events.c.uuid)
    )
    warned = [
        (title, say.say(rejection_message(code)))
        for title, outcome, cut in connection.execute(query)
        for code in warnings_of(title, Outcome(outcome), cut=bool(cut))
    ]
    return _lines(say, "report.warned", warned)


def _lines(say: Translator, heading: str, said: Iterable[tuple[str, str]]) -> list[str]:
    titles: dict[str, list[str]] = {}
    for title, sentence in said:
        titles.setdefault(sentence, []).append(title or say("value.no_title"))
    if not titles:
        return []
    lines = [say(heading, number=sum(map(len, titles.values())))]
    for sentence, (*others, last) in titles.items():
        lines += [f"  - {title}" for title in others]
        lines.append(f"  - {last}: {sentence}")
    return lines
