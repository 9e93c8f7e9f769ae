"""Limit the size and depth of pasted HTML, so that it can be cleaned quickly (behaviour 2).

An HTML parser searches all open tags at each tag, so that nested tags cost the square of their number. Ordinary texts
are within the limits and pass unchanged.
"""

import re
from collections import Counter

LONGEST = 100_000
"""Characters of a text that are used, after invisible parts were removed: embedded pictures, comments."""
DEEPEST = 60
"""How many tags can be open at once; deeper ones are left out, but not their text."""
MOST_STYLES = 8
"""How many of these can be styles or links: a parser reopens each of them in every paragraph."""
_LONGEST_TAG = 4_000

_OVERLONG_TAG = re.compile(rf"<(/?[a-z][a-z0-9]*)[^<>]{{{_LONGEST_TAG},}}>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>?", re.IGNORECASE)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_STYLES = frozenset({"a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"})
_CLOSED_BY_THE_NEXT = {
    "p": (),
    "li": ("ul", "ol"),
    "dd": ("dl",),
    "dt": ("dl",),
    "option": ("select",),
    "tr": ("table",),
    "td": ("table",),
    "th": ("table",),
}
"""Tags whose end is optional, with their parents: at most one more of them is open than of their parents."""


def shortened(text: str) -> str:
    """Return the text; one that is too long loses its invisible parts and, if still too long, its end."""
    lean = _lean(text)
    return lean if len(lean) <= LONGEST else _head(lean)


def flattened(text: str) -> str:
    """Return the HTML of a shortened text without tags that are nested too deep."""
    flat = _Flat().of(text) if text.count("<") > MOST_STYLES else text
    return _OVERLONG_TAG.sub(r"<\1>", flat)


def is_cut(text: str) -> bool:
    """Tell whether anything readable or visible of an HTML text is left out for its size or depth."""
    short = shortened(text)
    return len(_lean(text)) > LONGEST or (short.count("<") > MOST_STYLES and _Flat().of(short) != short)


def _lean(text: str) -> str:
    return text if len(text) <= LONGEST else _OVERLONG_TAG.sub(r"<\1>", _without_comments(text))


class _Flat:
    """Leaves out tags that are nested too deep, together with their ends.

    An end closes a tag of its own name only, so that never more tags are open than are counted, even if they overlap.
    """

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    def of(self, text: str) -> str:
        """Return the text without those tags."""
        return _TAG.sub(self._kept, text)

    def _kept(self, tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name in _VOID:
            return tag[0]
        if tag[1]:
            return self._end(name, tag[0])
        around = _CLOSED_BY_THE_NEXT.get(name)
        if around is not None and self._open[name] > sum(self._open[one] for one in around):
            return tag[0]
        styles = sum(self._open[one] for one in _STYLES) if name in _STYLES else 0
        if self._open.total() >= DEEPEST or styles >= MOST_STYLES:
            self._left_out[name] += 1
            return ""
        self._open[name] += 1
        return tag[0]

    def _end(self, name: str, tag: str) -> str:
        if self._left_out[name]:
            self._left_out[name] -= 1
            return ""
        if self._open[name]:
            self._open[name] -= 1
        return tag


def _without_comments(text: str) -> str:
    """Remove comments; an unclosed one hides the rest."""
    before, *commented = text.split("<!--")
    return before + "".join(part.partition("-->")[2] for part in commented)


def _head(text: str) -> str:
    """Return the used part of the text, without half a word or half a tag at its end."""
    head = text[:LONGEST]
    tag = head.rfind("<")
    if tag > head.rfind(">"):
        return head[:tag] + "…"
    word = max(head.rfind(" "), head.rfind(">"), head.rfind("\n"))
    return (head[: word + 1] if word > 0 else head) + "…"
