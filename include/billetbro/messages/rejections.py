"""What a report and a plan say of what was rejected, or of what they warn: what several events share is said once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from billetbro.messages.explanations import Explanation, explain
from billetbro.messages.source_words import SourceWords
from billetbro.models import Outcome
from billetbro.reconcile.mapping.warnings import warnings_of
from billetbro.store.schema.tables import source_events

REJECTED = "Afvist, kræver handling / rejected, needs action"
WARNED = "Til salg, men se efter / on sale, but have a look"


def rejected_lines(told: Iterable[tuple[str, Explanation]]) -> list[str]:
    """Return a heading, the title of each event that was rejected, and what is said of it behind the last of them."""
    return _lines(REJECTED, told)


def warning_lines(connection: Connection, library: str, words: SourceWords) -> list[str]:
    """Return the same of what is on sale and probably is not as it was meant, which is no rejection."""
    shown = source_events.c.mapped
    query = (
        select(shown["title"].as_string(), shown["outcome"].as_string(), shown["cut"].as_boolean())
        .where(source_events.c.library == library, source_events.c.present, shown.is_not(None))
        .order_by(source_events.c.title, source_events.c.uuid)
    )
    warned = [
        (title, explain(code, words))
        for title, outcome, cut in connection.execute(query)
        for code in warnings_of(title, Outcome(outcome), cut=bool(cut))
    ]
    return _lines(WARNED, warned)


def _lines(heading: str, told: Iterable[tuple[str, Explanation]]) -> list[str]:
    titles: dict[Explanation, list[str]] = {}
    for title, said in told:
        titles.setdefault(said, []).append(title or "(uden titel / no title)")
    if not titles:
        return []
    lines = [f"{heading}: {sum(map(len, titles.values()))}"]
    for said, (*others, last) in titles.items():
        lines += [f"  - {title}" for title in others]
        lines += [f"  - {last}: {said.da}", f"    {said.en}"]
    return lines
