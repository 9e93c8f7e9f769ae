"""One event while its changes are carried out: what each operation reads and brings up to date."""

from __future__ import annotations

from dataclasses import dataclass, replace

from billetbro.models import Change, CurrentEvent, Link, Mapped


@dataclass(slots=True, kw_only=True)
class EventState:
    """One event while its changes are carried out: what it should be, its link, and how it stands in Place2book."""

    mapped: Mapped | None
    link: Link | None
    current: CurrentEvent | None

    @property
    def wanted(self) -> Mapped:
        """Return what the event should be, which every change of its fields knows."""
        assert self.mapped is not None
        return self.mapped

    @property
    def linked(self) -> Link:
        """Return the event's link, which it has once it was created."""
        assert self.link is not None
        return self.link

    @property
    def standing(self) -> CurrentEvent:
        """Return how the event stands, which it does until it is deleted."""
        assert self.current is not None
        return self.current

    def update_current(self, answer: CurrentEvent) -> CurrentEvent:
        """Take an answer of Place2book's for how the event stands; it shows no prices, so those known before stay."""
        self.current = replace(answer, prices=self.current.prices if self.current else None)
        return self.current

    def price_of(self, change: Change) -> int | None:
        """Return the number of the price that a change was about, once it was carried out."""
        ours = self.link.prices.get(change.price_key or "") if self.link else None
        return ours.price_id if ours else change.price_id
