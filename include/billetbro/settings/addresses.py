"""The addresses that messages go to: apprise's own, or an Airflow connection that holds one with its secret."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from billetbro.settings.types import Section, Text

MAIL = ("mailto", "mailtos")
MAIL_OPTIONS = frozenset({"to", "from", "name", "smtp", "mode", "reply", "cc", "bcc"})
"""What the query of a mail address may hold: nothing that is secret."""

Address = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]


class NoticeAddress(Section):
    """Where messages go: `url`, a mail address of apprise without a password, or `conn_id`, a connection.

    `to`: the recipients, where the connection's service has a choice, as mail has; each is told by itself.
    """

    url: Address | None = Field(None, description="allowed.notice_url")
    conn_id: Text | None = Field(None, description="allowed.notice_connection")
    to: tuple[Text, ...] = Field((), description="allowed.notice_recipients")

    @model_validator(mode="before")
    @classmethod
    def _text_is_an_address(cls, value: object) -> object:
        if isinstance(value, Mapping) and isinstance(value.get("to"), str):
            return {**value, "to": [value["to"]]}
        return {"url": value} if isinstance(value, str) else value

    @field_validator("url")
    @classmethod
    def _has_no_secret(cls, value: str | None) -> str | None:
        if value is not None and not is_plain(value):
            raise ValueError("not a mail address without a password")
        return value

    @model_validator(mode="after")
    def _is_one_of_both(self) -> NoticeAddress:
        if (self.url is None) == (self.conn_id is None) or (self.url is not None and self.to):
            raise ValueError("either an address or a connection")
        return self

    @property
    def name(self) -> str:
        """Return what logs call it: the connection, or the kind of address."""
        return self.conn_id or f"{str(self.url).partition('://')[0]}://…"

    def for_each(self) -> Iterator[NoticeAddress]:
        """Yield it once for each recipient."""
        if len(self.to) < 2:
            yield self
        else:
            yield from (self.model_copy(update={"to": (one,)}) for one in self.to)

    def key(self, whose: str) -> str:
        """Return the key under which it is stored what was told here; it does not tell the address."""
        text = "\n".join([whose, self.url or "", self.conn_id or "", *self.to])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def is_plain(address: str) -> bool:
    """Return whether an address is a mail address for one recipient, with nothing in it that can be secret."""
    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        password = parts.password
    except ValueError:
        return False
    recipients = [one for one in (options.get("to"), *parts.path.split("/")) if one]
    alone = len(recipients) < 2 and not any("," in one for one in recipients)
    return (
        parts.scheme in MAIL
        and bool(parts.hostname)
        and password is None
        and not parts.fragment
        and {name.lower() for name in options} <= MAIL_OPTIONS
        and alone
    )


def each_once(addresses: Iterable[NoticeAddress]) -> tuple[NoticeAddress, ...]:
    """Return the addresses, one for each recipient, none twice."""
    return tuple(dict.fromkeys(one for address in addresses for one in address.for_each()))
