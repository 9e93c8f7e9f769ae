"""The sentences of `explanations`, and what the fields are called in them. Written for librarians.

`{source}` and the like are the words of the library's source (source_words.py), which may have sentences of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """One or two plain sentences, in both languages."""

    da: str
    en: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A code's sentences, and those that are added when something was found or when an API said something."""

    da: str
    en: str
    found: Explanation | None = None
    detail: Explanation | None = None


FOUND = Explanation("Fundet: {found}.", "Found: {found}.")
SOLD = Explanation("Solgte billetter: {found}.", "Tickets sold: {found}.")
LINK = Explanation("Linket er: {found}", "The link is: {found}")
CATEGORY = Explanation("Billetkategori: {found}.", "Ticket category: {found}.")
TWIN = Explanation("Medarrangøren: {found}", "The co-organiser: {found}")
ANSWER = Explanation("Svaret var: ”{detail}”", "The answer was: “{detail}”")


ENTRIES = {
    "not_relevant": Entry(
        "Arrangementet er i {source} markeret som uden for billetsystemet, så vi rører det ikke. "
        "Skal det sælges via Place2book, så ret markeringen i {source}.",
        "The event is marked in {source} as none of the ticket system's, so we leave it alone. "
        "To sell it through Place2book, change the marking in {source}.",
    ),
    "no_ticket_categories": Entry(
        "Arrangementet har ingen billetkategorier og overføres derfor ikke. "
        "Opret mindst én billetkategori i {source}, hvis der skal være billetter; prisen må gerne være 0.",
        "The event has no ticket categories and is therefore not transferred. "
        "Add at least one in {source} if there are to be tickets; its price may be 0.",
    ),
    "over": Entry(
        "Arrangementet er slut. Der ændres ikke mere ved det, og intet slettes.",
        "The event is over. Nothing more is changed, and nothing is deleted.",
    ),
    "sold_elsewhere": Entry(
        "Linket i {source} fører til et andet sted end Place2book, så vi rører det ikke. "
        "Skal billetterne sælges via Place2book, så tøm linkfeltet i {source}.",
        "The link in {source} leads somewhere other than Place2book, so we leave it alone. "
        "To sell the tickets through Place2book, empty the link field in {source}.",
        LINK,
    ),
    "sold_by_twin": Entry(
        "Det samme arrangement sælges, skal sælges eller er aflyst hos medarrangøren, så vi har ikke oprettet "
        "det én gang til. I må gerne sætte dets billetlink ind i {source}. Er det et andet arrangement, så tag det ud "
        "af billetsalget til efter næste kørsel, og giv det en anden titel.",
        "The same event is sold, is to be sold or was called off with the co-organiser, so we have not created it once "
        "more. You may put its ticket link into {source}. If it is another event, take it out of ticket sale until "
        "after the next run, and give it another title.",
        TWIN,
    ),
    "sold_twice": Entry(
        "Det samme arrangement, med samme start og titel, sælges også af medarrangøren. Vælg, hvem der skal "
        "sælge det, og tag det ud af billetsalget hos den anden; er det to arrangementer, så giv dem hver sin titel.",
        "The same event, with the same start and title, is also sold by the co-organiser. Choose who is to sell it, "
        "and take it out of ticket sale at the other; if it is two events, give each a title of its own.",
        TWIN,
    ),
    "waits_for_twin": Entry(
        "Arrangementet venter: medarrangørens liste, som går forud, er endnu ikke læst, og måske sælges det dér. Vi "
        "opretter arrangementet, når listen er læst; fejler medarrangørens kørsel, så få den til at lykkes først.",
        "The event waits: the co-organiser's list, which leads, was not read yet, and it may be sold there. We create "
        "the event once that list is read; if the co-organiser's run fails, mend that first.",
        TWIN,
    ),
    "capacity_missing": Entry(
        "Der mangler et antal billetter. Skriv i {source}, hvor mange billetter der skal sættes til salg (mindst 1).",
        "The number of tickets is missing. Enter in {source} how many tickets are for sale (at least 1).",
        FOUND,
    ),
    "title_missing": Entry(
        "Arrangementet har ingen titel. Giv det en titel i {source}.",
        "The event has no title. Give it one in {source}.",
    ),
    "times_missing": Entry(
        "Start- eller sluttidspunktet mangler eller kan ikke passe. Ret tidspunkterne i {source}.",
        "The start or the end is missing or cannot be right. Correct the times in {source}.",
        FOUND,
    ),
    "ends_before_start": Entry(
        "Arrangementet slutter, før det begynder. Ret tidspunkterne i {source}.",
        "The event ends before it begins. Correct the times in {source}.",
        FOUND,
    ),
    "address_incomplete": Entry(
        "Stedets adresse er ikke komplet: {field} mangler eller kan ikke bruges. "
        "Udfyld vej, postnummer og by på arrangementet i {source}.",
        "The place's address is not complete: {field} is missing or cannot be used. "
        "Enter street, postal code and town on the event in {source}.",
        FOUND,
    ),
    "price_missing": Entry(
        "En billetkategori har ingen pris. Skriv en pris i {source}; 0 er en gratis billet.",
        "A ticket category has no price. Enter one in {source}; 0 is a free ticket.",
        CATEGORY,
    ),
    "price_negative": Entry(
        "En billetkategori har en pris under 0. Ret prisen i {source}; 0 er en gratis billet.",
        "A ticket category has a price below 0. Correct it in {source}; 0 is a free ticket.",
        CATEGORY,
    ),
    "price_currency": Entry(
        "En billetkategori har en pris i en anden valuta end bibliotekets. Ret valutaen i {source}.",
        "A ticket category has a price in another currency than the library's. Correct the currency in {source}.",
        CATEGORY,
    ),
    "price_not_a_number": Entry(
        "En billetkategori har en pris, der ikke kan læses som et beløb i hele øre. Ret prisen i {source}.",
        "A ticket category has a price that cannot be read as an amount in whole øre. Correct it in {source}.",
        FOUND,
    ),
    "category_title_missing": Entry(
        "En billetkategori har intet navn. Giv den et navn i {source}, for eksempel ”Voksen”.",
        "A ticket category has no name. Give it one in {source}, such as “Voksen”.",
    ),
    "category_twice": Entry(
        "Den samme billetkategori står to gange på arrangementet. Slet den ene i {source}, og opret den "
        "igen, hvis der er brug for den.",
        "The same ticket category stands twice on the event. Delete one in {source}, and add it anew if needed.",
        CATEGORY,
    ),
    "uuid_twice": Entry(
        "To arrangementer med forskelligt indhold har det samme nummer i {source}, så vi kan ikke vide, hvilket der "
        "gælder. Intet er ændret ved arrangementet. Slet eller ret det ene i {source}; ses der kun ét dér, så sig det "
        "til den, der passer Billetbro.",
        "Two events with different content have the same number in {source}, so we cannot know which one holds. "
        "Nothing of the event was changed. Delete or correct one in {source}; if only one is seen there, tell whoever "
        "looks after Billetbro.",
        Explanation("Titler: {found}.", "Titles: {found}."),
    ),
    "unreadable": Entry(
        "Vi kan ikke læse {field} på arrangementet, så det er ikke overført. "
        "Ret feltet i {source}; ser det rigtigt ud, så sig det til den, der passer Billetbro.",
        "We cannot read {field} of the event, so it was not transferred. "
        "Correct the field in {source}; if it looks right, tell whoever looks after Billetbro.",
        FOUND,
    ),
    "still_cloned": Entry(
        "Titlen ender stadig på ”- cloned”: arrangementet er formentlig en kopi, som ingen har rettet til, og det er "
        "til salg, som det står. Ret titlen og resten i {source}, eller tag kopien ud af billetsalget.",
        "The title still ends in “- cloned”: the event is probably a copy that nobody has seen to yet, and it is on "
        "sale as it stands. Correct the title and the rest in {source}, or take the copy out of ticket sale.",
    ),
    "description_cut": Entry(
        "Brødteksten er så lang, eller har så mange lag af formatering, at kun noget af den er overført. "
        "Gør den kortere i {source}, eller sæt den ind igen som ren tekst.",
        "The body is so long, or has so many layers of formatting, that only some of it was transferred. "
        "Shorten it in {source}, or paste it again as plain text.",
    ),
    "unknown_sales_link": Entry(
        "Linket i {source} ligner et salgslink fra Place2book, men ingen af bibliotekets arrangementer dér har det. "
        "Ret linket, eller tøm feltet for at få arrangementet oprettet.",
        "The link in {source} looks like a sales link of Place2book's, but none of the library's events there has it. "
        "Correct the link, or empty the field to have the event created.",
        LINK,
    ),
    "sales_link_taken": Entry(
        "To arrangementer i {source} har det samme salgslink, og vi kan ikke se, hvilket af dem det hører til. "
        "Tøm linkfeltet på det, der ikke skal bruge linket; så får det sit eget.",
        "Two events in {source} have the same sales link, and we cannot tell whose it is. "
        "Empty the link field of the one that should not have it; it then gets its own.",
        LINK,
    ),
    "removed_but_sold": Entry(
        "Arrangementet er aflyst, fjernet eller taget ud af billetsalget i {source}, men der er solgt billetter, så "
        "det er beholdt i Place2book. Giv deltagerne besked, refunder billetterne i Place2book, og slet derefter "
        "arrangementet dér.",
        "The event was cancelled, removed or taken out of ticket sale in {source}, but tickets are sold, so it was "
        "kept in Place2book. Tell the participants, refund the tickets in Place2book, and then delete it there.",
        SOLD,
    ),
    "begin_at_locked": Entry(
        "Arrangementet kan ikke flyttes til en tidligere dato, når der er solgt billetter, så Place2book har stadig de "
        "gamle tidspunkter. Sæt datoen tilbage i {source}, eller aftal flytningen med Place2book.",
        "An event cannot move to an earlier date once tickets are sold, so Place2book still has the old times. "
        "Put the date back in {source}, or arrange the move with Place2book.",
        Explanation("Ønsket tidspunkt (UTC): {found}.", "Time asked for (UTC): {found}."),
    ),
    "capacity_below_sold": Entry(
        "Antallet af billetter i {source} er lavere end det antal, der allerede er solgt, så Place2book har stadig det "
        "gamle antal. Sæt antallet op i {source}, eller refunder billetter først.",
        "The number of tickets in {source} is below what is already sold, so Place2book still has the old number. "
        "Raise the number in {source}, or refund tickets first.",
        SOLD,
    ),
    "price_has_sales": Entry(
        "En billetkategori er fjernet i {source}, men der er solgt billetter til dens pris. "
        "Salget af den er stoppet, og den er beholdt i Place2book; I behøver ikke gøre mere.",
        "A ticket category was removed in {source}, but tickets are sold at its price. "
        "Its sale has been ended and it was kept in Place2book; there is nothing more you have to do.",
        Explanation("Pris: {field}. Solgte billetter: {found}.", "Price: {field}. Tickets sold: {found}."),
    ),
    "price_unit_doubted": Entry(
        "Mange priser i {source} er på én gang mindst 50 gange højere eller lavere end før, som om øre og kroner er "
        "byttet om, så vi har ikke sendt nogen priser. Er de rigtige, så kør synkroniseringen som ”resync”; ellers få "
        "”price_unit” rettet.",
        "Many prices in {source} are all at once at least 50 times higher or lower than before, as if øre and kroner "
        "had changed places, so we sent no price. If they are right, run the synchronisation as “resync”; otherwise "
        "have “price_unit” corrected.",
        Explanation("Pris i kroner: {found}.", "Price in kroner: {found}."),
    ),
    "refused_by_place2book": Entry(
        "Place2book ville ikke tage imod arrangementet. Ret det, som svaret nævner, i {source}; vi prøver igen, når "
        "arrangementet er ændret, og én gang i døgnet.",
        "Place2book did not accept the event. Correct in {source} what the answer names; we try again when the event "
        "has changed, and once a day.",
        detail=ANSWER,
    ),
    "event_missing_in_place2book": Entry(
        "Arrangementet findes ikke længere i Place2book; nogen har formentlig slettet det dér. Skal det sælges igen, "
        "så kør synkroniseringen af arrangementet som ”resync”; ellers tag det ud af billetsalget i {source}.",
        "The event no longer exists in Place2book; somebody has probably deleted it there. To sell it again, run "
        "the synchronisation of the event as “resync”; otherwise take it out of ticket sale in {source}.",
        Explanation("Nummer i Place2book: {found}.", "Number in Place2book: {found}."),
    ),
    "unreadable_in_place2book": Entry(
        "Place2book kan ikke vise os arrangementet lige nu, så det er ladt, som det er. Vi prøver igen ved hver "
        "kørsel; bliver det ved i et døgn, så kontakt Place2book.",
        "Place2book cannot show us the event right now, so it was left as it is. We try again in every run; if it goes "
        "on for a day, contact Place2book.",
        Explanation("Nummer i Place2book: {found}.", "Number in Place2book: {found}."),
    ),
    "removals_blocked": Entry(
        "Usædvanligt mange arrangementer ville blive slettet på én gang, så ingen er slettet. Se efter, om de er "
        "fjernet med vilje, og tillad i så fald sletningen ved at køre synkroniseringen med ”allow_mass_removal”.",
        "Unusually many events would have been deleted at once, so none was. Check whether they were removed on "
        "purpose, and if so allow it by running the synchronisation with “allow_mass_removal”.",
        FOUND,
    ),
    "moved_event_maker": Entry(
        "Arrangementets afdeling hører nu til en anden arrangør i Place2book, men arrangementet bliver, hvor det blev "
        "oprettet, og opdateres dér. Skal det flyttes, så aftal det med Place2book.",
        "The event's branch now belongs to another event maker in Place2book, but the event stays where it was created "
        "and is updated there. To have it moved, arrange it with Place2book.",
        Explanation("Det ligger hos arrangør nr. {found}.", "It is with event maker number {found}."),
    ),
    "cms_refused": Entry(
        "{Source} ville ikke tage imod billetlink og salgsstatus, så det, der står i {source}, kan være forkert. Vi "
        "prøver igen; bliver det ved, så se efter, om vi må skrive i {source}.",
        "{Source} did not accept the ticket link and sale state, so what stands in {source} may be wrong. We try "
        "again; if it goes on, check that we may write to {source}.",
        detail=ANSWER,
    ),
    "cms_cannot_save": Entry(
        "{Source} kan ikke gemme arrangementet: i et døgn har hvert forsøg på at skrive billetlink og status givet en "
        "fejl. Åbn det i {source}, og gem det; hjælper det ikke, så kontakt dem, der passer {source}. Vi prøver igen "
        "én gang i døgnet, og når der er nyt at skrive.",
        "{Source} cannot save the event: for a day every attempt to write its ticket link and state has ended in an "
        "error. Open it in {source} and save it; if that does not help, contact those who look after {source}. We try "
        "again once a day, and when there is something new.",
    ),
    "link_still_shown": Entry(
        "Der sælges ikke længere billetter til arrangementet, og vi har fjernet dets billetlink, men {source} viser "
        "det stadig. Fjern det i {source}; vi prøver ikke igen.",
        "Tickets for the event are no longer sold, and we removed its ticket link, but {source} still shows it. Remove "
        "it in {source}; we do not try again.",
        LINK,
    ),
    "outcome_unknown": Entry(
        "Forbindelsen til Place2book blev afbrudt, så vi ved ikke, om arrangementet blev oprettet eller ændret. Vi "
        "leder efter det ved næste kørsel; opret det ikke selv imens.",
        "The connection to Place2book broke, so we do not know whether the event was created or changed. We look for "
        "it at the next run; do not create it yourself meanwhile.",
    ),
}

