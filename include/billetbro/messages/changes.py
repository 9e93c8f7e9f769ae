"""What staff call a change's kind and status, in both languages; a kind's may name the source (source_words.py)."""

from __future__ import annotations

from billetbro.messages.explanation_texts import Explanation
from billetbro.models import Kind

KINDS = {
    Kind.CREATE: Explanation("oprettet i Place2book", "created in Place2book"),
    Kind.ADOPT: Explanation("koblet til et arrangement i Place2book", "linked to an event in Place2book"),
    Kind.MOVE: Explanation("flyttet til arrangementets nye udgave i {source}", "moved to the new instance in {source}"),
    Kind.UPDATE: Explanation("opdateret i Place2book", "updated in Place2book"),
    Kind.CREATE_PRICE: Explanation("pris oprettet", "price created"),
    Kind.UPDATE_PRICE: Explanation("pris ændret", "price changed"),
    Kind.DELETE_PRICE: Explanation("pris slettet", "price deleted"),
    Kind.END_PRICE_SALE: Explanation("salg af pris stoppet", "sale of a price ended"),
    Kind.END_SALE: Explanation("salg stoppet", "sale ended"),
    Kind.REOPEN_SALE: Explanation("salg åbnet igen", "sale opened again"),
    Kind.DELETE: Explanation("slettet i Place2book", "deleted in Place2book"),
    Kind.RETIRE: Explanation("afsluttet", "over"),
    Kind.RECORD: Explanation("noteret, intet sendt", "noted, nothing sent"),
    Kind.DRIFT: Explanation("ændret af personalet i Place2book", "edited by staff in Place2book"),
    Kind.WRITE_BACK: Explanation("skrevet til {source}", "written to {source}"),
    Kind.CLEAR_LINK: Explanation("link fjernet fra {source}", "link cleared in {source}"),
}

STATUSES = {
    "planned": Explanation("planlagt", "planned"),
    "applying": Explanation("i gang", "under way"),
    "applied": Explanation("gennemført", "done"),
    "failed": Explanation("mislykket", "failed"),
    "held_back": Explanation("holdt tilbage", "held back"),
}
