"""Why a change is made, and what a rejection says: codes, and the keys of their sentences. Pure.

A reason's code stands in `sync.changes.why`. What is held back has a rejection's code there instead.
"""

from enum import StrEnum, auto

from billetbro.models.message import Message

MAX_SHOWN = 200
"""Characters of a found value, or of an API's own words, that are shown."""


class Why(StrEnum):
    """Why a change is made. The sentences are those of `reasons.po`."""

    NO_EVENT_YET = auto()
    NAMED_BY_SOURCE = auto()
    ANSWER_WAS_LOST = auto()
    MADE_ANEW = auto()
    SOURCE_CHANGED = auto()
    ALREADY_THERE = auto()
    EDITED_BY_STAFF = auto()
    UNDONE_BY_STAFF = auto()
    CATEGORIES_RENUMBERED = auto()
    CATEGORY_WITHOUT_PRICE = auto()
    CATEGORY_CHANGED = auto()
    CATEGORY_REMOVED = auto()
    OVER = "event_over"
    GONE = auto()
    ABSENT_ONCE = auto()
    CANCELLED = auto()
    NOT_OURS = auto()
    SOLD_ELSEWHERE = "now_sold_elsewhere"
    GONE_IN_BOTH = auto()
    BACK = auto()
    SALE_END_SET_BY_STAFF = auto()
    SHOWN_OTHERWISE = auto()
    ADDRESSES_TO_BE_TOLD = "addresses_pending"
    NOT_ON_SALE = auto()


REASONS = frozenset(Why)


def reason_message(why: str) -> Message:
    """Return what stands in `sync.changes.why` as a message; a sentence of an older version is said as it is."""
    return Message(f"reason.{why}") if why in REASONS else rejection_message(why)


def rejection_message(
    code: str, *, field: str | None = None, found: str | None = None, detail: str | None = None
) -> Message:
    """Return what a rejection's code means, and what to do about it.

    `field` names what is wrong, `found` what was found in it ("?" for what nobody knows), `detail` an API's own words.
    """
    name = _shortened(field)
    values: dict[str, str | Message] = {"field": Message(f"field.{name}"), "name": name}
    if found:
        values["found"] = Message("unknown") if found == "?" else _shortened(found)
    if detail:
        values["detail"] = _shortened(detail)
    return Message(f"rejection.{code}", values)


def _shortened(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= MAX_SHOWN else f"{words[: MAX_SHOWN - 1]}…"
