"""Values in untrusted JSON, read leniently: what cannot be understood becomes None, and is noted where it matters."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from billetbro.api.http.response import json_of
from billetbro.api.schema_numbers import amount, as_text, exactly_whole, whole
from billetbro.api.schema_times import moment

LONGEST_LINE = 10_000
"""Characters of a title, which no title has."""
_SHOWN_AT_MOST = 120


class Wire(BaseModel):
    """A model of what an API sends: unknown fields are ignored, and no value is repeated in an error."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True)


def cleaned(value: object) -> object:
    """Return a text without NUL and lone surrogates, which PostgreSQL and UTF-8 do not accept."""
    if not isinstance(value, str) or (value.isascii() and "\x00" not in value):
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def shown(value: object) -> str:
    """Return a value, short enough for a sentence."""
    plain = isinstance(value, str | Decimal)
    text = str(value) if plain else json.dumps(value, default=str, ensure_ascii=False)
    clean = " ".join(str(cleaned(text)).split())
    return clean if len(clean) <= _SHOWN_AT_MOST else clean[: _SHOWN_AT_MOST - 1] + "…"


def noted(field: str | None = None) -> WrapValidator:
    """Read a value that cannot be understood as None, and note it under `field` in the validation's context."""

    def keep(value: object, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
        try:
            return read(value)
        except ValidationError:
            if field is not None and isinstance(info.context, dict):
                info.context[field] = shown(value)
            return None

    return WrapValidator(keep)


def unwrapped(data: object, name: str) -> object:
    """Return the content of `{name: {...}}`, or the data itself if it is not wrapped."""
    if isinstance(data, dict) and set(data) == {name}:
        return data[name]
    return data


def written_moment(moment: datetime) -> str:
    """Return an aware time in UTC, as YYYY-MM-DDTHH:MM:SSZ."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_list(value: object) -> object:
    """Return a list that PHP wrote as an object (some indices are missing) as a list, in order.

    An empty object stays one: PHP writes an empty list as [], and an error must not be taken for an empty list.
    """
    if not isinstance(value, dict) or not value or not all(_is_place(key) for key in value):
        return value
    return [value[key] for key in sorted(value, key=int)]


def as_rows(data: object) -> list[bytes] | None:
    """Return the rows of a list, also of one that PHP wrote as an object; None if it is no list."""
    rows = as_list(data)
    if not isinstance(rows, list):
        return None
    return [row if isinstance(row, bytes) else json_of(row).encode() for row in rows]


def _is_place(key: object) -> bool:
    return isinstance(key, str) and re.fullmatch(r"0|[1-9][0-9]{0,9}", key) is not None


def _none_for_empty_list(value: object) -> object:
    return None if value == [] else value


def _cut(line: str | None) -> str | None:
    return line and line[:LONGEST_LINE]


def is_endless(line: str) -> bool:
    """Tell whether a line was cut, so that what it belongs to cannot be sent back."""
    return len(line) >= LONGEST_LINE


def _digits(letters: str) -> Callable[[object], object]:
    """Return a reader of ids with an optional prefix, as in evm5000."""

    def read(value: object) -> object:
        return exactly_whole(value.strip().removeprefix(letters) if isinstance(value, str) else value)

    return read


Text = Annotated[str, BeforeValidator(cleaned)]
Line = Annotated[Text, Field(max_length=LONGEST_LINE)]
TextOrNumber = Annotated[str, AfterValidator(str.strip), BeforeValidator(as_text), BeforeValidator(cleaned)]
Moment = Annotated[datetime, BeforeValidator(moment)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31), BeforeValidator(whole)]
Amount = Annotated[Decimal, Field(ge=-(10**9), le=10**9), BeforeValidator(amount)]
Id = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(exactly_whole)]
EventMakerId = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(_digits("evm"))]
EventId = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(_digits("ev"))]
LenientText = Annotated[Text | None, noted()]
LenientLine = Annotated[LenientText, AfterValidator(_cut)]
LenientWords = Annotated[TextOrNumber | None, noted()]
Listed = BeforeValidator(as_list)
"""Reads a list that PHP may have written as an object."""
ObjectOrNone = BeforeValidator(_none_for_empty_list)
"""PHP writes an object without fields as an empty list."""
