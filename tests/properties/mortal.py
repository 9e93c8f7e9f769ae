"""A process that dies in the middle of its work."""

from collections.abc import Mapping
from typing import ClassVar

from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import CurrentEvent, CurrentPrice, OnCreate, TicketEvent, Written
from tests.integration.steps.harness import Died


class MortalClient(Place2bookClient):
    """A client whose process dies after so many writes, each carried out and not noted."""

    writes_left: ClassVar[int | None] = None

    def _lived(self) -> None:
        if MortalClient.writes_left is not None:
            MortalClient.writes_left -= 1
            if MortalClient.writes_left <= 0:
                raise Died

    def create_event(self, event_maker: int, desired: TicketEvent, on_create: OnCreate) -> CurrentEvent:
        created = super().create_event(event_maker, desired, on_create)
        self._lived()
        return created

    def update_event(self, event_maker: int, event_id: int, fields: dict[str, Written]) -> CurrentEvent:  # type: ignore[override]
        updated = super().update_event(event_maker, event_id, fields)
        self._lived()
        return updated

    def delete_event(self, event_maker: int, event_id: int) -> None:
        super().delete_event(event_maker, event_id)
        self._lived()

    def create_price(self, event_maker: int, event_id: int, *, name: str, value_ore: int) -> CurrentPrice:
        created = super().create_price(event_maker, event_id, name=name, value_ore=value_ore)
        self._lived()
        return created

    def update_price(
        self, event_maker: int, event_id: int, price_id: int, fields: Mapping[str, Written]
    ) -> CurrentPrice:
        updated = super().update_price(event_maker, event_id, price_id, fields)
        self._lived()
        return updated

    def delete_price(self, event_maker: int, event_id: int, price_id: int) -> None:
        super().delete_price(event_maker, event_id, price_id)
        self._lived()
