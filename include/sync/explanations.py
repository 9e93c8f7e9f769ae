"""What a code means for the library's staff, in Danish and English: what is wrong, and what to do about it."""

from __future__ import annotations

from include.sync.explanation_texts import ENTRIES, FIELDS, Explanation

__all__ = ["CODES", "Explanation", "explain"]

CODES = frozenset(ENTRIES)
"""Every code that can be explained."""

MAX_SHOWN = 200
"""Characters of a found value, or of an API's own words, that an explanation shows."""


def explain(code: str, *, field: str | None = None, found: str | None = None, detail: str | None = None) -> Explanation:
    """Return what the code means; raises KeyError for a code that nobody has explained.

    `field` names what is wrong, `found` what was found in it ("?" for what nobody knows), `detail` an API's own words.
    """
    entry = ENTRIES[code]
    label = FIELDS.get(field or "") or Explanation(f"feltet ”{_shortened(field)}”", f"the field “{_shortened(field)}”")
    added = [text for text, value in ((entry.found, found), (entry.detail, detail)) if text is not None and value]
    values = {"field": _shortened(field), "detail": _shortened(detail)}
    da = _shortened("ukendt" if found == "?" else found)
    en = _shortened("unknown" if found == "?" else found)
    return Explanation(
        da=" ".join([entry.da.format(field=label.da), *(text.da.format(found=da, **values) for text in added)]),
        en=" ".join([entry.en.format(field=label.en), *(text.en.format(found=en, **values) for text in added)]),
    )


def _shortened(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= MAX_SHOWN else f"{words[: MAX_SHOWN - 1]}…"
