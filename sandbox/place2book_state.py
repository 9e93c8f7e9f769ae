"""Place2book's events, and what its API, its staff and its buyers do to them."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from threading import RLock

from sandbox.moments import DENMARK, Clock
from sandbox.place2book_records import Answers, Buyer, Event, EventMaker, Price, Purchase
from sandbox.place2book_rules import BadInputError, EventFields, PriceFields, read_event, read_price
from sandbox.place2book_sales import sell, sold_again, sold_together
from sandbox.place2book_view import DOCUMENTED, LIVE, Variant

_STAFF_ONLY = frozenset({"state", "paused", "waiting_list", "event_maker"})


class NotFoundError(LookupError):
    """There is no such event maker, event, price, purchase or ticket."""


@dataclass(slots=True)
class Place2book:
    """The whole ticket system; `allowed_makers` are those that the one token may use.

    `passive_deletable` set to False refuses to delete passive events, which the documentation can be read to say.
    """

    token: str
    clock: Clock
    public_url: str = ""
    makers: dict[int, EventMaker] = field(default_factory=dict)
    allowed_makers: set[int] = field(default_factory=set)
    variants: dict[int, Variant] = field(default_factory=dict)
    passive_deletable: bool = True
    _events: dict[int, Event] = field(default_factory=dict)
    _ids: "count[int]" = field(default_factory=lambda: count(100_000 + secrets.randbelow(900_000)))
    lock: RLock = field(default_factory=RLock)

    @property
    def events(self) -> list[Event]:
        """Return every event of every event maker, oldest first."""
        with self.lock:
            return list(self._events.values())

    def next_id(self) -> int:
        """Return a number that was not used before."""
        return next(self._ids)

    def number_from(self, first: int) -> None:
        """Give this number next, and those after it."""
        self._ids = count(first)

    def clear(self) -> None:
        """Remove all events and purchases, and restore what tests switch."""
        with self.lock:
            self._events.clear()
            self.allowed_makers = set(self.makers)
            self.variants = {maker: LIVE if maker == 5000 else DOCUMENTED for maker in self.makers}
            self.passive_deletable = True

    def variant(self, event_maker: int) -> Variant:
        """Return how responses for an event maker are spelt."""
        return self.variants.get(event_maker, DOCUMENTED)

    def get(self, event_id: int, event_maker: int | None = None) -> Event:
        """Return an event, of one event maker when that is given; raises NotFoundError."""
        with self.lock:
            event = self._events.get(event_id)
        if event is None or event_maker not in (None, event.event_maker):
            raise NotFoundError("event")
        return event

    def find(self, name: str) -> Event:
        """Return the first event with exactly this name; raises NotFoundError."""
        for event in self.events:
            if event.fields.name == name:
                return event
        raise NotFoundError(name)

    def by_seccode(self, seccode: str) -> Event:
        """Return the event that a sales link names; raises NotFoundError."""
        for event in self.events:
            if event.seccode == seccode:
                return event
        raise NotFoundError(seccode)

    def prices(self, event_id: int) -> list[Price]:
        """Return an event's prices."""
        with self.lock:
            return list(self.get(event_id).prices.values())

    def price(self, event_id: int, price_id: int) -> Price:
        """Return one price; raises NotFoundError."""
        for price in self.prices(event_id):
            if price.id == price_id:
                return price
        raise NotFoundError("price")

    def purchases(self, event_id: int) -> list[Purchase]:
        """Return an event's purchases, cancelled ones too."""
        with self.lock:
            return list(self.get(event_id).purchases)

    def create(
        self, event_maker: int, fields: EventFields, prices: Sequence[PriceFields] = (), seccode: str | None = None
    ) -> Event:
        """Store a new event with its prices."""
        with self.lock:
            event = Event(self.next_id(), event_maker, seccode or _seccode(), fields)
            self._events[event.id] = event
            for price in prices:
                self.create_price(event.id, price)
            return event

    def put(self, event: Event) -> None:
        """Store an event as it is."""
        with self.lock:
            self._events[event.id] = event

    def replace(self, event_id: int, fields: EventFields) -> Event:
        """Put new fields in the place of all old ones; raises BadInputError for what sales forbid."""
        with self.lock:
            event = self.get(event_id)
            sold = event.sold()
            if event.purchases and _day(fields.begin_at) < _day(event.fields.begin_at):
                raise BadInputError("begin_at can't be moved to an earlier date after the first sale")
            if fields.capacity is not None and fields.capacity < sold:
                raise BadInputError(f"capacity can't be less than the number of sold tickets ({sold})")
            event.fields = fields
            return event

    def remove(self, event_id: int) -> None:
        """Delete an event through the API; raises BadInputError when it is not deletable."""
        with self.lock:
            event = self.get(event_id)
            if not event.deletable(passive_too=self.passive_deletable):
                raise BadInputError(f"event is not deletable: state {event.current_state}, {event.sold()} sold tickets")
            del self._events[event_id]

    def create_price(self, event_id: int, fields: PriceFields) -> Price:
        """Store a new price."""
        with self.lock:
            price = Price(self.next_id(), fields)
            self.get(event_id).prices[price.id] = price
            return price

    def replace_price(self, event_id: int, price_id: int, fields: PriceFields) -> Price:
        """Put new fields in the place of all old ones."""
        with self.lock:
            price = self.price(event_id, price_id)
            price.fields = fields
            return price

    def remove_price(self, event_id: int, price_id: int) -> None:
        """Delete a price; raises BadInputError when tickets of it were sold."""
        with self.lock:
            price = self.price(event_id, price_id)
            if self.get(event_id).sold(price.id):
                raise BadInputError("price has sales and can't be deleted")
            del self.get(event_id).prices[price.id]

    def staff_edit(self, event_id: int, /, **fields: object) -> None:
        """Change some fields by hand, whatever was sold; also state, paused, waiting_list and event_maker.

        A field that is described nowhere becomes one of the event's own, as a newer product of Place2book gives it.
        """
        with self.lock:
            event = self.get(event_id)
            written = {name: value for name, value in fields.items() if name not in _STAFF_ONLY}
            newer = {**event.fields.newer, **written}.keys() - replace(event.fields, newer={}).as_json().keys()
            event.fields = read_event({**event.fields.as_json(), **written}, sorted(newer))
            for name in _STAFF_ONLY & fields.keys():
                setattr(event, name, fields[name])

    def staff_edit_price(self, event_id: int, price_id: int, /, **fields: object) -> None:
        """Change some fields of a price as staff do by hand, or give it one that is described nowhere."""
        with self.lock:
            price = self.price(event_id, price_id)
            newer = {**price.fields.newer, **fields}.keys() - replace(price.fields, newer={}).as_json().keys()
            price.fields = read_price({**price.fields.as_json(), **fields}, sorted(newer))

    def staff_add_price(self, event_id: int, **fields: object) -> int:
        """Add a price by hand and return its id; `name` is required, `value` is in øre."""
        return self.create_price(event_id, read_price(fields)).id

    def pause(self, event_id: int, *, paused: bool = True) -> None:
        """Pause an event's sale, or take it up again."""
        self.staff_edit(event_id, paused=paused)

    def delete(self, event_id: int) -> None:
        """Delete an event by hand, whatever was sold."""
        with self.lock:
            del self._events[self.get(event_id).id]

    def buy(
        self,
        event_id: int,
        price_id: int | None = None,
        quantity: int = 1,
        buyer: Buyer | None = None,
        answers: Answers | None = None,
        additional: Sequence[tuple[str, int]] = (),
    ) -> Purchase:
        """Buy tickets of a price, or of the event's first, with additional sales (name, øre) on the first ticket.

        `answers` go on every ticket; without them one is given to "Allergi". Raises SaleRefusedError when the
        event, the price or the number does not allow it.
        """
        with self.lock:
            event = self.get(event_id)
            chosen = next(iter(event.prices), None) if price_id is None else price_id
            price = None if chosen is None else self.price(event_id, chosen)
            given = {"Allergi": "Nødder"} if answers is None else answers
            purchase = sell(event, price, quantity, buyer or Buyer(), given, additional, self.clock(), self.next_id)
            event.purchases.append(purchase)
            return purchase

    def refund(self, purchase_id: int) -> None:
        """Cancel a purchase, at each of its events: its tickets are for sale again."""
        for _, purchase in self._purchases(purchase_id):
            purchase.cancelled = True

    def arrive(self, ticket_id: int, *, arrived: bool = True) -> None:
        """Scan a ticket at the door, or undo that."""
        with self.lock:
            for event in self.events:
                for purchase in event.purchases:
                    for ticket in purchase.tickets:
                        if ticket.id == ticket_id:
                            ticket.arrived_at = self.clock() if arrived else None
                            return
        raise NotFoundError("ticket")

    def release(self, ticket_id: int) -> None:
        """Take one ticket out of its purchase, which then lists the others only."""
        with self.lock:
            for event in self.events:
                for purchase in event.purchases:
                    kept = [ticket for ticket in purchase.tickets if ticket.id != ticket_id]
                    if len(kept) < len(purchase.tickets):
                        purchase.tickets = kept
                        return
        raise NotFoundError("ticket")

    def buy_together(self, event_ids: Sequence[int], quantity: int = 1) -> list[Purchase]:
        """Buy tickets for several events in one purchase, which each lists with its own tickets and the whole total."""
        with self.lock:
            parts = [self.buy(event_id, quantity=quantity) for event_id in event_ids]
            return sold_together(parts)

    def move(self, purchase_id: int, event_id: int) -> None:
        """Move a purchase to another event, which lists its tickets from now on, at its own first price."""
        with self.lock:
            target = self.get(event_id)
            for event, purchase in self._purchases(purchase_id):
                event.purchases.remove(purchase)
                for ticket in purchase.tickets:
                    ticket.price_id = next(iter(target.prices))
                target.purchases.append(purchase)

    def resell(self, purchase_id: int, buyer: Buyer, *, listed_first: bool = False) -> Purchase:
        """Cancel a purchase and sell its tickets, under their ids, to somebody else at the same event."""
        with self.lock:
            self.refund(purchase_id)
            ((event, before),) = self._purchases(purchase_id)
            again = sold_again(before, buyer, self.clock(), self.next_id)
            event.purchases.insert(0 if listed_first else len(event.purchases), again)
            return again

    def _purchases(self, purchase_id: int) -> list[tuple[Event, Purchase]]:
        """Return a purchase at each event that lists it; raises NotFoundError where none does."""
        found = [(event, one) for event in self.events for one in event.purchases if one.id == purchase_id]
        if not found:
            raise NotFoundError("purchase")
        return found


def _seccode() -> str:
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(10))


def _day(moment: datetime) -> str:
    return moment.astimezone(DENMARK).date().isoformat()
