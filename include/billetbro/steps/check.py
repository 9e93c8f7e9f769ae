"""What `check` says: a line for each thing that was looked at; below a failure what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from billetbro import errors
from billetbro.errors import message_of
from billetbro.messages.catalogue import Translator
from billetbro.messages.explanation_texts import Explanation
from billetbro.messages.field_lines import kroner
from billetbro.models import PriceUnit, SourceEvent
from billetbro.reconcile.mapping.flaws import Flaw
from billetbro.reconcile.mapping.html import plain_line
from billetbro.reconcile.mapping.prices import prices_of
from billetbro.settings.libraries import Library

IN_AIRFLOW = "under Admin, Connections"
MENDING: tuple[tuple[type[Exception], Explanation], ...] = (
    (
        errors.WrongCredentials,
        Explanation(
            f"Ret bruger og adgangskode, token eller nøgle i forbindelsen i Airflow {IN_AIRFLOW}.",
            f"Correct user and password, token or key of the connection in Airflow {IN_AIRFLOW}.",
        ),
    ),
    (
        errors.WrongHost,
        Explanation(
            f"Ret adressen (host) i forbindelsen i Airflow {IN_AIRFLOW}.",
            f"Correct the address (host) of the connection in Airflow {IN_AIRFLOW}.",
        ),
    ),
    (
        errors.NoAccess,
        Explanation(
            "Ret nummeret i libraries.yaml, eller bed Place2book give tokenet adgang til arrangøren.",
            "Correct the number in libraries.yaml, or ask Place2book to give the token access to the event maker.",
        ),
    ),
    (
        errors.Retriable,
        Explanation(
            "Se efter, om adressen er rigtig og kan nås herfra (firewall, proxy); prøv ellers igen senere.",
            "Check that the address is right and can be reached from here (firewall, proxy); else try again later.",
        ),
    ),
    (
        errors.BilletbroError,
        Explanation("Ret det, der er nævnt ovenfor, og prøv igen.", "Correct what is named above, and try again."),
    ),
    (
        Exception,
        Explanation(
            "Det er en fejl i Billetbro: kontakt den, der driver det.", "It is a fault in Billetbro: tell its operator."
        ),
    ),
)
EXAMPLES = {PriceUnit.KRONER: "75 → 75,00 kr.", PriceUnit.MINOR: "7500 → 75,00 kr."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that was looked at; `mend` is None where all is well."""

    subject: str
    said: str
    mend: Explanation | None = None

    def __str__(self) -> str:
        """Say it in a line; a failure with what is wrong and how to mend it below."""
        if self.mend is None:
            return f"OK    {self.subject}: {self.said}"
        wrong = [f"        {line}" for line in self.said.splitlines()]
        return "\n".join([f"FEJL  {self.subject}", *wrong, f"      > {self.mend.da}", f"      > {self.mend.en}"])


def checked(subject: str, look: Callable[[], str]) -> Checked:
    """Look at something and return what came of it; an error is told, never raised."""
    try:
        return Checked(subject=subject, said=look())
    except Exception as error:
        mend = next(words for kind, words in MENDING if isinstance(error, kind))
        return Checked(subject=subject, said=Translator("en").say(message_of(error)), mend=mend)


def check_event_makers(library: Library, usable: Mapping[int, str]) -> Iterator[Checked]:
    """Say of each event maker of a library whether it may be used, and what it is called in Place2book."""
    place2book = library.place2book
    branches = {maker: branch for branch, maker in place2book.event_makers_by_branch.items()}
    for maker in dict.fromkeys((place2book.event_maker, *place2book.event_makers_by_branch.values())):
        whose = f" ({branches[maker]})" if maker in branches else ""
        subject = f"{library.id}: arrangør / event maker {maker}{whose}"
        if maker in usable:
            yield Checked(subject=subject, said=f"”{usable[maker]}” i / in Place2book")
        else:
            names = ", ".join(f"{known} ”{name}”" for known, name in usable.items())
            said = f"The token of connection '{place2book.conn_id}' may use: {names or 'none'}."
            yield Checked(subject=subject, said=said, mend=_mending(errors.NoAccess))


def _mending(kind: type[Exception]) -> Explanation:
    return next(words for known, words in MENDING if known is kind)


def check_fallback_address(library: Library) -> Checked:
    """Show the address of events that have none; the settings hold only whole ones."""
    address = library.fallback_address
    parts = [address.name, address.address1, address.address2, f"{address.postal_code} {address.city}", address.country]
    phone = library.contact_phone or "uden telefon / no phone"
    return Checked(subject=f"{library.id}: fallback_address", said=", ".join([*filter(None, parts), phone]))


def check_price_unit(library: Library, events: Iterable[SourceEvent]) -> Checked:
    """Show what a ticket costs by the library's price unit, for somebody who knows what it should cost."""
    unit = library.source.price_unit
    found = next(_examples(library, events), f"{_where(library)}: {EXAMPLES[unit]} (intet eksempel / no example yet)")
    return Checked(subject=f"{library.id}: price_unit {unit.value}", said=found)


def _examples(library: Library, events: Iterable[SourceEvent]) -> Iterator[str]:
    for event in events:
        for category in event.ticket_categories:
            prices = prices_of((category,), library.source.price_unit, library.currency)
            if category.amount and not isinstance(prices, Flaw):
                sold_at = kroner(prices[0].value_ore)
                yield (
                    f"”{plain_line(event.title)}”, {prices[0].name}, {_where(library)}: {category.amount} "
                    f"→ {sold_at} "
                    "(er det rigtigt? / is that right?)"
                )


def _where(library: Library) -> str:
    danish, english = (Translator(language, library.source.type)("source") for language in ("da", "en"))
    return f"i {danish} / in {english}"


def verdict(all_checked: Iterable[Checked]) -> str:
    """Return the last line."""
    wrong = sum(one.mend is not None for one in all_checked)
    if not wrong:
        return "Alt er i orden. / Everything is in order."
    them = "den" if wrong == 1 else "dem"
    return f"{wrong} fejl; ret {them}, og kør check igen. / {wrong} to be mended; then run check again."
