"""What Place2book accepts in the body of a request, read into types."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sandbox.moments import parse, zulu

UNLIMITED: Final = "∞"
SHORT_DESCRIPTION_LENGTH: Final = 255
AGE_GROUPS: Final = ("Alle", "Børn", "Unge", "Voksne", "Ældre")
_ADDRESS_PARTS: Final = ("name", "address1", "address2", "postal_code", "city", "phone", "country")
_PHONE: Final = re.compile(r"[0-9+ ]*")
_EXTRA_DEFAULTS: Final[dict[str, object]] = {
    "mute": False,
    "bank_account_id": None,
    "description_long": None,
    "kultunaut_export": False,
    "kultunaut_age_group": None,
    "kultunaut_picture_uri": None,
    "kultunaut_export_category": None,
    "show_vat": False,
    "sms_included": False,
    "ticket_fee": 0,
    "sales_workflow_type": "tickets",
}


class BadInputError(ValueError):
    """The request is answered with 400 and this message."""


@dataclass(frozen=True, slots=True)
class EventFields:
    """Everything that a client can write of an event; times are UTC, a capacity of None is unlimited.

    `newer` holds what a product of today puts on an event and no page describes: like all else, a PUT without it
    takes it away.
    """

    name: str
    begin_at: datetime
    end_at: datetime | None
    sale_open_at: datetime | None
    sale_close_at: datetime | None
    capacity: int | None
    passive: bool
    description_short: str | None
    address: dict[str, str]
    extra: dict[str, object]
    newer: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Show the fields as the API does."""
        return {
            "name": self.name,
            "description_short": self.description_short,
            "begin_at": zulu(self.begin_at),
            "end_at": zulu(self.end_at),
            "sale_open_at": zulu(self.sale_open_at),
            "sale_close_at": zulu(self.sale_close_at),
            "capacity": UNLIMITED if self.capacity is None else self.capacity,
            "passive": self.passive,
            "address": dict(self.address),
            **self.extra,
            **self.newer,
        }


@dataclass(frozen=True, slots=True)
class PriceFields:
    """Everything that a client can write of a price; `value` is in øre, times are UTC, `newer` is as for an event."""

    name: str
    description: str | None
    value: int
    sale_begin_at: datetime | None
    sale_end_at: datetime | None
    minimum_count: int | None
    maximum_count: int | None
    newer: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Show the fields as the API does."""
        return {
            "name": self.name,
            "description": self.description,
            "value": self.value,
            "sale_begin_at": zulu(self.sale_begin_at),
            "sale_end_at": zulu(self.sale_end_at),
            "minimum_count": self.minimum_count,
            "maximum_count": self.maximum_count,
            **self.newer,
        }


def unwrap(body: object, key: str) -> dict[str, object]:
    """Return what stands under "event" or "price" in a body; raises BadInputError."""
    inner = body.get(key) if isinstance(body, dict) else None
    if not isinstance(inner, dict):
        raise BadInputError(f"param is missing or the value is empty: {key}")
    return inner


def read_event(body: dict[str, object], newer: Collection[str] = ()) -> EventFields:
    """Read a whole event; what is left out falls back to its default, or is lost. Raises BadInputError.

    `newer` names the fields that the event has beside the described ones; what else there is in a body is ignored.
    """
    begin_at = _moment(body, "begin_at")
    if begin_at is None:
        raise BadInputError("begin_at can't be blank")
    short = _text(body, "description_short")
    age_group = body.get("kultunaut_age_group")
    if age_group is not None and age_group not in AGE_GROUPS:
        raise BadInputError(f"kultunaut_age_group must be one of {', '.join(AGE_GROUPS)}")
    return EventFields(
        name=_required(body, "name"),
        begin_at=begin_at,
        end_at=_moment(body, "end_at"),
        sale_open_at=_moment(body, "sale_open_at"),
        sale_close_at=_moment(body, "sale_close_at"),
        capacity=_capacity(body),
        passive=bool(body.get("passive", False)),
        description_short=None if short is None else short[:SHORT_DESCRIPTION_LENGTH],
        address=_address(body.get("address")),
        extra={name: body.get(name, default) for name, default in _EXTRA_DEFAULTS.items()},
        newer={name: body[name] for name in newer if name in body},
    )


def read_price(body: dict[str, object], newer: Collection[str] = ()) -> PriceFields:
    """Read a whole price; what is left out falls back to its default, or is lost. Raises BadInputError."""
    value = body.get("value", 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadInputError("value must be a whole number of øre, 0 or more")
    return PriceFields(
        name=_required(body, "name"),
        description=_text(body, "description"),
        value=value,
        sale_begin_at=_moment(body, "sale_begin_at"),
        sale_end_at=_moment(body, "sale_end_at"),
        minimum_count=_count(body, "minimum_count"),
        maximum_count=_count(body, "maximum_count"),
        newer={name: body[name] for name in newer if name in body},
    )


def read_prices(body: dict[str, object]) -> list[PriceFields]:
    """Read the prices that a new event can bring along. Raises BadInputError."""
    prices = body.get("prices") or []
    if not isinstance(prices, list) or not all(isinstance(price, dict) for price in prices):
        raise BadInputError("prices must be an array of prices")
    return [read_price(price) for price in prices]


def _required(body: dict[str, object], name: str) -> str:
    text = _text(body, name)
    if not text or not text.strip():
        raise BadInputError(f"{name} can't be blank")
    return text


def _text(body: dict[str, object], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInputError(f"{name} must be text")
    return value


def _moment(body: dict[str, object], name: str) -> datetime | None:
    text = _text(body, name)
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        raise BadInputError(f"{name} is not a valid datetime") from None


def _count(body: dict[str, object], name: str) -> int | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise BadInputError(f"{name} must be a whole number")
    return value


def _capacity(body: dict[str, object]) -> int | None:
    value = body.get("capacity")
    if value == UNLIMITED:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadInputError(f"capacity must be a whole number, 0 or more, or {UNLIMITED}")
    return value


def _address(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadInputError("address can't be blank")
    address = {part: text for part in _ADDRESS_PARTS if (text := _text(value, part)) is not None}
    for part in ("address1", "postal_code", "city", "country"):
        if not address.get(part, "").strip():
            raise BadInputError(f"address.{part} can't be blank")
    if "phone" not in address or not _PHONE.fullmatch(address["phone"]):
        raise BadInputError("address.phone is not a valid phone number")
    if not re.fullmatch(r"[A-Z]{2}", address["country"]):
        raise BadInputError("address.country must be an ISO 3166-1 alpha-2 code")
    return address
