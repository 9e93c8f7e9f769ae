"""The shapes of the charts, as SVG's own descriptions of paths."""

from collections.abc import Sequence

from billetbro.store.schema.sales_tables import BOOKED_BEFORE

WIDTH, HEIGHT = 600, 200


def booking_points(booked: Sequence[int], tickets: int) -> str:
    """Return the points of a booking curve: the share of the tickets sold, from 60 days before until the day itself."""
    return " ".join(
        f"{place_of(days):g},{HEIGHT - HEIGHT * number / max(tickets, 1):.1f}"
        for days, number in zip(BOOKED_BEFORE, booked, strict=True)
    )


def place_of(days: int) -> float:
    """Return how far to the right so many days before an event are."""
    return WIDTH - WIDTH * days / BOOKED_BEFORE[0]
