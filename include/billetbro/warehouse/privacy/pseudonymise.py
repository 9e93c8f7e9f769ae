"""How a buyer's personal data is protected before it is stored (behaviour 9).

| | pseudonymise | drop | keep |
|---|---|---|---|
| name, e-mail, phone, customer profile | HMAC-SHA256, hex | null | as it is |
| postal code | as it is, where it looks like one | null | as it is |
| barcode | never stored | never stored | never stored |
| answers | only the names in keep_answers | the same | the same |

The postal code stays under `pseudonymise`: reports count buyers by it, and it does not identify a person. A purchase
that was forgotten, or is past retention, keeps no personal data under any policy.
"""

import hmac
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from billetbro.errors import Fatal
from billetbro.models import AdditionalSale, Answer, PersonalDataPolicy, Purchase, Ticket
from billetbro.models.text import caseless, one_line
from billetbro.warehouse.privacy.normalise import NORMALISED, PSEUDONYM
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.retention_rule import Retention

SHORTEST_KEY = 16
KEY_CONNECTION = "billetbro_privacy"
FINGERPRINT_OF = "billetbro: which key is this?"
FINGERPRINT_LENGTH = 16
POSTAL_CODE = re.compile(r"(?:[A-Z]{1,2}[- ]?)?[0-9]{3} ?[0-9]{0,2}", re.IGNORECASE)
"""At most five digits, with an optional country prefix: no phone or civil registration number matches."""

Cell = str | int | bool | datetime | None
Row = dict[str, Cell]
"""A table's row: column name -> value. Money is øre."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ProtectedPurchase:
    """The rows of one purchase, with personal data as the policy allows."""

    purchase: Row
    tickets: tuple[Row, ...]
    additional_sales: tuple[Row, ...]
    answers: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The key that pseudonyms are made with, and former keys, to find people in earlier rows."""

    current: bytes | None = field(default=None, repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def all(self) -> tuple[bytes, ...]:
        """Return every known key, the current one first."""
        return tuple(dict.fromkeys(key for key in (self.current, *self.former) if key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """A library's policy for personal data, the key for pseudonyms, and how long data is kept.

    One person has one pseudonym in all libraries that share the key. Raises Fatal when the policy is `pseudonymise` and
    the key is missing or shorter than 16 bytes.
    """

    policy: PersonalDataPolicy
    key: bytes | None = field(default=None, repr=False)
    keep_answers: frozenset[str] = frozenset()
    retention: Retention = field(default_factory=Retention)

    def __post_init__(self) -> None:
        if self.policy is PersonalDataPolicy.PSEUDONYMISE and len(self.key or b"") < SHORTEST_KEY:
            raise Fatal("error.no_pseudonyms", connection=KEY_CONNECTION, bytes=SHORTEST_KEY)

    @property
    def key_fingerprint(self) -> str | None:
        """Return a fingerprint of the key, None where no pseudonyms are made."""
        return fingerprint(self.key) if self.key and self.policy is PersonalDataPolicy.PSEUDONYMISE else None

    def keeps_answer(self, name: str) -> bool:
        """Return whether answers to this question are kept, ignoring case, spacing and invisible characters."""
        return caseless(name) in _caseless_each(self.keep_answers)

    def protected(self, column: str, value: str | int | None) -> str | None:
        """Return a personal value of `purchases`, as Place2book sends it, as the policy allows to store it."""
        if value is None or self.policy is PersonalDataPolicy.DROP:
            return None
        plain = str(value)
        if column not in NORMALISED:
            kept = self.policy is PersonalDataPolicy.KEEP or POSTAL_CODE.fullmatch(one_line(plain))
            return one_line(plain) if kept else None
        if self.policy is PersonalDataPolicy.KEEP:
            return plain
        normalised = NORMALISED[column](plain)
        return pseudonym(self.key or b"", normalised) if normalised else None

    def protected_again(self, column: str, stored: str | None) -> str | None:
        """Return a stored value as the policy allows it now; a pseudonym stays, or is removed."""
        if self.policy is PersonalDataPolicy.PSEUDONYMISE and stored is not None and PSEUDONYM.fullmatch(stored):
            return stored
        return self.protected(column, stored)

    def protect(self, purchase: Purchase, *, blank: bool = False) -> ProtectedPurchase:
        """Return the purchase as rows without library and event, barcodes and unlisted answers.

        With `blank`, for one that is forgotten or past retention, no personal value is kept.
        """
        return ProtectedPurchase(
            purchase=self._purchase(purchase, blank=blank),
            tickets=tuple(_ticket(purchase, ticket) for ticket in purchase.tickets),
            additional_sales=tuple(
                _sale(ticket, sale) for ticket in purchase.tickets for sale in ticket.additional_sales
            ),
            answers=tuple(answer | {"value": None} if blank else answer for answer in self._answers(purchase)),
        )

    def _purchase(self, purchase: Purchase, *, blank: bool) -> Row:
        given: dict[str, str | int | None] = {
            "full_name": purchase.full_name,
            "email": purchase.email,
            "phone_number": purchase.phone_number,
            "zip_code": purchase.zip_code,
            "customer_key": purchase.customer_profile_id,
        }
        return {
            "purchase_id": purchase.purchase_id,
            "transaction_type": purchase.transaction_type,
            "created_at": purchase.created_at,
            "total_ore": purchase.total_ore,
            **{name: None if blank else self.protected(name, given[name]) for name in PERSONAL["purchases"]},
        }

    def _answers(self, purchase: Purchase) -> Iterator[Row]:
        times_asked: Counter[tuple[int | None, str]] = Counter()
        for ticket_id, answer in _given(purchase):
            name = answer.name.strip()
            if not self.keeps_answer(name):
                continue
            times_asked[ticket_id, name] += 1
            yield {
                "purchase_id": purchase.purchase_id,
                "ticket_id": ticket_id,
                "name": name,
                "position": times_asked[ticket_id, name],
                "value": answer.value,
            }


def pseudonym(key: bytes, normalised: str) -> str:
    """Return the pseudonym of a normalised value: HMAC-SHA256 in hex."""
    return hmac.digest(key, normalised.encode(), "sha256").hex()


def fingerprint(key: bytes) -> str:
    """Return a few characters that identify a key and reveal nothing of it."""
    return pseudonym(key, FINGERPRINT_OF)[:FINGERPRINT_LENGTH]


@lru_cache
def _caseless_each(names: frozenset[str]) -> frozenset[str]:
    return frozenset(map(caseless, names))


def _ticket(purchase: Purchase, ticket: Ticket) -> Row:
    return {
        "ticket_id": ticket.ticket_id,
        "purchase_id": purchase.purchase_id,
        "price_id": ticket.price_id,
        "amount_ore": ticket.amount_ore,
        "arrived_at": ticket.arrived_at,
        "seating": ticket.seating,
    }


def _sale(ticket: Ticket, sale: AdditionalSale) -> Row:
    return {
        "additional_sale_id": sale.additional_sale_id,
        "ticket_id": ticket.ticket_id,
        "additional_id": sale.additional_id,
        "name": sale.name,
        "amount_ore": sale.amount_ore,
    }


def _given(purchase: Purchase) -> Iterator[tuple[int | None, Answer]]:
    yield from ((None, answer) for answer in purchase.answers)
    yield from ((ticket.ticket_id, answer) for ticket in purchase.tickets for answer in ticket.answers)
