"""Why a change is made: a closed list of reasons, each with its sentence in Danish for those who read plans. Pure.

A reason's value is its English sentence, as it stands in `sync.changes.why`. What is held back has a rejection's code
there instead, which explanations.py explains.
"""

from __future__ import annotations

from enum import StrEnum

from billetbro.messages.explanations import CODES, Explanation, explain
from billetbro.messages.source_words import SourceWords


class Why(StrEnum):
    """Why a change is made."""

    NO_EVENT_YET = "the source event has no Place2book event yet"
    NAMED_BY_SOURCE = "the source event names it"
    ANSWER_WAS_LOST = "a create of ours whose answer was lost"
    MADE_ANEW = "the instance was made anew with another uuid"
    SOURCE_CHANGED = "the source event changed"
    ALREADY_THERE = "Place2book already has it"
    EDITED_BY_STAFF = "edited in Place2book"
    UNDONE_BY_STAFF = "an edit in Place2book was taken back"
    CATEGORIES_RENUMBERED = "its ticket categories have other uuids"
    CATEGORY_WITHOUT_PRICE = "a ticket category without a price"
    CATEGORY_CHANGED = "the ticket category changed"
    CATEGORY_REMOVED = "its ticket category was removed in the source"
    OVER = "the event is over"
    GONE = "the source event is gone"
    ABSENT_ONCE = "absent from the source for the first time; it goes when the next run does not find it either"
    CANCELLED = "the source event is cancelled"
    NOT_OURS = "the source event is no longer a ticket event of ours"
    SOLD_ELSEWHERE = "the source event is now sold elsewhere"
    GONE_IN_BOTH = "the source event is gone or withdrawn, and its Place2book event is gone as well"
    BACK = "the source event is back"
    SALE_END_SET_BY_STAFF = "staff have set the sale's end themselves"
    SHOWN_OTHERWISE = "the source shows something else than Place2book"
    ADDRESSES_TO_BE_TOLD = "the event is not there yet: Place2book hands out its addresses when it is created"
    NOT_ON_SALE = "the link's event is no longer on sale in Place2book"


IN_DANISH = {
    Why.NO_EVENT_YET: "arrangementet findes ikke i Place2book endnu",
    Why.NAMED_BY_SOURCE: "arrangementet i {source} har dets salgslink",
    Why.ANSWER_WAS_LOST: "vi har selv oprettet det, men fik ikke svar dengang",
    Why.MADE_ANEW: "arrangementet er lavet om i {source} og har fået et nyt nummer dér",
    Why.SOURCE_CHANGED: "arrangementet er ændret i {source}",
    Why.ALREADY_THERE: "Place2book har det allerede, så der sendes ikke noget",
    Why.EDITED_BY_STAFF: "rettet af personalet i Place2book; det bliver, som det er",
    Why.UNDONE_BY_STAFF: "personalet har taget en rettelse i Place2book tilbage",
    Why.CATEGORIES_RENUMBERED: "billetkategorierne har fået nye numre i {source}; der sendes ikke noget",
    Why.CATEGORY_WITHOUT_PRICE: "billetkategorien har ingen pris i Place2book endnu",
    Why.CATEGORY_CHANGED: "billetkategorien er ændret i {source}",
    Why.CATEGORY_REMOVED: "billetkategorien er fjernet i {source}",
    Why.OVER: "arrangementet er slut; det bliver, som det er",
    Why.GONE: "arrangementet findes ikke længere i {source}",
    Why.ABSENT_ONCE: "mangler i {source} for første gang; det fjernes, når næste kørsel heller ikke finder det",
    Why.CANCELLED: "arrangementet er aflyst i {source}",
    Why.NOT_OURS: "arrangementet skal ikke længere sælges her ifølge {source}",
    Why.SOLD_ELSEWHERE: "arrangementet sælges nu et andet sted ifølge {source}",
    Why.GONE_IN_BOTH: "arrangementet er væk eller trukket tilbage i {source} og findes heller ikke mere i Place2book",
    Why.BACK: "arrangementet er tilbage i {source}",
    Why.SALE_END_SET_BY_STAFF: "personalet har selv sat, hvornår salget slutter",
    Why.SHOWN_OTHERWISE: "{source} viser noget andet end Place2book",
    Why.ADDRESSES_TO_BE_TOLD: "arrangementet findes ikke endnu; Place2book tildeler adresserne, når det oprettes",
    Why.NOT_ON_SALE: "arrangementet, som linket fører til, er ikke længere til salg i Place2book",
}


def reason_in_words(why: str, words: SourceWords) -> Explanation:
    """Return what stands in `sync.changes.why` in both languages; a sentence of an older version stays as it is."""
    if why in CODES:
        return explain(why, words)
    if why in IN_DANISH:
        return words.said(Explanation(IN_DANISH[Why(why)], why))
    return Explanation(why, why)
