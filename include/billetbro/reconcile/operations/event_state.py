"""One event while its changes are carried out: what each function that carries one out reads and brings up to date."""

from __future__ import annotations

from dataclasses import dataclass

from billetbro.models import AppliedPrice, Change, CurrentEvent, Link, Mapped


@dataclass(slots=True, kw_only=True)
class EventState:
    """One event while its changes are carried out: what it should be, its link, and how it stands in Place2book.

    `ours` are its prices as the plan claimed them.
    """

    mapped: Mapped | None
    link: Link | None
    current: CurrentEvent | None
    ours: dict[str, AppliedPrice]
    price_id: int | None = None


def mapped_of(event: EventState) -> Mapped:
    """Return what the event should be, which every change of its fields knows."""
    assert event.mapped is not None
    return event.mapped


def link_of(event: EventState) -> Link:
    """Return the event's link, which it has once it was created."""
    assert event.link is not None
    return event.link


def current_of(event: EventState) -> CurrentEvent:
    """Return how the event stands, which it does until it is deleted."""
    assert event.current is not None
    return event.current


def event_id_of(change: Change) -> int:
    """Return the number of the event that a change is of; only a create has none."""
    assert change.event_id is not None
    return change.event_id
