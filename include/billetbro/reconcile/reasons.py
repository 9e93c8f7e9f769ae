"""The reasons of changes and rejections: codes, and the keys of their texts. Pure.

`sync.changes.why` holds the code of a reason, or of a rejection for what is held back.
"""

from enum import StrEnum, auto

from billetbro.models.message import Message

MAX_SHOWN = 200
"""How many characters of a found value or an API's text are shown."""


class Why(StrEnum):
    """Why a change is made. The texts are in `reasons.po`."""

    NO_EVENT_YET = auto()
    NAMED_BY_SOURCE = auto()
    CHOSEN = "chosen_by_person"
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
    REBUILT = auto()


REASONS = frozenset(Why)


def reason_message(why: str) -> Message:
    """Return the message for `sync.changes.why`; a sentence that an older version stored is shown unchanged."""
    return Message(f"reason.{why}") if why in REASONS else rejection_message(why)


def rejection_message(
    code: str, *, field: str | None = None, found: str | None = None, detail: str | None = None
) -> Message:
    """Return what a rejection's code means and what to do about it.

    `field`: what is wrong; `found`: its value ("?" for unknown); `detail`: the API's own words.
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
