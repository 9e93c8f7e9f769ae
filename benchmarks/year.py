"""A year of made-up purchases, the same every time: what libraries sold, as Place2book would tell it.

Nothing is kept but how many purchases came later: every answer is worked out when it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FIRST_MAKER = 5000
PURCHASES_OF_AN_EVENT = 10
DAYS_BACK, DAYS_AHEAD = 305, 60
CAPACITY = 500
PRICES = (("Voksen", 7500), ("Barn", 2500))

Json = dict[str, object]


@dataclass(slots=True)
class Year:
    """So many libraries, with about so many purchases among them, the year ending 60 days after `now` (aware).

    `later` has the moments at which something was bought after the beginning, by event.
    """

    libraries: int
    purchases: int
    now: datetime
    later: dict[int, list[datetime]] = field(default_factory=dict)
    hours: int = 0

    @property
    def events_of_a_library(self) -> int:
        """Return how many events each library has."""
        return max(1, round(self.purchases / self.libraries / PURCHASES_OF_AN_EVENT))

    @property
    def makers(self) -> list[int]:
        """Return the event makers, one for each library."""
        return [FIRST_MAKER + number for number in range(self.libraries)]

    def event_ids(self, maker: int) -> list[int]:
        """Return the ids of a library's events, in order of their begin."""
        first = (maker - FIRST_MAKER + 1) * 100_000
        return [first + number for number in range(self.events_of_a_library)]

    def begin_at(self, event_id: int) -> datetime:
        """Return when an event begins."""
        share = (event_id % 100_000 + 0.5) / self.events_of_a_library
        moment = self.now + timedelta(days=share * (DAYS_BACK + DAYS_AHEAD) - DAYS_BACK)
        return moment.replace(minute=0, second=0, microsecond=0)

    def event(self, event_id: int) -> Json:
        """Return an event as the API shows it."""
        begin, sold = self.begin_at(event_id), sum(self.sold(event_id).values())
        return {
            "id": event_id,
            "seccode": f"s{event_id}",
            "name": f"Arrangement {event_id}",
            "description_short": "Kom og vær med",
            "description_long": "",
            "begin_at": _moment(begin),
            "end_at": _moment(begin + timedelta(hours=2)),
            "sale_open_at": None,
            "sale_close_at": None,
            "capacity": CAPACITY,
            "passive": False,
            "state": "published",
            "active": True,
            "waiting_list": False,
            "metadata": {"event_state": "published", "available_tickets": CAPACITY - sold, "deleteable": 0},
        }

    def prices(self, event_id: int) -> list[Json]:
        """Return an event's prices as the API shows them."""
        sold = self.sold(event_id)
        return [
            {"id": event_id * 10 + place, "name": name, "value": value, "sold_tickets": sold[event_id * 10 + place]}
            for place, (name, value) in enumerate(PRICES)
        ]

    def sell(self, event_ids: Iterable[int]) -> None:
        """Let an hour pass, in which one more is bought for each event."""
        self.hours += 1
        for event_id in event_ids:
            self.later.setdefault(event_id, []).append(self.now + timedelta(hours=self.hours))

    def bought(self, event_id: int) -> Iterator[Json]:
        """Yield an event's purchases as the API shows them."""
        latest, at_first = min(self.begin_at(event_id), self.now), self._at_first(event_id)
        for number in range(self._count(event_id)):
            before = latest - timedelta(hours=7 * number + 1)
            at = before if number < at_first else self.later[event_id][number - at_first]
            yield _purchase(event_id, number, at)

    def sold(self, event_id: int) -> Counter[int]:
        """Return the tickets sold, by price, those of cancelled purchases left out."""
        numbers = range(self._count(event_id))
        return Counter(
            _price_id(event_id, ticket)
            for number in numbers
            if not _cancelled(number)
            for ticket in range(_tickets(event_id, number))
        )

    def _count(self, event_id: int) -> int:
        return self._at_first(event_id) + len(self.later.get(event_id, ()))

    def _at_first(self, event_id: int) -> int:
        return PURCHASES_OF_AN_EVENT - 5 + event_id * 7 % 11


def _purchase(event_id: int, number: int, at: datetime) -> Json:
    purchase_id = event_id * 1000 + number
    tickets = [_ticket(event_id, purchase_id, number, place) for place in range(_tickets(event_id, number))]
    buyer = purchase_id % 50_000
    return {
        "purchase_id": purchase_id,
        "customer_profile_id": 70_000_000 + buyer,
        "full_name": f"Test Testesen {buyer}",
        "email": f"test{buyer}@example.com",
        "phone_number": f"{12_000_000 + buyer}",
        "zip_code": str(2000 + buyer % 7000),
        "total_price_paid": sum(PRICES[place % 2][1] for place in range(len(tickets))) + 2500 * (number % 10 == 0),
        "transaction_type": "cancel" if _cancelled(number) else "completed",
        "created_at": _moment(at),
        "tickets": tickets,
        "custom_field_values": [{"custom_field_name": "Hørt om os", "value": "Plakat"}] if number % 7 == 0 else [],
    }


def _ticket(event_id: int, purchase_id: int, number: int, place: int) -> Json:
    ticket_id = purchase_id * 10 + place
    extra = {"additional_sale_id": ticket_id, "additional_id": 6, "additional_name": "Kaffe"}
    return {
        "ticket_id": ticket_id,
        "price_id": _price_id(event_id, place),
        "total_amount_paid": PRICES[place % 2][1],
        "arrived_at": None,
        "seating": None,
        "barcode": f"B{ticket_id}",
        "custom_fields": [{"custom_field_name": "Allergi", "value": "Nødder"}] if number % 9 == 0 else [],
        "additional_sales": [extra | {"debit_total_for_customer": 2500}] if number % 10 == 0 and place == 0 else [],
    }


def _price_id(event_id: int, place: int) -> int:
    return event_id * 10 + place % 2


def _tickets(event_id: int, number: int) -> int:
    return 1 + (event_id + number) % 3


def _cancelled(number: int) -> bool:
    return number % 20 == 3


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
