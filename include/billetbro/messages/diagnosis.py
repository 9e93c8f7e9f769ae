"""What `why` answers, in words for librarians; a source may have answers of its own (source_words.py).

`{source}` and the like are the source's words, `{read}` and the like moments in the library's time zone.
"""

from __future__ import annotations

from billetbro.messages.explanation_texts import Explanation

ANSWERS = {
    "has_button": Explanation(
        "Arrangementet har sin billetknap: salget er åbent, og linket {link} står i {source}. Ses knappen ikke, så "
        "genindlæs siden; hjemmesiden kan vise en gammel udgave i nogle minutter.",
        "The event has its ticket button: the sale is open, and the link {link} stands in {source}. If the button does "
        "not show, load the page anew; the website can show an old version for some minutes.",
    ),
    "never_read": Explanation(
        "Bibliotekets arrangementer er endnu ikke læst fra {source}. Det sker ved første kørsel.",
        "The library's events were not read from {source} yet. The first run reads them.",
    ),
    "never_seen": Explanation(
        "Arrangementet er aldrig set i {of_source} liste, som sidst blev læst {read}. Se efter, om datoen er rigtig, "
        "og om det ligger hos det rigtige bibliotek; listen læses igen ved næste kørsel.",
        "The event was never seen in {of_source} list, which was read last {read}. Check that its date is right and "
        "that it is the right library's; the list is read again in the next run.",
    ),
    "not_in_list": Explanation(
        "Arrangementet står ikke længere i {of_source} liste: det blev sidst set {seen}, og listen er sidst læst "
        "{read}. Det er formentlig slettet, eller også er det oprettet på ny. Se efter det i {source}, eller slå det "
        "nye op.",
        "The event is no longer in {of_source} list: it was seen last {seen}, and the list was read last {read}. It "
        "was probably deleted, or made anew. Look for it in {source}, or look up the new one.",
    ),
    "began_before_list": Explanation(
        "Arrangementet er begyndt {starts}, og {of_source} liste læses kun fra {asked_from}, så der står det ikke. "
        "Det bliver i salg med den knap, det havde, til det er slut. Hvad I ændrer i {source} nu, følger ikke med: ret "
        "det også i Place2book, eller sæt lookback_days op i libraries.yaml.",
        "The event began {starts}, and {of_source} list is read from {asked_from} only, so it is no longer in it. It "
        "stays on sale with the button that it had until it is over. What you change in {source} now is not followed: "
        "change it in Place2book too, or raise lookback_days in libraries.yaml.",
    ),
    "not_judged_yet": Explanation(
        "Arrangementet er læst fra {source}, men endnu ikke behandlet. Det sker ved næste kørsel.",
        "The event was read from {source}, but not dealt with yet. The next run will.",
    ),
    "cancelled": Explanation(
        "Arrangementet er aflyst i {source}, så der sælges ikke billetter til det.",
        "The event is cancelled in {source}, so no tickets are sold.",
    ),
    "passive": Explanation(
        "Arrangementet har ingen billetkategorier og står i Place2book uden billetsalg. Opret mindst én billetkategori "
        "i {source}, hvis der skal være billetter; prisen må gerne være 0.",
        "The event has no ticket categories and stands in Place2book without ticket sale. Add at least one in {source} "
        "if there are to be tickets; its price may be 0.",
    ),
    "not_created_yet": Explanation(
        "Arrangementet er klar, men endnu ikke oprettet i Place2book. Det sker ved næste kørsel, og knappen følger.",
        "The event is ready, but not in Place2book yet. The next run creates it, and the button comes with it.",
    ),
    "run_failed": Explanation(
        "Bibliotekets seneste kørsel, {started}, kunne ikke gennemføres: {error}",
        "The library's latest run, {started}, could not be carried out: {error}",
    ),
    "removed": Explanation(
        "Arrangementet er slettet i Place2book, og linket er fjernet fra {source}, fordi {reason}. Skal det sælges "
        "nu, bliver det oprettet på ny ved næste kørsel.",
        "The event was deleted in Place2book and its link cleared in {source}, because {reason}. If it is for sale "
        "now, the next run creates it anew.",
    ),
    "passive_in_place2book": Explanation(
        "Arrangementet er sat til passivt (uden billetsalg) i Place2book. Slå billetsalget til dér.",
        "The event is set to passive (without ticket sale) in Place2book. Turn its ticket sale on there.",
    ),
    "no_sales_link": Explanation(
        "Place2book har endnu ikke givet arrangementet et salgslink. Se efter dér, om arrangementet er klar til salg.",
        "Place2book has not given the event a sales link yet. Look there whether the event is ready to be sold.",
    ),
    "not_in_place2book": Explanation(
        "Arrangementet er koblet til nummer {event_id} i Place2book, som ikke fandtes, da vi sidst så efter. Næste "
        "kørsel ser efter igen.",
        "The event is linked to number {event_id} in Place2book, which did not exist when we looked last. The next run "
        "looks again.",
    ),
    "write_back_failed": Explanation(
        "Arrangementet er i Place2book ({link}), men billetlinket kunne ikke skrives til {source}. Vi prøver igen ved "
        "hver kørsel. {error}",
        "The event is in Place2book ({link}), but its ticket link could not be written to {source}. We try again in "
        "every run. {error}",
    ),
    "write_back_due": Explanation(
        "Arrangementet er i Place2book ({link}), men {source} viser det ikke endnu. Det bliver skrevet ved næste "
        "kørsel.",
        "The event is in Place2book ({link}), but {source} does not show it yet. The next run writes it.",
    ),
    "sale_over": Explanation(
        "Arrangementet er afholdt eller afsluttet i Place2book, så der sælges ikke flere billetter.",
        "The event was held or completed in Place2book, so no more tickets are sold.",
    ),
    "paused": Explanation(
        "Salget er sat på pause i Place2book. Åbn det dér; knappen følger ved næste kørsel.",
        "The sale is paused in Place2book. Open it there; the button follows in the next run.",
    ),
    "sale_ended_by_us": Explanation(
        "Salget er stoppet {closed}, fordi {reason}; der var solgt billetter, så arrangementet er ikke slettet.",
        "The sale was ended {closed}, because {reason}; tickets were sold, so the event was not deleted.",
    ),
    "sale_closed": Explanation(
        "Salget er lukket i Place2book{closed}. Skal der sælges flere billetter, så forlæng salgsperioden dér.",
        "The sale is closed in Place2book{closed}. To sell more tickets, extend the sale period there.",
    ),
    "upcoming": Explanation(
        "Salget er ikke begyndt: det åbner {opens}. Knappen skifter af sig selv.",
        "The sale has not begun: it opens {opens}. The button changes by itself.",
    ),
    "sold_out": Explanation(
        "Der er udsolgt. Sæt antallet af billetter op i {source}, hvis der er plads til flere.",
        "It is sold out. Raise the number of tickets in {source} if there is room for more.",
    ),
    "waiting_list": Explanation(
        "Der er udsolgt, og Place2book skriver op til venteliste på {link}.",
        "It is sold out, and Place2book takes names for a waiting list at {link}.",
    ),
    "state_set_by_hand": Explanation(
        "Salget er åbent på {link}, men status i {source} er sat til ”{state}” i hånden, og det bliver den ved med at "
        "være. Sæt den til ”{open}” i {source}.",
        "The sale is open at {link}, but the state in {source} was set to “{state}” by hand, and stays so. Set it to "
        "“{open}” in {source}.",
    ),
    "single_date": Explanation(
        "Arrangementet hører til en serie, og dets status er skrevet på det selv. Skal det aflyses, så gør det på "
        "arrangementet selv i {source}, ikke på serien.",
        "The event belongs to a series, and its state was written on itself. To cancel it, do so on the event itself "
        "in {source}, not on the series.",
    ),
    "removals_blocked": Explanation(
        "Arrangementet skulle fjernes, men sletning er standset for hele biblioteket: {blocked}",
        "The event was to be removed, but removals are stopped for the whole library: {blocked}",
    ),
    "old_reading": Explanation(
        "{Source} er sidst læst {read}. Det sker ellers hver time: se efter i Airflow, om place2book_sync er sat på "
        "pause eller fejler.",
        "{Source} was read last {read}. It is usually every hour: look in Airflow whether place2book_sync is paused or "
        "fails.",
    ),
}

UNKNOWN_MOMENT = Explanation("på et ukendt tidspunkt", "at an unknown time")
UNKNOWN_REASON = Explanation("det ikke længere skulle sælges", "it was no longer for sale")
