"""Take what may be personal or secret out of another system's words, before they are stored or shown.

An API that refuses something may quote what it was sent, or what it has: a buyer's address, a token. What helps staff
stays: names of fields, dates, prices, short numbers, seccodes and uuids. When in doubt, it goes.
"""

import re
from urllib.parse import unquote

from billetbro.models.text import one_line

MASK = "***"
LONGEST = 4000
"""Characters that are looked through; the rest of a longer text is left out."""

_KEPT = re.compile(
    r"(?<![\w-])(?:"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|\d{1,2}[./]\d{1,2}[./]\d{4}(?: (?:kl\.? ?)?\d\d[.:]\d\d)?"
    r")(?![\w-])",
    re.IGNORECASE,
)
"""Uuids, dates and times, which would look like long numbers."""

_NAME = r"[A-ZÆØÅÄÖÜÉ][\w.'’-]*"
_STREET = (
    r"(?:vej|vejen|gade|gaden|all[eé]|stræde|plads|pladsen|torv|torvet|vænge|vænget|boulevard|park|parken|have|haven|bakke|"
    r"bakken|toft|toften|sti|stien|mark|marken|lund|lunden|høj|høje|dal|dalen|gård|gården|strand|kaj|kajen|ring|ringen|vang|"
    r"vangen|ager|ageren|street|road|avenue|lane)"
)
_PATTERNS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        # e-mail addresses
        (r"[^\s<>\"'(),;:=|·]{1,80}\s?(?:@|＠|%40|\(at\)|\[at\])\s?[^\s<>\"'(),;|·]{1,120}", re.IGNORECASE),
        # what is called a secret, and the query of an address
        (r"\b(?:bearer|basic|digest)\s+[\w+/=.~-]{6,}", re.IGNORECASE),
        (
            r"(?<!\w)(?:[\w-]*(?:token|api[_-]?key|password|adgangskode|secret|authorization|signature|cookie)[\w-]*)"
            r"[\"']?\s*[:=]\s*[\"']?(?!must|can|is |may|skal|kan|er )[^\s\"',;]{6,}",
            re.IGNORECASE,
        ),
        (r"(?<=[\w/])\?[^\s?]{0,400}=[^\s]{0,400}", 0),
        # names, where they are called so; an event's own field is `name`
        (
            r"\b(?:first_?name|last_?name|full_?name|fornavn|efternavn|customer|buyer|attendee|kunde|køber|holder)(?:_name)?"
            r"[\"']?\s*[:=]\s*[\"']?[^,;·|\"']{1,80}",
            re.IGNORECASE,
        ),
        # street and house number, with what follows of the address; postal code and town
        (
            rf"(?:{_NAME} ){{0,3}}[\w.'’-]*(?i:{_STREET})\s+\d{{1,3}}\s?[A-Za-z]?(?![\w])"
            r"(?:,?\s*(?i:\d{1,2}\.?|st\.?|kl\.?)\s?(?i:tv|th|mf|sal)?\.?(?!\w))*"
            rf"(?:,?\s*\d{{4}}\s+{_NAME}(?: {_NAME})?)?",
            0,
        ),
        (rf"\b(?:DK-?)?\d{{4}}\s+{_NAME}(?: {_NAME})?", 0),
        # telephone and civil registration numbers, barcodes
        (r"(?<![\w])(?:\(?(?:\+|00)\s?\d{1,3}\)?[\s./-]{0,2})?\d(?:[\s./()-]{0,2}\d){7,29}(?!\w)", 0),
        # long strings of letters and digits: tokens, pseudonyms, signatures
        (r"(?<![\w-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{20,}(?![\w-])", 0),
        (r"(?<!\w)\d{9,}(?!\w)", 0),
    )
)


def without_personal_data(text: str) -> str:
    """Return a text as one line, with `***` for what may be somebody's address, number or secret."""
    plain = one_line(text[:LONGEST])
    if "%" in plain:
        plain = one_line(unquote(plain))
    parts, at = [], 0
    for kept in _KEPT.finditer(plain):
        parts += [_masked(plain[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, _masked(plain[at:])])


def _masked(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text
