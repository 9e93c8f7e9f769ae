"""The output of `check`: a line for each check; below a failure the error and how to fix it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from billetbro import errors
from billetbro.errors import message_of
from billetbro.messages.catalogue import ANY_SOURCE, Translator
from billetbro.messages.field_lines import kroner
from billetbro.models import PriceUnit, SourceEvent
from billetbro.models.message import Message
from billetbro.reconcile.mapping.flaw import Flaw
from billetbro.reconcile.mapping.html import plain_line
from billetbro.reconcile.mapping.prices import prices_of
from billetbro.settings.libraries import Library

MENDING: tuple[tuple[type[Exception], str], ...] = (
    (errors.WrongCredentials, "mend.wrong_credentials"),
    (errors.WrongHost, "mend.wrong_host"),
    (errors.NoAccess, "mend.no_access"),
    (errors.Retriable, "mend.retriable"),
    (errors.BilletbroError, "mend.named"),
    (Exception, "mend.unexpected"),
)
EXAMPLES = {PriceUnit.KRONER: "75 → 75,00 kr.", PriceUnit.MINOR: "7500 → 75,00 kr."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The result of one check. `mend`: the key of how to fix it, None on success; `source`: the kind of source."""

    subject: Message
    said: Message
    mend: str | None = None
    source: str = ANY_SOURCE

    def in_words(self, say: Translator) -> str:
        """Return the result as a line; a failure with the error and how to fix it below."""
        say = say.for_source(self.source)
        subject, said = say.say(self.subject), say.say(self.said)
        if self.mend is None:
            return f"OK    {subject}: {said}"
        wrong = [f"        {line}" for line in said.splitlines()]
        return "\n".join([say("check.wrong", subject=subject), *wrong, f"      > {say(self.mend)}"])


def checked(subject: Message, look: Callable[[], Message], source: str = ANY_SOURCE) -> Checked:
    """Run a check and return its result; an error is part of it, not raised."""
    try:
        return Checked(subject=subject, said=look(), source=source)
    except Exception as error:
        mend = next(key for kind, key in MENDING if isinstance(error, kind))
        return Checked(subject=subject, said=message_of(error), mend=mend, source=source)


def check_event_makers(library: Library, usable: Mapping[int, str]) -> Iterator[Checked]:
    """Check that each event maker of a library may be used, and show its name in Place2book."""
    place2book = library.place2book
    branches = {maker: branch for branch, maker in place2book.event_makers_by_branch.items()}
    for maker in dict.fromkeys((place2book.event_maker, *place2book.event_makers_by_branch.values())):
        whose = f" ({branches[maker]})" if maker in branches else ""
        subject = Message("check.event_maker", {"library": library.id, "maker": maker, "whose": whose})
        if maker in usable:
            yield Checked(subject=subject, said=Message("check.in_place2book", {"name": usable[maker]}))
        else:
            names = ", ".join(f"{known} ”{name}”" for known, name in usable.items()) or Message("error.none")
            said = Message("check.token_may_use", {"connection": place2book.conn_id, "names": names})
            yield Checked(subject=subject, said=said, mend="mend.no_access")


def check_fallback_address(library: Library) -> Checked:
    """Show the address of events without one."""
    address = library.fallback_address
    parts = [address.name, address.address1, address.address2, f"{address.postal_code} {address.city}", address.country]
    phone = library.contact_phone or Message("check.no_phone")
    said = Message("check.address", {"address": ", ".join(filter(None, parts)), "phone": phone})
    return Checked(subject=Message("check.fallback_address", {"library": library.id}), said=said)


def check_price_unit(library: Library, events: Iterable[SourceEvent]) -> Checked:
    """Show the price of a ticket by the library's price unit, for comparison with the real one."""
    unit = library.source.price_unit
    no_example = Message("check.price_made_up", {"example": EXAMPLES[unit]})
    subject = Message("check.price_unit", {"library": library.id, "unit": unit.value})
    return Checked(subject=subject, said=next(_examples(library, events), no_example), source=library.source.type)


def _examples(library: Library, events: Iterable[SourceEvent]) -> Iterator[Message]:
    for event in events:
        for category in event.ticket_categories:
            prices = prices_of((category,), library.source.price_unit, library.currency)
            if category.amount and not isinstance(prices, Flaw):
                price = {"title": plain_line(event.title), "category": prices[0].name, "amount": str(category.amount)}
                yield Message("check.price", {**price, "sold_at": kroner(prices[0].value_ore)})


def verdict(all_checked: Iterable[Checked]) -> Message:
    """Return the last line: whether anything has to be fixed."""
    wrong = sum(one.mend is not None for one in all_checked)
    return Message("check.to_be_mended", {"number": wrong}) if wrong else Message("check.in_order")