_TITLE = Explanation("titlen", "the title")
_STATE = Explanation("status", "the state")
_START = Explanation("starttidspunktet", "the start")
_END = Explanation("sluttidspunktet", "the end")
_CAPACITY = Explanation("antallet af billetter", "the number of tickets")
_POSTAL_CODE = Explanation("postnummeret", "the postal code")
_RELEVANCE = Explanation("markeringen for billetsystemet", "the marking for the ticket system")
_LINK_FIELD = Explanation("billetlinket", "the ticket link")

FIELDS = {
    "title": _TITLE,
    "state": _STATE,
    "status": Explanation("status", "the status"),
    "custom_data": Explanation("de udfyldte felter", "the fields that were filled in"),
    "starts_at": _START,
    "starttime": _START,
    "endtime": _END,
    "date_time": Explanation("tidspunkterne", "the times"),
    "date_time.start": _START,
    "ends_at": _END,
    "date_time.end": _END,
    "capacity": _CAPACITY,
    "ticket_capacity": _CAPACITY,
    "description": Explanation("beskrivelsen", "the description"),
    "body": Explanation("brødteksten", "the body text"),
    "branches": Explanation("afdelingerne", "the branches"),
    "relevant": _RELEVANCE,
    "ticket_manager_relevance": _RELEVANCE,
    "link": _LINK_FIELD,
    "external_data": _LINK_FIELD,
    "external_data.url": _LINK_FIELD,
    "address": Explanation("adressen", "the address"),
    "address.location": Explanation("rummet (”Sted”)", "the room (“Sted”)"),
    "address.locationAdditional": Explanation("stedets navn (”Lokation”)", "the place's name (“Lokation”)"),
    "address.street": Explanation("vej og husnummer", "street and number"),
    "address.postal_code": _POSTAL_CODE,
    "address.zip_code": _POSTAL_CODE,
    "address.city": Explanation("byen", "the town"),
    "address.country": Explanation("landet", "the country"),
    "ticket_categories": Explanation("billetkategorierne", "the ticket categories"),
    "ticket_categories.title": Explanation("en billetkategoris navn", "a ticket category's name"),
    "ticket_categories.price": Explanation("en billetkategoris pris", "a ticket category's price"),
    "ticket_categories.price.value": Explanation("en billetkategoris pris", "a ticket category's price"),
    "ticket_categories.price.currency": Explanation("en billetkategoris valuta", "a ticket category's currency"),
}
