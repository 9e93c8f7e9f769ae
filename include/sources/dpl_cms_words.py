"""What is said otherwise of a library's website (Folkebibliotekernes CMS) than of other sources of events."""

from __future__ import annotations

from include.sync.explanation_texts import ANSWER, FOUND, Entry, Explanation
from include.sync.source_words import SourceWords

WORDS = SourceWords(
    name=Explanation("CMS", "the CMS"),
    possessive=Explanation("CMS'", "the CMS's"),
    entries={
        "address_incomplete": Entry(
            "Arrangementet holdes et andet sted end i afdelingen, og stedets adresse er ikke komplet: {field} mangler "
            "eller kan ikke bruges. Holdes det i afdelingen, så tøm feltet ”Lokation” i CMS; ellers udfyld vej, "
            "postnummer og by.",
            "The event takes place away from the branch, and the place's address is not complete: {field} is missing "
            "or cannot be used. If it is at the branch, empty the field “Lokation” in the CMS; otherwise enter street, "
            "postal code and town.",
            FOUND,
        ),
        "cms_refused": Entry(
            "CMS ville ikke tage imod billetlink og salgsstatus, så knappen på hjemmesiden kan være forkert. Vi prøver "
            "igen; bliver det ved, så se efter, om vores bruger i CMS har rollen ”Eksternt system”.",
            "The CMS did not accept the ticket link and sale state, so the button on the website may be wrong. We try "
            "again; if it goes on, check that our user in the CMS has the role “Eksternt system”.",
            detail=ANSWER,
        ),
    },
    answers={
        "never_seen": Explanation(
            "Arrangementet er aldrig set i CMS' liste, som sidst blev læst {read}. Se efter, om det er udgivet, om "
            "datoen er rigtig, og om det ligger hos det rigtige bibliotek; listen læses igen ved næste kørsel.",
            "The event was never seen in the CMS's list, which was read last {read}. Check that it is published, that "
            "its date is right and that it is the right library's; the list is read again in the next run.",
        ),
        "not_in_list": Explanation(
            "Arrangementet står ikke længere i CMS' liste: det blev sidst set {seen}, og listen er sidst læst {read}. "
            "Det er formentlig afpubliceret eller slettet, eller også har dets serie fået nye datoer. Udgiv det igen i "
            "CMS, eller slå det nye op.",
            "The event is no longer in the CMS's list: it was seen last {seen}, and the list was read last {read}. It "
            "was probably unpublished or deleted, or its series got new dates. Publish it again in the CMS, or look up "
            "the new one.",
        ),
    },
)
