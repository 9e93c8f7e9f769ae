"""What is said otherwise of a library's website (Folkebibliotekernes CMS) than of other sources of events."""

from __future__ import annotations

from billetbro.messages.explanation_texts import ANSWER, FOUND, LINK, Entry, Explanation
from billetbro.messages.source_words import SourceWords

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
        "cms_cannot_save": Entry(
            "CMS kan ikke gemme arrangementet: i et døgn har hvert forsøg på at skrive billetlink og status givet en "
            "fejl (500). Åbn det i CMS, og gem det; hjælper det ikke, så kontakt supporten for CMS. Vi prøver igen én "
            "gang i døgnet, og når der er nyt at skrive.",
            "The CMS cannot save the event: for a day every attempt to write its ticket link and state has ended in an "
            "error (500). Open it in the CMS and save it; if that does not help, contact the CMS's support. We try "
            "again once a day, and when there is something new.",
        ),
        "link_still_shown": Entry(
            "Der sælges ikke længere billetter til arrangementet, og vi har fjernet billetlinket fra datoen, men CMS "
            "viser det stadig, fordi det står på serien. Fjern det på serien i CMS; vi prøver ikke igen.",
            "Tickets for the event are no longer sold, and we removed the ticket link from the date, but the CMS still "
            "shows it, because it stands on the series. Remove it on the series in the CMS; we do not try again.",
            LINK,
        ),
    },
    answers={
        "single_date": Explanation(
            "Det er én dato i en serie, og dens status er skrevet på selve datoen. Derfor ses det ikke på den, når "
            "status ændres på serien, heller ikke ”Aflyst”: skal den aflyses, så sæt ”Aflyst” på selve datoen i CMS.",
            "It is one date of a series, and its state was written on the date itself. So a state that is set on the "
            "series does not show on it, “Aflyst” (cancelled) neither: to cancel it, set “Aflyst” on the date itself "
            "in the CMS.",
        ),
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
