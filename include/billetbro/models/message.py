"""A sentence as data: its key in the catalogues, and the values of its placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """What is stored and handed on in the place of a sentence; `Translator.say` turns it into one.

    A value can be a message itself. `number` decides between singular and plural.
    """

    key: str
    values: Mapping[str, str | int | Message] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return the message as JSON can hold it."""
        values = {name: value.to_json() if isinstance(value, Message) else value for name, value in self.values.items()}
        return {"key": self.key, **({"values": values} if values else {})}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Message:
        """Return the message that `to_json` wrote; raises ValueError for anything else."""
        key, values = stored.get("key"), stored.get("values", {})
        if not isinstance(key, str) or not isinstance(values, Mapping):
            raise ValueError("not a message")
        return cls(key, {name: cls.from_json(one) if isinstance(one, Mapping) else one for name, one in values.items()})
