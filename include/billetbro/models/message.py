"""A text as data: its key in the catalogues, and the values of its placeholders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias, Union

Value: TypeAlias = Union[str, int, "Message", "tuple[Message, ...]"]


@dataclass(frozen=True, slots=True)
class Message:
    """Stored and passed on in place of a sentence; `Translator.say` renders it.

    A value can be a message, or several, rendered as a list. `number` selects singular or plural.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return the message as JSON."""
        values = {name: _to_json(value) for name, value in self.values.items()}
        return {"key": self.key, **({"values": values} if values else {})}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Return the message from `to_json`; raises ValueError for anything else."""
        key, values = stored.get("key"), stored.get("values", {})
        if not isinstance(key, str) or not isinstance(values, Mapping):
            raise ValueError("not a message")
        return cls(key, {name: _from_json(value) for name, value in values.items()})


def as_said(text: str) -> Message:
    """Return a message for a text that is the same in every language."""
    return Message("as_said", {"text": text})


def _to_json(value: Value) -> object:
    if isinstance(value, tuple):
        return [one.to_json() for one in value]
    return value.to_json() if isinstance(value, Message) else value


def _from_json(value: object) -> Value:
    match value:
        case str() | int():
            return value
        case Mapping():
            return Message.from_json(value)
        case list():
            return tuple(Message.from_json(one) for one in value)
    raise ValueError("not a message")
