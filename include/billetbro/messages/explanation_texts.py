"""A text in both languages, for what is not in the catalogues yet."""

from __future__ import annotations

from dataclasses import dataclass

from billetbro.messages.catalogue import Translator


@dataclass(frozen=True, slots=True)
class Explanation:
    """One or two plain sentences, in both languages."""

    da: str
    en: str

    def said(self, say: Translator) -> str:
        """Return the text in one language, with the source's name in it."""
        text = self.da if say.language == "da" else self.en
        return text.format(source=say("source"), of_source=say("of_source"))
