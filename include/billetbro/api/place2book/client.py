"""The API of Place2book: event makers, events, prices and purchases.

A PUT replaces the whole: every update reads first, overlays its fields, and sends everything back.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from billetbro.api.http import failures
from billetbro.api.http.access import RequestSettings
from billetbro.api.http.response import UnreadableResponseError, json_in
from billetbro.api.http.session import ApiClient, ApiSession
from billetbro.api.http.transport import Credentials, Params
from billetbro.api.place2book.purchase_schemas import purchase
from billetbro.api.place2book.schemas import (
    PRICE_READ_ONLY,
    EventMakerWire,
    current_event,
    current_price,
    event_with,
    id_in,
    new_event,
    overlaid,
)
from billetbro.api.schema_types import as_list, as_rows, is_endless, unwrapped, written_moment
from billetbro.errors import BilletbroError, NoAccess, Refused, after_a_write
from billetbro.models import CurrentEvent, CurrentPrice, OnCreate, Purchase, TicketEvent, UnreadablePurchase, Written
from billetbro.models.message import Message

DEFAULT_HOST = "https://api.place2book.com"
EVENTS_PER_PAGE = 200
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMaker:
    """An organiser in Place2book: a library, or one of its branches."""

    event_maker: int
    name: str


class Place2bookClient(ApiClient):
    """Reads and writes with one API token, which may serve several event makers."""

    def __init__(self, base_url: str, token: str, *, connection: str, settings: RequestSettings | None = None) -> None:
        self._session = ApiSession(
            base_url,
            connection=connection,
            credentials=Credentials({"X-PLACE2BOOK-API-TOKEN": token} if token else {}, ()),
            headers={"Accept": "application/vnd.place2book.v1+json"},
            settings=settings,
        )

    def map_concurrently(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return the function's result for each item, in order, with at most `concurrency` under way."""
        return self._session.map_concurrently(function, items)

    def event_makers(self) -> tuple[EventMaker, ...]:
        """Return the event makers that the token may use; raises WrongCredentials or WrongHost."""
        what = Message("asked.event_makers")
        try:
            items = self._list("/event_makers", what)
        except Refused as refused:
            raise failures.of_refused_read(refused, self._session.asked(what), "error.not_place2book") from None
        makers = self._read(EventMakerWire.model_validate, items, what)
        return tuple(EventMaker(event_maker=maker.id, name=maker.name or "") for maker in makers)

    def events(self, event_maker: int, *, begin_at_after: datetime | None = None) -> Iterator[CurrentEvent]:
        """Yield every event of an event maker, like `event_rows`, without its prices."""
        rows = self.event_rows(event_maker, begin_at_after=begin_at_after)
        return (self.event_in(event_maker, row) for row in rows)

    def event_rows(self, event_maker: int, *, begin_at_after: datetime | None = None) -> tuple[bytes, ...]:
        """Return every event of an event maker as it was sent, page by page; `begin_at_after` is aware.

        Raises InvalidResponse when a page brings nothing but what came before: the list could be incomplete.
        """
        what = Message("asked.events_of_event_maker", {"event_maker": event_maker})
        since = {} if begin_at_after is None else {"event_begin_at_after": written_moment(begin_at_after)}
        listed: dict[object, bytes] = {}
        number = 0
        while True:
            number += 1
            params: Params = {"per_page": EVENTS_PER_PAGE, "page": number, **since}
            with self._of(event_maker, what, (403, 404)):
                page = self._rows(_events_path(event_maker), what, params)
            before = len(listed)
            for row in page:
                listed.setdefault(id_in(row), row)
            if page and len(listed) == before:
                raise failures.bad_answer("response.same_page", self._session.asked(what))
            if len(page) < EVENTS_PER_PAGE:
                return tuple(listed.values())

    def event_in(self, event_maker: int, row: bytes) -> CurrentEvent:
        """Return the event in a row of `event_rows`; raises InvalidResponse."""
        what = Message("asked.events_of_event_maker", {"event_maker": event_maker})
        return self._read_one(lambda _: current_event(event_maker, json_in(row)), row, what)

    def event(self, event_maker: int, event_id: int) -> CurrentEvent:
        """Return an event as it is now; raises NotFound."""
        what = _about("asked.event", event_maker, event_id)
        return current_event(event_maker, self._shown_event(event_maker, event_id, what))

    def create_event(self, event_maker: int, desired: TicketEvent, on_create: OnCreate) -> CurrentEvent:
        """Create an event with its prices; raises OutcomeUnknown when it may or may not exist now."""
        what = Message("asked.create_event", {"event_maker": event_maker})
        body = {"event": new_event(desired, on_create)}
        answer = self._session.write("POST", _events_path(event_maker), what=what, body=body)
        created = _read_or_none(lambda item: current_event(event_maker, item), answer.data)
        created = created or self._event_at(answer.location, event_maker)
        if created is None:
            raise failures.bad_answer("response.no_new_event", self._session.asked(what, writes=True))
        return created if _shown_whole(created) else self._shown_again(created)

    def update_event(self, event_maker: int, event_id: int, fields: Mapping[str, Written]) -> CurrentEvent:
        """Overlay fields on the current event, send all of it back, and return it."""
        path, what = _event_path(event_maker, event_id), _about("asked.update_event_of", event_maker, event_id)
        shown = self._shown_event(event_maker, event_id, what)
        answer = self._session.write("PUT", path, what=what, body={"event": event_with(shown, fields)})
        updated = _read_or_none(lambda item: current_event(event_maker, item), answer.data)
        whole = updated is not None and updated.event_id == event_id and _shown_whole(updated)
        if updated and whole:
            return updated
        with after_a_write():
            return self.event(event_maker, event_id)

    def delete_event(self, event_maker: int, event_id: int) -> None:
        """Delete an event; raises NotFound if it is gone already, Refused if it may not be deleted."""
        what = _about("asked.delete_event", event_maker, event_id)
        self._session.write("DELETE", _event_path(event_maker, event_id), what=what)

    def prices(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...]:
        """Return the prices of an event."""
        what = _about("asked.prices", event_maker, event_id)
        with self._of(event_maker, what, (403,)):
            items = self._list(f"{_event_path(event_maker, event_id)}/prices", what)
        # A list that repeats itself must not count what was sold more than once.
        return tuple({price.price_id: price for price in self._read(current_price, items, what)}.values())

    def ensure_price_is_gone(self, event_maker: int, event_id: int, price_id: int) -> None:
        """Return if a price that the list of prices lacks does not exist; raises InvalidResponse if it does."""
        what = _about("asked.prices", event_maker, event_id)
        try:
            self._shown_price(f"{_event_path(event_maker, event_id)}/prices/{price_id}", price_id, what)
        except Refused:
            return
        raise failures.bad_answer("response.price_not_listed", self._session.asked(what))

    def prices_or_none(self, event_maker: int, event_id: int) -> tuple[CurrentPrice, ...] | None:
        """Return the prices of an event; None if we may not see them, which says nothing of what was sold."""
        try:
            return self.prices(event_maker, event_id)
        except Refused:
            return None

    def create_price(self, event_maker: int, event_id: int, *, name: str, value_ore: int) -> CurrentPrice:
        """Add a price to an event; raises OutcomeUnknown when it may or may not exist now."""
        what = _about("asked.create_price", event_maker, event_id)
        body = {"price": {"name": name, "value": value_ore}}
        answer = self._session.write("POST", f"{_event_path(event_maker, event_id)}/prices", what=what, body=body)
        created = _read_or_none(current_price, answer.data)
        if created is None:
            raise failures.bad_answer("response.no_new_price", self._session.asked(what, writes=True))
        return created

    def update_price(
        self, event_maker: int, event_id: int, price_id: int, fields: Mapping[str, Written]
    ) -> CurrentPrice:
        """Overlay fields on the current price, send all of it back, and return it."""
        path = f"{_event_path(event_maker, event_id)}/prices/{price_id}"
        what = Message("asked.update_price", {"price": price_id, "event": event_id})
        body = {"price": overlaid(self._shown_price(path, price_id, what), fields, PRICE_READ_ONLY)}
        answer = self._session.write("PUT", path, what=what, body=body)
        updated = _read_or_none(current_price, answer.data)
        if updated:
            return updated
        with after_a_write():
            return current_price(self._shown_price(path, price_id, what))

    def delete_price(self, event_maker: int, event_id: int, price_id: int) -> None:
        """Delete a price; raises NotFound when it is gone already, Refused when tickets were sold at it."""
        what = Message("asked.delete_price", {"price": price_id, "event": event_id})
        self._session.write("DELETE", f"{_event_path(event_maker, event_id)}/prices/{price_id}", what=what)

    def purchases(self, event_maker: int, event_id: int) -> tuple[Purchase | UnreadablePurchase, ...]:
        """Return every purchase of an event, cancelled ones included, with personal data."""
        what = _about("asked.purchases", event_maker, event_id)
        try:
            with self._of(event_maker, what, (403,)):
                items = self._list(f"{_event_path(event_maker, event_id)}/purchases", what)
        except Refused as refused:
            # The API's own text may name buyers.
            raise failures.of_status(refused.status, "", self._session.asked(what)) or refused from None
        return tuple(map(purchase, items))

    def check(self, event_makers: Sequence[int] = ()) -> Message:
        """Return a message naming the usable event makers; raises NoAccess unless they include `event_makers`."""
        usable = self.event_makers()
        missing = sorted(set(event_makers) - {maker.event_maker for maker in usable})
        if missing or not usable:
            every = Message("error.any_event_maker")
            raise self._no_access(", ".join(map(str, missing)) or every, Message("asked.event_makers"))
        names = ", ".join(f"{maker.name} ({maker.event_maker})" for maker in usable)
        return Message("accepted.place2book", {"host": self._session.host, "names": names})

    def _list(self, path: str, what: Message) -> list[object]:
        answer = self._session.get(path, what=what)
        items = as_list(answer.data)
        if answer.status != 200 or not isinstance(items, list):
            raise failures.bad_answer("response.no_list", self._session.asked(what))
        return items

    def _rows(self, path: str, what: Message, params: Params) -> list[bytes]:
        answer = self._session.get(path, what=what, params=params, in_rows=True)
        rows = as_rows(answer.data)
        if answer.status != 200 or rows is None:
            raise failures.bad_answer("response.no_list", self._session.asked(what))
        return rows

    @contextmanager
    def _of(self, event_maker: int, what: Message, denied: Collection[int]) -> Iterator[None]:
        """For the statuses in `denied`, which refuse a list of an event maker, raise WrongCredentials or NoAccess."""
        try:
            yield
            return
        except Refused as refused:
            if refused.status not in denied:
                raise
        # Without the refusal, whose text may name buyers.
        try:
            self.event_makers()
        except BilletbroError as error:
            raise error from None
        raise self._no_access(str(event_maker), what) from None

    def _no_access(self, event_makers: str | Message, what: Message) -> NoAccess:
        return self._session.asked(what).error(NoAccess, event_makers=event_makers)

    def _shown_event(self, event_maker: int, event_id: int, what: Message) -> dict[str, object]:
        data = unwrapped(self._session.get(_event_path(event_maker, event_id), what=what).data, "event")
        found = _read_or_none(lambda item: current_event(event_maker, item), data)
        if not isinstance(data, dict) or found is None or found.event_id != event_id or is_endless(found.name):
            raise failures.bad_answer("response.no_event", self._session.asked(what))
        return data

    def _shown_price(self, path: str, price_id: int, what: Message) -> dict[str, object]:
        data = unwrapped(self._session.get(path, what=what).data, "price")
        found = _read_or_none(current_price, data)
        if not isinstance(data, dict) or found is None or found.price_id != price_id or is_endless(found.name):
            raise failures.bad_answer("response.no_price", self._session.asked(what))
        return data

    def _event_at(self, location: str | None, event_maker: int) -> CurrentEvent | None:
        found = re.search(r"/events/(?:ev)?(\d+)/?$", location or "")
        try:
            return self.event(event_maker, int(found.group(1))) if found else None
        except BilletbroError:
            return None

    def _shown_again(self, event: CurrentEvent) -> CurrentEvent:
        try:
            return self.event(event.event_maker, event.event_id)
        except BilletbroError:
            return event

    def _read_one(self, read: Callable[[object], T], item: object, what: Message) -> T:
        found = _read_or_none(read, item)
        if found is None:
            raise failures.bad_answer("response.bad_number", self._session.asked(what))
        return found

    def _read(self, read: Callable[[object], T], items: Iterable[object], what: Message) -> list[T]:
        return [self._read_one(read, item, what) for item in items]


def _read_or_none(read: Callable[[object], T], item: object) -> T | None:
    try:
        return read(item)
    except (ValidationError, UnreadableResponseError):
        return None


def _shown_whole(event: CurrentEvent) -> bool:
    """Return whether the answer to a write shows the event, not only its id."""
    return bool(event.seccode and event.name and event.state and event.begin_at)


def _about(key: str, event_maker: int, event_id: int) -> Message:
    return Message(key, {"event": event_id, "event_maker": event_maker})


def _events_path(event_maker: int) -> str:
    return f"/event_makers/{event_maker}/events"


def _event_path(event_maker: int, event_id: int) -> str:
    return f"{_events_path(event_maker)}/{event_id}"
