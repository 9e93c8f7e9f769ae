"""The REST API of a venue's Yesplan: events by a search query, and their custom data."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from billetbro.api.http import failures
from billetbro.api.http.access import RequestSettings
from billetbro.api.http.session import ApiClient, ApiSession
from billetbro.api.http.transport import Credentials
from billetbro.api.listed_twice import once_each
from billetbro.api.yesplan import schemas
from billetbro.api.yesplan.schemas import YesplanEvent
from billetbro.errors import (
    BilletbroError,
    Fatal,
    InvalidResponse,
    NotFound,
    RateLimited,
    Refused,
    Retriable,
    ServerError,
    SettingsError,
    WrongCredentials,
    WrongHost,
)
from billetbro.models.message import Message

MOST_PAGES = 1000
MOST_GROUPS = 20
"""Groups read for the events of one; when it holds more, none is read."""
GIVE_UP_AFTER = 3
"""Events in a row with unreadable custom data after which Yesplan is taken to be down."""
_NO_DAY = "date:01-01-2999"
_WITHIN = Message("asked.events_of_group")
T = TypeVar("T")

log = logging.getLogger(__name__)


class YesplanClient(ApiClient):
    """Reads a venue's events and custom data, and writes custom data. No URL here contains the API key."""

    def __init__(
        self, base_url: str, api_key: str, *, connection: str, settings: RequestSettings | None = None
    ) -> None:
        quoted = quote(api_key, safe="")
        self._root = urlsplit(base_url).path.rstrip("/")
        self._is_key = lambda text: text == api_key
        self._session = ApiSession(
            base_url,
            connection=connection,
            credentials=Credentials({}, (api_key, quoted), query=f"api_key={quoted}" if api_key else ""),
            headers={"Accept": "application/json"},
            settings=settings,
        )

    def events(self, query: str) -> tuple[YesplanEvent, ...]:
        """Return every event that a query finds, from all pages; raises SettingsError for an invalid query."""
        what = Message("asked.events")
        found: list[YesplanEvent] = []
        for item in self._items(f"/api/events/{quote(query, safe=':')}", what):
            one = _read(schemas.event, item)
            if one is None:
                raise failures.bad_answer("response.event_without_id", self._session.asked(what))
            found.append(one)
        return once_each(found, lambda event: event.id, schemas.doubted_event)

    def custom_data(self, query: str, ids: Sequence[str]) -> dict[str, Mapping[str, object]]:
        """Return the custom data of these events, which the query finds, by event and keyword.

        They are read all at once; one by one where the installation does not offer that, or leaves an event out. The
        few that cannot be read (deleted since, not visible to this key) are left out.
        """
        known = self._of_many(query) if ids else {}
        rest = [event_id for event_id in ids if event_id not in known]
        found = known | self._one_by_one(rest, nothing_known=not known)
        return {event_id: found[event_id] for event_id in ids if event_id in found}

    def custom_data_of(self, event_id: str) -> Mapping[str, object]:
        """Return one event's custom data by keyword, keywords without a value included.

        Raises NotFound for an event that is gone, Refused for one that this key may not see.
        """
        what = Message("asked.custom_data_of_event", {"event": event_id})
        data = self._session.get(f"/api/event/{quote(event_id, safe='')}/customdata", what=what).data
        answer = _read(schemas.custom_data, data)
        if answer is None:
            raise failures.bad_answer("response.no_custom_data", self._session.asked(what))
        return answer[1]

    def has_event(self, event_id: str) -> bool:
        """Tell whether there is such an event."""
        try:
            what = Message("asked.show_event", {"event": event_id})
            self._session.get(f"/api/event/{quote(event_id, safe='')}", what=what)
        except NotFound:
            return False
        return True

    def events_of_group(self, group_id: str) -> tuple[str, ...] | None:
        """Return the ids of the events in a group and its subgroups, none where Yesplan does not list them.

        Returns None when there is no such group.
        """
        events: dict[str, None] = {}
        groups = [group_id]
        for one in groups:
            try:
                found = self._group(one)
            except NotFound:
                if one == group_id:
                    return None
                continue
            events |= dict.fromkeys(found.events)
            groups += [inner for inner in found.groups if inner not in groups]
            if len(groups) > MOST_GROUPS:
                raise failures.bad_answer("response.many_groups", self._session.asked(_WITHIN), most=MOST_GROUPS)
        return tuple(events)

    def _group(self, group_id: str) -> schemas.Group:
        data = self._session.get(f"/api/group/{quote(group_id, safe='')}", what=_WITHIN).data
        found = _read(schemas.group, data)
        if found is None:
            raise failures.bad_answer("response.no_group", self._session.asked(_WITHIN))
        return found

    def write_custom_data(self, event_id: str, values: Mapping[str, object], *, of_group: bool = False) -> None:
        """Write custom data of an event or group; raises Refused if a keyword does not exist or may not be written."""
        kind = "group" if of_group else "event"
        what = Message(f"asked.update_{kind}", {"event": event_id})
        path = f"/api/{kind}/{quote(event_id, safe='')}"
        try:
            self._session.write("PUT", f"{path}/customdata", what=what, body=schemas.written(values))
        except Refused as refused:
            if refused.status == 403:
                # Reading raises WrongCredentials if the key is no longer valid; else a keyword is not ours to write.
                self._get(path, Message(f"asked.show_{kind}", {"event": event_id}))
            raise

    def check(self) -> Message:
        """Return a message that address and key work."""
        self.events(_NO_DAY)
        return Message("accepted.yesplan", {"host": self._session.host})

    def _of_many(self, query: str) -> dict[str, Mapping[str, object]]:
        """Return the custom data of many events at once; nothing where the installation does not offer that."""
        what = Message("asked.custom_data")
        known: dict[str, Mapping[str, object]] = {}
        doubtful: set[str] = set()
        try:
            for item in self._items(f"/api/events/{quote(query, safe=':')}/customdata?valuesonly", what):
                one = _read(schemas.custom_data, item)
                if one is None or one[0] is None:
                    raise failures.bad_answer("response.custom_data_of_no_event", self._session.asked(what))
                if known.setdefault(one[0], one[1]) != one[1]:
                    doubtful.add(one[0])
        except (Fatal, Refused, InvalidResponse, ServerError) as error:
            # The query and the key worked a moment ago, so it is this request that is not offered. Any other fault
            # shows when the events are read one by one.
            log.info("%s Its events are asked for one by one.", error)
            return {}
        return {event_id: values for event_id, values in known.items() if event_id not in doubtful}

    def _one_by_one(self, ids: Sequence[str], *, nothing_known: bool) -> dict[str, Mapping[str, object]]:
        """Return the custom data of all but a few of these events.

        Raises Fatal and RateLimited at once, and any error of several events in a row, or of all events when nothing is
        known of others: then it is not the event that is at fault. A single refused event may be.
        """
        failed: list[BilletbroError] = []
        in_a_row = 0
        lock = Lock()

        def one(event_id: str) -> Mapping[str, object] | None:
            nonlocal in_a_row
            try:
                found = self.custom_data_of(event_id)
            except RateLimited:
                raise
            except (Refused, Retriable) as error:
                with lock:
                    failed.append(error)
                    in_a_row += isinstance(error, Retriable)
                    if in_a_row >= GIVE_UP_AFTER:
                        raise
                return None
            with lock:
                in_a_row = 0
            return found

        results = zip(ids, self._session.map_concurrently(one, ids), strict=True)
        if nothing_known and failed and len(failed) == len(ids) and (len(ids) > 1 or isinstance(failed[0], Retriable)):
            asked = self._session.asked(Message("asked.custom_data"))
            raise _of_refused(failed[0], asked, lists=False) if isinstance(failed[0], Refused) else failed[0]
        return {event_id: found for event_id, found in results if found is not None}

    def _items(self, path: str, what: Message) -> Iterator[object]:
        """Yield the items of all pages; a link to another host, or one seen before, is an error."""
        seen = {path}
        while True:
            page = _read(schemas.page, self._get(path, what, lists=True))
            if page is None:
                raise failures.bad_answer("response.no_page", self._session.asked(what))
            items, link = page
            yield from items
            if link is None:
                return
            path = self._path_of(link, what)
            if path in seen or len(seen) >= MOST_PAGES:
                raise failures.bad_answer("response.same_page_again", self._session.asked(what))
            seen.add(path)

    def _path_of(self, link: str, what: Message) -> str:
        try:
            host, path = schemas.without_key(link, self._is_key)
        except ValueError:
            host, path = "nowhere", ""
        host = _without_port(host)
        ours = host in ("", _without_port(self._session.host.lower())) and path.startswith(f"{self._root}/api/")
        if not ours or ".." in unquote(path).replace("\\", "/").partition("?")[0].split("/"):
            raise failures.bad_answer("response.another_host", self._session.asked(what))
        return path.removeprefix(self._root)

    def _get(self, path: str, what: Message, *, lists: bool = False) -> object:
        asked = self._session.asked(what)
        try:
            return self._session.get(path, what=what).data
        except Refused as refused:
            raise _of_refused(refused, asked, lists=lists) from None


def _of_refused(refused: Refused, asked: failures.Asked, *, lists: bool) -> BilletbroError:
    """Return the error for a refused read: every valid key may read."""
    if refused.status == 403:
        return asked.error(WrongCredentials, status=403)
    if isinstance(refused, NotFound):
        if lists:
            return asked.error(WrongHost, "error.no_such_list", status=refused.status)
        return failures.bad_answer("response.no_longer_known", asked)
    if refused.status == 400:
        return asked.error(SettingsError, "error.query_not_understood", status=400, said=refused.said)
    return refused


def _without_port(host: str) -> str:
    return host.removesuffix(":443").removesuffix(":80")


def _read(read: Callable[[object], T], data: object) -> T | None:
    try:
        return read(data)
    except ValueError:
        return None
