"""What becomes of a buyer's personal data before it touches a table (behaviour 9).

| | pseudonymise | drop | keep |
|---|---|---|---|
| name, e-mail, phone, customer profile | HMAC-SHA256, hex | null | as it is |
| postal code | as it is, where it looks like one | null | as it is |
| barcode | never stored | never stored | never stored |
| answers | only the names in keep_answers | the same | the same |

The postal code stays under `pseudonymise` because reports count buyers by it and it does not single a person out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from include.api.errors import Fatal
from include.models import Answer, PersonalDataPolicy, Purchase

SHORTEST_KEY = 16
KEY_CONNECTION = "billetbro_privacy"
DANISH_DIGITS = 8
POSTAL_CODE = re.compile(r"(?:[A-Z]{1,2}[- ]?)?[0-9]{3} ?[0-9]{0,2}", re.IGNORECASE)
"""At most five digits, after a country's letters perhaps: no phone or civil registration number fits."""

Cell = str | int | bool | datetime | None
Row = dict[str, Cell]
"""A table's row: column name -> value. Money is øre."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ProtectedPurchase:
    """The rows that one purchase becomes, with personal data already as the policy allows."""

    purchase: Row
    tickets: tuple[Row, ...]
    additional_sales: tuple[Row, ...]
    answers: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """A library's policy for personal data, and the key that pseudonyms are made with.

    The same person gets the same pseudonym in every library that shares the key. Raises Fatal when the policy is
    `pseudonymise` and the key is missing or shorter than 16 bytes.
    """

    policy: PersonalDataPolicy
    key: bytes | None = field(default=None, repr=False)
    keep_answers: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a key that could be guessed."""
        if self.policy is PersonalDataPolicy.PSEUDONYMISE and len(self.key or b"") < SHORTEST_KEY:
            raise Fatal(
                f"Personal data cannot be pseudonymised: the connection '{KEY_CONNECTION}' must hold a secret key of "
                f"at least {SHORTEST_KEY} bytes as its password. Set it, or choose the policy 'drop'."
            )

    def protect(self, purchase: Purchase) -> ProtectedPurchase:
        """Return the purchase as rows without their library and event; barcodes and unlisted answers are left out."""
        return ProtectedPurchase(
            purchase={
                "purchase_id": purchase.purchase_id,
                "transaction_type": purchase.transaction_type,
                "created_at": purchase.created_at,
                "total_ore": purchase.total_ore,
                "full_name": self._person(purchase.full_name, normalised_name),
                "email": self._person(purchase.email, normalised_email),
                "phone_number": self._person(purchase.phone_number, normalised_phone),
                "zip_code": self._postal_code(purchase.zip_code),
                "customer_key": self._person(purchase.customer_profile_id, str),
            },
            tickets=tuple(
                {
                    "ticket_id": ticket.ticket_id,
                    "purchase_id": purchase.purchase_id,
                    "price_id": ticket.price_id,
                    "amount_ore": ticket.amount_ore,
                    "arrived_at": ticket.arrived_at,
                    "seating": ticket.seating,
                }
                for ticket in purchase.tickets
            ),
            additional_sales=tuple(
                {
                    "additional_sale_id": sale.additional_sale_id,
                    "ticket_id": ticket.ticket_id,
                    "additional_id": sale.additional_id,
                    "name": sale.name,
                    "amount_ore": sale.amount_ore,
                }
                for ticket in purchase.tickets
                for sale in ticket.additional_sales
            ),
            answers=tuple(self._answers(purchase)),
        )

    def _person(self, value: str | int | None, normalised: Callable[[str], str | None]) -> str | None:
        if value is None or self.policy is PersonalDataPolicy.DROP:
            return None
        if self.policy is PersonalDataPolicy.KEEP:
            return str(value)
        plain = normalised(str(value))
        return self._pseudonym(plain) if plain else None

    def _pseudonym(self, plain: str) -> str:
        return hmac.new(self.key or b"", plain.encode(), hashlib.sha256).hexdigest()

    def _postal_code(self, value: str | None) -> str | None:
        if value is None or self.policy is PersonalDataPolicy.DROP:
            return None
        if self.policy is PersonalDataPolicy.KEEP or POSTAL_CODE.fullmatch(value.strip()):
            return value.strip()
        return None

    def _answers(self, purchase: Purchase) -> Iterator[Row]:
        listed = {name.strip().casefold() for name in self.keep_answers}
        times_asked: Counter[tuple[int | None, str]] = Counter()
        for ticket_id, answer in _given(purchase):
            name = answer.name.strip()
            if name.casefold() not in listed:
                continue
            times_asked[ticket_id, name] += 1
            yield {
                "purchase_id": purchase.purchase_id,
                "ticket_id": ticket_id,
                "name": name,
                "position": times_asked[ticket_id, name],
                "value": answer.value,
            }


def normalised_name(name: str) -> str:
    """Return the name in the form in which two spellings of it are one person: white space and case folded."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def normalised_email(email: str) -> str:
    """Return the address without surrounding white space, case folded."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def normalised_phone(phone: str) -> str | None:
    """Return the number as + and digits where its country is known, eight digits being Danish; None without digits."""
    text = unicodedata.normalize("NFKC", phone).replace("(0)", "")
    digits = "".join(character for character in text if character.isdecimal())
    international = text.lstrip(" (").startswith("+")
    if not international and digits.startswith("00"):
        international, digits = True, digits[2:]
    if not digits:
        return None
    if international:
        return f"+{digits}"
    if len(digits) == DANISH_DIGITS:
        return f"+45{digits}"
    return f"+{digits}" if len(digits) == DANISH_DIGITS + 2 and digits.startswith("45") else digits


def _given(purchase: Purchase) -> Iterator[tuple[int | None, Answer]]:
    yield from ((None, answer) for answer in purchase.answers)
    yield from ((ticket.ticket_id, answer) for ticket in purchase.tickets for answer in ticket.answers)
