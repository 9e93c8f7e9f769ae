"""What a code means for the library's staff, in Danish and English: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billetbro.messages.explanation_texts import ENTRIES, FIELDS, Explanation
from billetbro.messages.source_words import SourceWords

__all__ = ["CODES", "Explanation", "explain", "explain_noted"]

CODES = frozenset(ENTRIES)
"""Every code that can be explained."""

MAX_SHOWN = 200
"""Characters of a found value, or of an API's own words, that an explanation shows."""


def explain(
    code: str, words: SourceWords, *, field: str | None = None, found: str | None = None, detail: str | None = None
) -> Explanation:
    """Return what the code means to those who plan in a source; raises KeyError for a code that nobody has explained.

    `field` names what is wrong, `found` what was found in it ("?" for what nobody knows), `detail` an API's own words.
    """
    entry = words.entries.get(code) or ENTRIES[code]
    added = [text for text, value in ((entry.found, found), (entry.detail, detail)) if text is not None and value]
    name = _shortened(field)
    label = FIELDS.get(field or "") or Explanation(f"feltet ”{name}”", f"the field “{name}”")
    first = words.said(Explanation(entry.da, entry.en), field=label)
    shown = {
        "field": _quoted(field),
        "found": Explanation("ukendt", "unknown") if found == "?" else _quoted(found),
        "detail": _quoted(detail),
    }
    sentences = [first, *(words.said(text, **shown) for text in added)]
    return Explanation(
        da=" ".join(sentence.da for sentence in sentences), en=" ".join(sentence.en for sentence in sentences)
    )


def explain_noted(noted: Mapping[Any, Any], words: SourceWords) -> Explanation:
    """Return what a rejection means as a table holds it; of a code of another version only the code is known."""
    if noted["code"] not in CODES:
        return Explanation(noted["code"], noted["code"])
    return explain(noted["code"], words, field=noted["field"], found=noted["found"], detail=noted["detail"])


def _quoted(text: str | None) -> Explanation:
    return Explanation(_shortened(text), _shortened(text))


def _shortened(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= MAX_SHOWN else f"{words[: MAX_SHOWN - 1]}…"
