"""What a library's source of events is called in what staff read, and the sentences that are its own. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from billetbro.messages.explanation_texts import Entry, Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWords:
    """A source's name in sentences, and what it says otherwise than other sources.

    `name` as it stands after "i" and "in" ("CMS", "the CMS"), `possessive` before what it owns ("CMS'", "the CMS's").
    `entries` and `answers` replace those of explanation_texts.py and why_texts.py by code; `states` are what the
    source's staff read for a SourceState, where that is another word.
    """

    name: Explanation
    possessive: Explanation
    entries: Mapping[str, Entry] = field(default_factory=dict)
    answers: Mapping[str, Explanation] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)

    def said(self, text: Explanation, **values: Explanation) -> Explanation:
        """Return a text with the source's name for `{source}`, `{Source}`, `{of_source}`, and with these values."""
        first = Explanation(_capitalised(self.name.da), _capitalised(self.name.en))
        values |= {"source": self.name, "Source": first, "of_source": self.possessive}
        return Explanation(
            da=text.da.format(**{name: value.da for name, value in values.items()}),
            en=text.en.format(**{name: value.en for name, value in values.items()}),
        )

    def state(self, state: str) -> str:
        """Return what the source's staff read for a state; what is none stays as it is."""
        return self.states.get(state, state)


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


ANY_SOURCE = SourceWords(
    name=Explanation("kildesystemet", "the source system"),
    possessive=Explanation("kildesystemets", "the source system's"),
)
"""For a library that the settings do not, or no longer, hold."""

WordsOf = Callable[[str], SourceWords]
"""From a library's id to the words of its source."""
