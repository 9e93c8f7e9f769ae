"""The values in untrusted JSON, read leniently: what cannot be understood becomes None, noted where it matters."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

_SHOWN_AT_MOST = 120


class Wire(BaseModel):
    """A model of what an API sends: unknown fields are ignored, and no value is repeated in an error."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True)


def cleaned(value: object) -> object:
    """Return a text without NUL and lone surrogates, which neither PostgreSQL nor UTF-8 takes."""
    if not isinstance(value, str):
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def shown(value: object) -> str:
    """Return what was found, short enough for a sentence."""
    plain = isinstance(value, str | Decimal)
    text = str(value) if plain else json.dumps(value, default=str, ensure_ascii=False)
    clean = " ".join(str(cleaned(text)).split())
    return clean if len(clean) <= _SHOWN_AT_MOST else clean[: _SHOWN_AT_MOST - 1] + "…"


def noted(field: str | None = None) -> WrapValidator:
    """Read a value that cannot be understood as None, and note it as `field` where a field is named.

    The notes go into the mapping that is given as the validation's context.
    """

    def keep(value: object, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
        try:
            return read(value)
        except ValidationError:
            if field is not None and isinstance(info.context, dict):
                info.context[field] = shown(value)
            return None

    return WrapValidator(keep)


def unwrapped(data: object, name: str) -> object:
    """Return what is inside `{name: {...}}`, or the data itself when it came bare."""
    if isinstance(data, dict) and set(data) == {name}:
        return data[name]
    return data


def written_moment(moment: datetime) -> str:
    """Return an aware time in UTC, as YYYY-MM-DDTHH:MM:SSZ."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is needed")
    return value


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a time is a text")
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time within the calendar is needed") from None


def _none_for_empty_list(value: object) -> object:
    return None if value == [] else value


def _number_as_text(value: object) -> object:
    if isinstance(value, Decimal) and value.is_finite():
        return str(int(value)) if value == value.to_integral_value() else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _digits(letters: str) -> Callable[[object], object]:
    """Return a reader of ids that may come with letters before them, as in evm5000."""

    def read(value: object) -> object:
        return value.strip().removeprefix(letters) if isinstance(value, str) else _no_flag(value)

    return read


Text = Annotated[str, BeforeValidator(cleaned)]
TextOrNumber = Annotated[str, AfterValidator(str.strip), BeforeValidator(_number_as_text), BeforeValidator(cleaned)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_only_text)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31), BeforeValidator(_no_flag)]
Amount = Annotated[Decimal, Field(ge=-(10**9), le=10**9), BeforeValidator(_no_flag)]
Id = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(_no_flag)]
EventMakerId = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(_digits("evm"))]
EventId = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(_digits("ev"))]
ObjectOrNone = BeforeValidator(_none_for_empty_list)
"""PHP writes an object without fields as an empty list."""
