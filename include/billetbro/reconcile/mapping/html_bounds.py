"""HTML of a size and a depth that can be cleaned in no time, whatever was pasted into it (behaviour 2).

A parser of HTML looks through all that is open at each tag, so that tags in tags in tags cost the square of their
number. What everybody writes is within the bounds and passes as it is.
"""

import re
from collections import Counter

LONGEST = 100_000
"""Characters of a text that are looked at, after what shows nothing was left out: pictures in the text, comments."""
DEEPEST = 60
"""How many tags can be open at once; further ones are left out, not the text in them."""
MOST_STYLES = 8
"""How many of these can be bold, italic or links: a parser opens each of them anew in every paragraph."""
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
"""Tags that need no end: there are no more of them open than of those around them, and one."""


def shortened(text: str) -> str:
    """Return the text, or as much of it as is looked at, with what shows nothing left out of a long one."""
    lean = _lean(text)
    return lean if len(lean) <= LONGEST else _head(lean)


def flattened(text: str) -> str:
    """Return the HTML of a shortened text without what would be open too deep."""
    flat = _Flat().of(text) if text.count("<") > MOST_STYLES else text
    return _OVERLONG_TAG.sub(r"<\1>", flat)


def is_cut(text: str) -> bool:
    """Tell whether anything of an HTML text that could be read or seen is left out for its size or depth."""
    short = shortened(text)
    return len(_lean(text)) > LONGEST or (short.count("<") > MOST_STYLES and _Flat().of(short) != short)


def _lean(text: str) -> str:
    return text if len(text) <= LONGEST else _OVERLONG_TAG.sub(r"<\1>", _without_comments(text))


class _Flat:
    """Leaves out the tags that would be open too deep, each with its end.

    An end counts for a tag of its own name alone, so that never more is open than is counted, however the tags are
    crossed.
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
    """Leave out comments; one that is not ended hides the rest."""
    before, *commented = text.split("<!--")
    return before + "".join(part.partition("-->")[2] for part in commented)


def _head(text: str) -> str:
    """Return as much as is looked at, without half a word or half a tag at its end."""
    head = text[:LONGEST]
    tag = head.rfind("<")
    if tag > head.rfind(">"):
        return head[:tag] + "…"
    word = max(head.rfind(" "), head.rfind(">"), head.rfind("\n"))
    return (head[: word + 1] if word > 0 else head) + "…"
