"""The events API of a library's website (Folkebibliotekernes CMS)."""

from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

from pydantic import ValidationError

from billetbro.api.dpl_cms.schemas import doubted_event, source_event
from billetbro.api.http import failures
from billetbro.api.http.access import RequestSettings
from billetbro.api.http.response import Answer, UnreadableResponseError, json_in
from billetbro.api.http.session import NOT_MODIFIED, ApiClient, ApiSession
from billetbro.api.http.transport import Credentials
from billetbro.api.listed_twice import once_each
from billetbro.api.schema_types import as_rows
from billetbro.errors import OutcomeUnknown, Refused, WrongCredentials
from billetbro.models import KnownRows, Snapshot, SourceEvent, SourceRow, SourceState, Validator
from billetbro.models.message import Message

_EVENTS = "/api/v1/events"
_JSON = {"_format": "json"}
_FAR_AHEAD = date(2999, 1, 1)
_A_DAY_MORE = timedelta(days=1)
"""A site compares starts, stored in UTC, with a midnight that it does not convert to UTC."""
_NO_EVENT = "00000000-0000-0000-0000-000000000000"
"""A uuid that no event can have."""
_ALLOWED_BUT_NOT_DONE = frozenset({400, 404, 410, 422})


class CmsClient(ApiClient):
    """Reads a website's events, and writes ticket links and sale states back to it."""

    def __init__(
        self, base_url: str, login: str, password: str, *, connection: str, settings: RequestSettings | None = None
    ) -> None:
        # A cache in front of the site must not answer with an older list.
        headers = {"Accept": "application/json", "Cache-Control": "no-cache"}
        self._session = ApiSession(
            base_url,
            connection=connection,
            credentials=_basic(login, password),
            headers=headers,
            settings=settings,
        )

    def events(self, from_date: date) -> tuple[SourceEvent, ...]:
        """Return the events of `snapshot`."""
        return tuple(row.event for row in self.snapshot(from_date, KnownRows()).rows if row.event)

    def snapshot(self, from_date: date, known: KnownRows) -> Snapshot:
        """Return every published event that starts on `from_date` (in any time zone) or later; raises when incomplete.

        Earlier events that the site lists are returned too: those of the day before and, since release 2026.34, those
        of several days that still run. Their absence from another answer means nothing. An event with an unreadable
        field is included, with the field in `unreadable`; so is one that is listed twice with different content. An
        event that is sent as in the `known` snapshot is not parsed. A site that says so of the whole list is believed.
        """
        what = Message("asked.events")
        before = known.validator if known.validator and known.validator.first_day == from_date else None
        answer = self._list(from_date - _A_DAY_MORE, what, before)
        if answer is None:
            return known.unchanged
        rows, validator = answer
        sent: dict[str, dict[str, bytes]] = {}
        for row in rows:
            fingerprint = known.fingerprint(row)
            uuid = known.uuids.get(fingerprint) or self._read(row, what).uuid
            sent.setdefault(uuid, {})[fingerprint] = row
        found = tuple(self._row(uuid, rows, known, what) for uuid, rows in sent.items())
        return Snapshot(rows=found, validator=validator and replace(validator, first_day=from_date))

    def _row(self, uuid: str, rows: Mapping[str, bytes], known: KnownRows, what: Message) -> SourceRow:
        """Return the one event that was sent under a uuid, however often."""
        if len(rows) == 1 and uuid == known.uuids.get(next(iter(rows))):
            return SourceRow(uuid=uuid, fingerprint=next(iter(rows)), event=None)
        events = [self._read(row, what) for row in rows.values()]
        (event,) = once_each(events, lambda event: event.uuid, doubted_event)
        if len(rows) == 1:
            return SourceRow(uuid=uuid, fingerprint=next(iter(rows)), event=event)
        return known.row_of(uuid, b"".join(sorted(rows.values())), event)

    def patch_event(
        self, uuid: str, *, state: SourceState | None, link: str | None, admin_link: str | None
    ) -> SourceEvent | None:
        """Write state and links to an event; return the event as answered, None if it was not shown.

        The site sets both links at once and empties what is left out: both are sent when either is given, an empty
        text clears one, and with nothing given both are cleared. With only a state they stay. Null is never sent.
        """
        what = Message("asked.update_event", {"event": uuid})
        body: dict[str, object] = {} if state is None else {"state": state.value}
        if state is None or link is not None or admin_link is not None:
            links = {"url": link, "admin_url": admin_link}
            body["external_data"] = {name: address for name, address in links.items() if address}
        answer = self._patch(uuid, body, what)
        try:
            return source_event(answer.data)
        except ValidationError:
            return None

    def ensure_writable(self) -> None:
        """Return if the login may write; raises WrongCredentials if not, InvalidResponse when in doubt.

        Reading needs no login. Updating an event that cannot exist does, and changes nothing: a user with the right to
        write gets "no such event".
        """
        what = Message("asked.may_write")
        try:
            self._patch(_NO_EVENT, {}, what)
        except Refused as refused:
            if refused.status not in _ALLOWED_BUT_NOT_DONE:
                raise
        except OutcomeUnknown:
            raise failures.bad_answer("response.tells_nothing", self._session.asked(what)) from None

    def check(self) -> Message:
        """Return a message that address and login work, or raise an error of the tree."""
        self._list(_FAR_AHEAD, Message("asked.events"))
        self.ensure_writable()
        return Message("accepted.dpl_cms", {"host": self._session.host})

    def _patch(self, uuid: str, body: Mapping[str, object], what: Message) -> Answer:
        path = f"{_EVENTS}/{quote(uuid, safe='')}"
        try:
            return self._session.write("PATCH", path, what=what, body=body, params=_JSON)
        except Refused as refused:
            if refused.status != 403:
                raise
            raise self._session.asked(what).error(WrongCredentials, status=403) from None

    def _list(
        self, from_date: date, what: Message, before: Validator | None = None
    ) -> tuple[list[bytes], Validator | None] | None:
        """Return the list and its version, if the site tells one; None if it is the one from `before`."""
        params = {**_JSON, "from_date": from_date.isoformat()}
        asked = replace(self._session.asked(what, in_rows=True), conditions=_conditions(before))
        try:
            answer = self._session.read(_EVENTS, asked, params)
        except Refused as refused:
            raise failures.of_refused_read(refused, self._session.asked(what), "error.no_events_api") from None
        if answer.status == NOT_MODIFIED:
            return None
        rows = as_rows(answer.data)
        if answer.status != 200 or rows is None:
            raise failures.bad_answer("response.no_list_of_events", self._session.asked(what))
        tells = answer.etag or answer.modified
        return rows, Validator(first_day=from_date, etag=answer.etag, modified=answer.modified) if tells else None

    def _read(self, row: bytes, what: Message) -> SourceEvent:
        with suppress(ValidationError, UnreadableResponseError):
            return source_event(json_in(row))
        raise failures.bad_answer("response.event_without_uuid", self._session.asked(what))


def _conditions(before: Validator | None) -> dict[str, str]:
    if before is None:
        return {}
    shown = {"If-None-Match": before.etag, "If-Modified-Since": None if before.etag else before.modified}
    return {name: value for name, value in shown.items() if value}


def _basic(login: str, password: str) -> Credentials:
    if not login and not password:
        return Credentials({}, ())
    encoded = b64encode(f"{login}:{password}".encode()).decode("ascii")
    return Credentials({"Authorization": f"Basic {encoded}"}, (password, encoded))
