"""What is said otherwise of a venue's Yesplan than of other sources of events."""

from __future__ import annotations

from billetbro.messages.explanation_texts import ANSWER, FOUND, Entry, Explanation
from billetbro.messages.source_words import SourceWords
from billetbro.models import SourceState
from billetbro.sources.yesplan.values import state_words

_FIELD = Explanation("Prisfelt: {found}.", "Price field: {found}.")

WORDS = SourceWords(
    name=Explanation("Yesplan", "Yesplan"),
    possessive=Explanation("Yesplans", "Yesplan's"),
    entries={
        "not_relevant": Entry(
            "Arrangementets status i Yesplan er ikke en af dem, der sendes til billetsalg, eller også siger feltet for "
            "billetsalg ikke ”Ja”, så vi rører det ikke. Ret det i Yesplan, hvis billetterne skal sælges via "
            "Place2book.",
            "The event's status in Yesplan is none of those that go to ticketing, or the field for ticketing does not "
            "say “Ja”, so we leave it alone. Change that in Yesplan to sell its tickets through Place2book.",
        ),
        "no_ticket_categories": Entry(
            "Arrangementet har ingen priser og overføres derfor ikke. Udfyld mindst ét prisfelt i Yesplan, hvis der "
            "skal være billetter; 0 er en gratis billet.",
            "The event has no prices and is therefore not transferred. Fill in at least one price field in Yesplan if "
            "there are to be tickets; 0 is a free ticket.",
        ),
        "address_incomplete": Entry(
            "Stedets adresse er ikke komplet: {field} mangler eller kan ikke bruges. Vælg et andet sted i Yesplan, "
            "eller bed den, der passer Billetbro, om at skrive stedets adresse i libraries.yaml.",
            "The place's address is not complete: {field} is missing or cannot be used. Choose another location in "
            "Yesplan, or ask whoever looks after Billetbro to write the location's address into libraries.yaml.",
            FOUND,
        ),
        "price_missing": Entry(
            "Et prisfelt er tomt. Skriv en pris i Yesplan; 0 er en gratis billet.",
            "A price field is empty. Enter a price in Yesplan; 0 is a free ticket.",
            _FIELD,
        ),
        "price_negative": Entry(
            "Der står en pris under 0 i et prisfelt. Ret prisen i Yesplan; 0 er en gratis billet.",
            "A price field holds a price below 0. Correct it in Yesplan; 0 is a free ticket.",
            _FIELD,
        ),
        "price_not_a_number": Entry(
            "Et prisfelt i Yesplan kan ikke læses som et beløb i hele øre. Skriv kun tallet, for eksempel 75 eller "
            "75,50; 0 er en gratis billet.",
            "A price field in Yesplan cannot be read as an amount in whole øre. Enter the number alone, such as 75 or "
            "75,50; 0 is a free ticket.",
            FOUND,
        ),
        "price_has_sales": Entry(
            "Et prisfelt er tømt i Yesplan, men der er solgt billetter til den pris. Salget til den er stoppet, og den "
            "er beholdt i Place2book; I behøver ikke gøre mere.",
            "A price field was emptied in Yesplan, but tickets are sold at that price. Its sale has been ended and it "
            "was kept in Place2book; there is nothing more you have to do.",
            Explanation("Pris: {field}. Solgte billetter: {found}.", "Price: {field}. Tickets sold: {found}."),
        ),
        "cms_refused": Entry(
            "Yesplan ville ikke tage imod alt det, vi skriver dér (billetlink, salgsstatus, antal), så noget af det, "
            "der står i Yesplan, kan være forkert. Vi prøver igen; bliver det ved, så se efter, om API-nøglen må "
            "skrive i felterne.",
            "Yesplan did not accept everything that we write there (ticket link, sale state, counts), so some of what "
            "stands in Yesplan may be wrong. We try again; if it goes on, check that the API key may write the fields.",
            detail=ANSWER,
        ),
    },
    answers={
        "has_button": Explanation(
            "Salget er åbent, og linket {link} står i Yesplan. Ses billetknappen ikke på jeres hjemmeside, så se "
            "efter, hvornår den sidst hentede arrangementet.",
            "The sale is open, and the link {link} stands in Yesplan. If your website does not show the ticket button, "
            "look when it last fetched the event.",
        ),
        "never_seen": Explanation(
            "Arrangementet er aldrig set i Yesplans liste, som sidst blev læst {read}. Se efter, om datoen er rigtig, "
            "og om søgningen (”query” i libraries.yaml) tager det med; listen læses igen ved næste kørsel.",
            "The event was never seen in Yesplan's list, which was read last {read}. Check that its date is right and "
            "that the search (“query” in libraries.yaml) finds it; the list is read again in the next run.",
        ),
        "not_in_list": Explanation(
            "Arrangementet står ikke længere i Yesplans liste: det blev sidst set {seen}, og listen er sidst læst "
            "{read}. Det er formentlig slettet, eller også finder søgningen (”query” i libraries.yaml) det ikke mere. "
            "Se efter det i Yesplan.",
            "The event is no longer in Yesplan's list: it was seen last {seen}, and the list was read last {read}. It "
            "was probably deleted, or the search (“query” in libraries.yaml) no longer finds it. Look for it in "
            "Yesplan.",
        ),
        "passive": Explanation(
            "Arrangementet har ingen priser og står i Place2book uden billetsalg. Udfyld mindst ét prisfelt i Yesplan, "
            "hvis der skal være billetter; 0 er en gratis billet.",
            "The event has no prices and stands in Place2book without ticket sale. Fill in at least one price field in "
            "Yesplan if there are to be tickets; 0 is a free ticket.",
        ),
    },
    states={state.value: state_words(state) for state in SourceState},
)
