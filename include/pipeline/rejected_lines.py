"""What a report and a plan say of what was rejected: what is to be said of several events is said once."""

from __future__ import annotations

from collections.abc import Iterable

from include.sync.explanations import Explanation


def rejected_lines(told: Iterable[tuple[str, Explanation]]) -> list[str]:
    """Return a heading, each event's title, and behind the last of those that it is said of, the explanation."""
    titles: dict[Explanation, list[str]] = {}
    for title, said in told:
        titles.setdefault(said, []).append(title or "(uden titel / no title)")
    if not titles:
        return []
    lines = [f"Afvist, kræver handling / rejected, needs action: {sum(map(len, titles.values()))}"]
    for said, (*others, last) in titles.items():
        lines += [f"  - {title}" for title in others]
        lines += [f"  - {last}: {said.da}", f"    {said.en}"]
    return lines
