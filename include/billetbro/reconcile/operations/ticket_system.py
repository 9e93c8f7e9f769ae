"""What changes are carried out at: Place2book's client, or a Place2book on paper (steps/load/forecast.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from billetbro.models import CurrentEvent, CurrentPrice, OnCreate, TicketEvent, Written


class TicketSystem(Protocol):
    """The calls that carry out a change; they raise what billetbro.api.place2book.client raises."""

    def event(self, event_maker: int, event_id: int) -> CurrentEvent: ...

    def create_event(self, event_maker: int, desired: TicketEvent, on_create: OnCreate, /) -> CurrentEvent: ...

    def update_event(self, event_maker: int, event_id: int, fields: Mapping[str, Written]) -> CurrentEvent: ...

    def delete_event(self, event_maker: int, event_id: int) -> None: ...

    def prices(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...]: ...

    def prices_or_none(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...] | None: ...

    def create_price(self, event_maker: int, event_id: int, *, name: str, value_ore: int) -> CurrentPrice: ...

    def update_price(
        self, event_maker: int, event_id: int, price_id: int, fields: Mapping[str, Written]
    ) -> CurrentPrice: ...

    def delete_price(self, event_maker: int, event_id: int, price_id: int) -> None: ...
