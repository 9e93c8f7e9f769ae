"""The client of Yesplan's REST API: pages, the key, and what each failure is."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from billetbro.api.schema_types import LONGEST_LINE
from billetbro.api.yesplan.client import YesplanClient, _without_port
from billetbro.api.yesplan.schemas import Named, YesplanEvent
from billetbro.errors import BilletbroError, InvalidResponse, ServerError, SettingsError, WrongCredentials, WrongHost
from billetbro.models import LISTED_TWICE
from billetbro.models.message import Message
from sandbox.server import Sandbox
from sandbox.yesplan_json import named
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.conftest import HASTY
from tests.unit.api.yesplan.yesplan_samples import DAYS, EVENT, KEY, QUOTED, page


@pytest.mark.parametrize("page_size", [2, 3, 50])
@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "one by one"])
def test_events_and_custom_data_of_all_pages_are_read(
    sandbox: Sandbox, theater: YesplanClient, page_size: int, bulk: bool
) -> None:
    state = sandbox.yesplan["theater"]
    state.behave(page_size=page_size, bulk=bulk)
    events = theater.events(DAYS)
    told = theater.custom_data(DAYS, [event.id for event in events])
    assert sorted(event.id for event in events) == sorted(event.id for event in state.events)
    assert told == {
        event.id: {keyword: event.custom.get(keyword) for keyword in state.keywords} for event in state.events
    }
    asked_singly = [entry for entry in sandbox.log.entries if entry.path.startswith("/api/event/")]
    assert len(asked_singly) == (0 if bulk else 9)


def test_event_is_read_with_times_in_utc_and_names(sandbox: Sandbox, theater: YesplanClient) -> None:
    state = sandbox.yesplan["theater"]
    start = datetime(2031, 5, 6, 18, tzinfo=UTC)
    event_id = state.add(name="Hamlet", start=start, status="Option", locations=["Store Sal", "Foyer"], group="H")
    (event,) = theater.events("date:06-05-2031")
    assert (event.group_id or "").endswith("-1600000000")
    assert event == YesplanEvent(
        id=event_id,
        name="Hamlet",
        starts_at=start,
        ends_at=start.replace(hour=20),
        status=Named("Option", named("status", "Option")["id"]),
        locations=tuple(Named(name, named("location", name)["id"]) for name in ("Store Sal", "Foyer")),
        group_id=event.group_id,
    )


def test_event_with_nothing_but_an_id_is_read(yesplan: YesplanClient, server: Server) -> None:
    server.will_answer(page({"id": 12, "group": [], "locations": None, "starttime": "i morgen", "status": "Option"}))
    assert yesplan.events(DAYS) == (
        YesplanEvent(
            id="12",
            name="",
            starts_at=None,
            ends_at=None,
            status=Named(),
            unreadable={"starttime": "i morgen", "status": "Option"},
        ),
    )


def test_name_without_end_is_noted(yesplan: YesplanClient, server: Server) -> None:
    name = "Hamlet" * LONGEST_LINE
    server.will_answer(page({**EVENT, "name": name}))
    (event,) = yesplan.events("x")
    assert (event.name, list(event.unreadable)) == ("", ["name"])


def test_key_is_sent_in_the_query_of_every_request_and_in_no_header(yesplan: YesplanClient, server: Server) -> None:
    following = f"{server.url}/api/events/date%3A1?book=1&page=2&api_key=another"
    bulk = page(
        {"event": {"id": "1-2"}, "items": {}}, following=f"{server.url}/api/events/x/customdata?valuesonly&page=2"
    )
    rest = page({"event": {"id": "1-3"}, "items": {}})
    server.will_answer(page(EVENT, following=following), page({**EVENT, "id": "1-3"}), bulk, rest)
    events = yesplan.events('date:06-05-2031 location:"Store Sal"')
    yesplan.custom_data(DAYS, [event.id for event in events])
    assert [one.path for one in server.received] == [
        f"/api/events/date:06-05-2031%20location:%22Store%20Sal%22?api_key={QUOTED}",
        f"/api/events/date%3A1?book=1&page=2&api_key={QUOTED}",
        f"/api/events/date:01-01-2020%20TO%2031-12-2099/customdata?valuesonly&api_key={QUOTED}",
        f"/api/events/x/customdata?valuesonly&page=2&api_key={QUOTED}",
    ]
    assert [KEY in str(one.headers) or QUOTED in str(one.headers) for one in server.received] == [False] * 4


@cases(
    "more",
    ("beside the list", {"book": 1, "page": 1}),
    ("in place of a link", {"pagination": {"book": 1, "page": 1, "hasMore": False}}),
    ("with an empty link", {"pagination": {"next": "", "book": None}}),
    ("in an empty list", {"pagination": []}),
)
def test_page_without_a_link_to_the_next_is_the_last_whatever_it_is_numbered(
    yesplan: YesplanClient, server: Server, more: dict[str, object]
) -> None:
    server.will_answer(as_json({"data": [EVENT], **more}))
    assert [event.id for event in yesplan.events("x")] == ["1-2"]
    assert len(server.received) == 1


@pytest.mark.parametrize("root", ["", "/teater"])
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "relative"])
def test_next_page_is_followed_below_the_address_of_the_connection(server: Server, root: str, absolute: bool) -> None:
    following = f"{server.url if absolute else ''}{root}/api/events/x?page=2"
    server.will_answer(page(EVENT, following=following), page())
    with YesplanClient(server.url + root, KEY, connection="yesplan_theater", settings=HASTY) as client:
        assert [event.id for event in client.events("x")] == ["1-2"]
    assert urlsplit(server.received[1].path).path == f"{root}/api/events/x"
    assert dict(parse_qsl(urlsplit(server.received[1].path).query)) == {"page": "2", "api_key": KEY}


@cases(
    "following",
    ("another host", "https://elsewhere.example/api/events/x?page=2"),
    ("another port", "http://127.0.0.1:1/api/events/x?page=2"),
    ("host that looks like ours", "http://127.0.0.1@elsewhere.example/api/events/x?page=2"),
    ("not the API", "/admin?page=2"),
    ("out of the API again", "/api/../admin?page=2"),
    ("out of the API again, in disguise", "/api/%2e%2E/admin?page=2"),
    ("no scheme", "//elsewhere.example/api/events/x?page=2"),
    ("backslashes", "/api\\..\\admin"),
    ("no address", "http://[/api/events/"),
)
def test_next_page_elsewhere_is_not_followed(yesplan: YesplanClient, server: Server, following: str) -> None:
    server.will_answer(page(EVENT, following=following))
    with pytest.raises(InvalidResponse, match="led to another host for the next page"):
        yesplan.events("x")
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "held", ["api_key={key}", "API_KEY={key}", "api%5Fkey={key}", "key={key}", "api_key=another", "api_key"]
)
def test_key_in_a_link_to_the_next_page_is_left_out_of_it(
    yesplan: YesplanClient, server: Server, caplog: pytest.LogCaptureFixture, held: str
) -> None:
    server.will_answer(page(EVENT, following=f"/api/events/x?page=2&{held.format(key=QUOTED)}&book=1"), page())
    with caplog.at_level(logging.DEBUG):
        assert [event.id for event in yesplan.events("x")] == ["1-2"]
    assert server.received[1].path == f"/api/events/x?page=2&book=1&api_key={QUOTED}"
    assert "page=2&book=1" in caplog.text
    assert [key for key in (KEY, QUOTED) if key in caplog.text] == []


@pytest.mark.parametrize("pages", [1, 3])
def test_page_that_comes_again_is_an_error(yesplan: YesplanClient, server: Server, pages: int) -> None:
    links = [f"/api/events/x?page={number}" for number in range(2, pages + 2)]
    server.will_answer(*(page(following=link) for link in links), page(following=links[0]))
    with pytest.raises(InvalidResponse, match="led to the same page again"):
        yesplan.events("x")
    assert len(server.received) == pages + 1


def test_event_listed_twice_alike_is_read_once(yesplan: YesplanClient, server: Server) -> None:
    server.will_answer(page(EVENT, following="/api/events/x?page=2"), page(EVENT))
    assert [(event.id, event.name, event.unreadable) for event in yesplan.events("x")] == [("1-2", "Hamlet", {})]


def test_event_listed_twice_differently_keeps_what_both_say_of_when(yesplan: YesplanClient, server: Server) -> None:
    other = {**EVENT, "name": "Macbeth", "status": {"name": "Confirmed"}}
    server.will_answer(page(other, {"id": "3"}, following="/api/events/x?page=2"), page(EVENT))
    doubted, well = yesplan.events("x")
    assert doubted == YesplanEvent(
        id="1-2",
        name="Hamlet",
        starts_at=datetime(2031, 5, 6, 18, 0, tzinfo=UTC),
        ends_at=None,
        status=Named(),
        unreadable={LISTED_TWICE: '"Hamlet" / "Macbeth"'},
    )
    assert (well.id, well.unreadable) == ("3", {})


@cases(
    "reply kind says",
    ("401", Reply(status=401), WrongCredentials, "correct the password or token"),
    ("403", Reply(status=403), WrongCredentials, "correct the password or token"),
    ("404", Reply(status=404), WrongHost, "has no such list"),
    ("400", Reply(b'{"message": "date?"}', 400), SettingsError, "correct 'query'"),
    ("503", Reply(status=503), ServerError, "status 503"),
    ("redirect", Reply(status=302, headers={"Location": "/login"}), WrongHost, "sent us elsewhere"),
    ("web page", Reply(b"<!DOCTYPE html><html></html>"), InvalidResponse, "web page"),
    ("bare list", as_json([]), InvalidResponse, "a page of a list"),
    ("no id", as_json({"data": [{}], "pagination": {}}), InvalidResponse, "no event with an id"),
    ("odd next", as_json({"data": [], "pagination": {"next": 7}}), InvalidResponse, "a page of a list"),
)
def test_list_that_fails_is_an_error_of_the_tree(
    yesplan: YesplanClient, server: Server, reply: Reply, kind: type[BilletbroError], says: str
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind, match=says) as raised:
        yesplan.events(DAYS)
    assert type(raised.value) is kind
    assert "Connection 'yesplan_theater' to 127.0.0.1" in str(raised.value)


def test_answers_after_early_hints_are_read_and_written_as_ever(sandbox: Sandbox, theater: YesplanClient) -> None:
    expected = theater.events(DAYS)
    sandbox.faults.add("yesplan:theater", "early_hints")
    assert theater.events(DAYS) == expected
    theater.write_custom_data(expected[0].id, {"tickets_sold": "3"})
    assert sandbox.yesplan["theater"].get(expected[0].id).custom["tickets_sold"] == "3"


def test_revoked_key_is_fatal_and_names_the_connection(sandbox: Sandbox, theater: YesplanClient) -> None:
    sandbox.yesplan["theater"].behave(revoked=True)
    with pytest.raises(WrongCredentials, match=r"Connection 'yesplan_theater' to .* did not accept the login"):
        theater.check()


def test_check_of_a_yesplan_that_works_says_so(sandbox: Sandbox, theater: YesplanClient) -> None:
    host = sandbox.yesplan_urls["theater"].removeprefix("http://")
    assert theater.check() == Message("accepted.yesplan", {"host": host})


def test_yesplan_that_wants_us_to_wait_is_asked_again_then(sandbox: Sandbox, theater: YesplanClient) -> None:
    sandbox.faults.add("yesplan:theater", "status", times=1, code=429, headers={"Retry-After": "1"})
    theater.check()
    first, second = sandbox.log.entries
    assert (second.at - first.at).total_seconds() >= 1


@pytest.mark.parametrize("ending", ["be", "nl"])
@pytest.mark.parametrize("linked", ["be", "nl"])
def test_link_to_the_next_page_of_an_installation_of_either_country_is_its_own_alone(ending: str, linked: str) -> None:
    link = f"https://teater.yesplan.{linked}/api/events/x?book=1&page=2"
    with YesplanClient(f"https://teater.yesplan.{ending}", KEY, connection="y", settings=HASTY) as client:
        if ending == linked:
            assert client._path_of(link, "for its events") == "/api/events/x?book=1&page=2"
        else:
            with pytest.raises(InvalidResponse, match="led to another host"):
                client._path_of(link, "for its events")


def test_link_to_the_next_page_may_name_the_port_that_goes_without_saying() -> None:
    found = [_without_port(host) for host in ("a.example:443", "a.example:80", "a.example:8080", "a.example")]
    assert found == ["a.example", "a.example", "a.example:8080", "a.example"]


ECHO = f"api_key={QUOTED} {KEY}"


@cases(
    "reply",
    ("400", as_json({"message": ECHO}, 400)),
    ("in HTML", as_json({"message": "HEMMELIGN&Oslash;GLE&#47;5DC&#43;1"}, 400)),
    ("401", as_json({"message": ECHO}, 401)),
    ("404", as_json({"message": ECHO}, 404)),
    ("422", as_json({"message": ECHO}, 422)),
    ("500", Reply(ECHO.encode(), 500)),
    ("429", Reply(status=429)),
    ("redirect", Reply(status=301, headers={"Location": f"http://127.0.0.1:1/?{QUOTED}"})),
    ("cut short", Reply(b"{", headers={"Content-Length": "9"})),
    ("too late", Reply(delay=30)),
    ("next elsewhere", page(following=f"http://127.0.0.1:1/api/?api_key={QUOTED}")),
    ("next again", page(following=f"/api/events/x?api_key={QUOTED}")),
)
def test_key_shows_in_no_log_message_or_repr(
    yesplan: YesplanClient, server: Server, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    server.will_answer(reply)
    acts: list[Callable[[], object]] = [
        yesplan.check,
        lambda: yesplan.events("x"),
        lambda: yesplan.custom_data_of("1"),
        lambda: yesplan.write_custom_data("1", {"a": 1}),
    ]
    seen = [repr(yesplan), repr(vars(yesplan))]
    with caplog.at_level(logging.DEBUG):
        for act in acts:
            try:
                seen.append(repr(act()))
            except BilletbroError as error:
                seen += [repr(error), repr(error.__cause__), repr(error.__context__), repr(vars(error))]
    told = "\n".join([*seen, caplog.text])
    assert "/api/event/1/customdata" in caplog.text
    assert [secret for secret in (KEY, QUOTED, "HEMMELIG") if secret in told] == []
    assert any(QUOTED in one.path for one in server.received)


def test_key_shows_in_no_log_of_a_connection_that_breaks(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        YesplanClient("http://127.0.0.1:1", KEY, connection="y", settings=HASTY) as client,
        pytest.raises(BilletbroError) as raised,
    ):
        client.check()
    assert "127.0.0.1" in caplog.text
    assert "HEMMELIG" not in caplog.text + repr(raised.value)


def test_key_goes_to_no_other_port_of_the_same_host(server: Server) -> None:
    with Server() as other, YesplanClient(server.url, KEY, connection="y", settings=HASTY) as client:
        server.will_answer(Reply(status=302, headers={"Location": f"{other.url}/api/events/x"}))
        with pytest.raises(WrongHost):
            client.events("x")
        assert other.received == []
