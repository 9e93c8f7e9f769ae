"""What staff call a change's kind and status, in both languages."""

from __future__ import annotations

from functools import cache

from billetbro.messages.catalogue import Translator
from billetbro.messages.explanation_texts import Explanation

STATUSES = {
    "planned": Explanation("planlagt", "planned"),
    "applying": Explanation("i gang", "under way"),
    "applied": Explanation("gennemført", "done"),
    "failed": Explanation("mislykket", "failed"),
    "held_back": Explanation("holdt tilbage", "held back"),
}


@cache
def explained(key: str) -> Explanation:
    """Return a key's sentence in both languages, the source's name still to be filled in (source_words.py)."""
    return Explanation(*(Translator(language)(key, source="{source}") for language in ("da", "en")))
