"""Yesplan's stand-in behaves as Yesplan is known to, and has its traps."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.yesplan_query import BadQueryError, Query, parse_query
from tests.cases import cases
from tests.unit.sandbox.clients import TIMEOUT, ask_theater

WINDOW = "date:01-01-2020 TO 31-12-2099"
START = datetime(2031, 5, 6, 18, tzinfo=UTC)


def found(sandbox: Sandbox, query: str) -> list[str]:
    return [event["name"] for event in ask_theater(sandbox, f"/api/events/{query}").json()["data"]]


def control(sandbox: Sandbox, method: str, path: str, body: object = None) -> requests.Response:
    return requests.request(method, f"{sandbox.control_url}/yesplan/theater{path}", json=body, timeout=TIMEOUT)


def test_event_listed_twice_stands_in_the_list_with_both_names_until_it_is_listed_once(sandbox: Sandbox) -> None:
    state = sandbox.yesplan["theater"]
    state.list_twice(state.add(name="Hamlet", start=START), "Macbeth")
    assert found(sandbox, "date:06-05-2031") == ["Hamlet", "Macbeth"]
    state.list_once()
    assert found(sandbox, "date:06-05-2031") == ["Hamlet"]


def test_event_shows_times_with_offset_and_objects_with_names(sandbox: Sandbox) -> None:
    state = sandbox.yesplan["theater"]
    event_id = state.add(name="Hamlet", start=START, group="Hamlet", locations=["Store Sal", "Foyer"])
    shown = ask_theater(sandbox, f"/api/event/{event_id}").json()
    names = {name: shown[name]["name"] for name in ("status", "profile", "group")}
    assert names == {"status": "Confirmed", "profile": "Forestilling", "group": "Hamlet"}
    assert [place["name"] for place in shown["locations"]] == ["Store Sal", "Foyer"]
    assert (shown["starttime"], shown["endtime"]) == ("2031-05-06T20:00:00+02:00", "2031-05-06T22:00:00+02:00")


@cases(
    "query names",
    ("a day", "date:06-05-2031", ["Hamlet"]),
    ("days", "event:date:01-05-2031 TO 31-05-2031", ["Hamlet", "Macbeth"]),
    ("place", 'date:01-05-2031 TO 31-05-2031 location:"Lille Sal"', ["Macbeth"]),
    ("status", "date:01-05-2031 TO 31-05-2031 status:option", ["Macbeth"]),
    ("another day", "date:07-05-2031", []),
)
def test_query_finds_what_it_asks_for(sandbox: Sandbox, query: str, names: list[str]) -> None:
    state = sandbox.yesplan["theater"]
    state.add(name="Hamlet", start=START, locations=["Store Sal"])
    state.add(name="Macbeth", start=START.replace(day=20), locations=["Lille Sal"], status="Option")
    assert found(sandbox, query) == names


def test_query_is_read_term_by_term() -> None:
    day = datetime(2026, 12, 1).date()
    assert parse_query('date:01-12-2026 location:"Store Sal"') == Query(day, day, (("location", "store sal"),))


@pytest.mark.parametrize("query", ["date:2026-12-01", "date:31-02-2026", "when:now", 'location:"Store'])
def test_query_that_is_not_understood_is_refused(sandbox: Sandbox, query: str) -> None:
    assert ask_theater(sandbox, f"/api/events/{query}").status_code == 400
    with pytest.raises(BadQueryError):
        parse_query(query)


@cases(
    "key revoked status",
    ("no key", None, False, 401),
    ("wrong key", "forkert", False, 401),
    ("revoked", "", True, 403),
    ("right key", "", False, 200),
)
def test_key_is_needed_for_everything(sandbox: Sandbox, key: str | None, revoked: bool, status: int) -> None:
    event_id = sandbox.yesplan["theater"].add()
    sandbox.yesplan["theater"].behave(revoked=revoked)
    paths = (f"/api/events/{WINDOW}", f"/api/events/{WINDOW}/customdata", f"/api/event/{event_id}/customdata")
    assert [ask_theater(sandbox, path, key).status_code for path in paths] == [status] * 3


def test_key_in_a_header_is_not_accepted(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.yesplan['theater'].api_key}", "api_key": "made-up"}
    url = f"{sandbox.yesplan_urls['theater']}/api/events/{WINDOW}"
    assert requests.get(url, headers=headers, timeout=TIMEOUT).status_code == 401


@pytest.mark.parametrize("tail", ["", "/customdata"])
def test_pages_lead_to_the_next_without_the_key(sandbox: Sandbox, tail: str) -> None:
    sandbox.yesplan["theater"].behave(page_size=4)
    pages: list[dict[str, Any]] = [ask_theater(sandbox, f"/api/events/{WINDOW}{tail}").json()]
    while following := pages[-1]["pagination"].get("next"):
        assert "api_key" not in following
        assert requests.get(following, timeout=TIMEOUT).status_code == 401
        pages.append(ask_theater(sandbox, following.removeprefix(sandbox.yesplan_urls["theater"])).json())
    assert [len(page["data"]) for page in pages] == [4, 4, 1]
    numbers = [[(one["book"], one["page"]) for one in (page, page["pagination"])] for page in pages]
    assert numbers == [[(1, 1)] * 2, [(1, 2)] * 2, [(1, 3)] * 2]


def test_links_to_pages_can_name_another_host_or_repeat(sandbox: Sandbox) -> None:
    state = sandbox.yesplan["theater"]
    state.behave(page_size=4, next_host="https://elsewhere.example")
    first = ask_theater(sandbox, f"/api/events/{WINDOW}").json()["pagination"]["next"]
    state.behave(page_size=50, next_host=None, repeats=True)
    second = ask_theater(sandbox, f"/api/events/{WINDOW}").json()["pagination"]["next"]
    assert first.startswith("https://elsewhere.example/api/events/date")
    assert second.endswith("book=1&page=1")


def test_event_or_group_that_is_not_there_is_not_found(sandbox: Sandbox) -> None:
    asked = [("GET", ""), ("GET", "/customdata"), ("PUT", "/customdata")]
    events = [ask_theater(sandbox, f"/api/event/1{tail}", method=method, body=[]).status_code for method, tail in asked]
    groups = [
        ask_theater(sandbox, f"/api/group/1{tail}", method=method, body=[]).status_code for method, tail in asked[::2]
    ]
    assert (events, groups) == ([404] * 3, [404] * 2)


def test_group_shows_the_events_and_groups_that_stand_in_it(sandbox: Sandbox) -> None:
    state = sandbox.yesplan["theater"]
    in_season, hamlet = state.add(name="Åbning", group="Sæson"), state.add(name="Hamlet", group="Sæson / Hamlet")
    state.edit(state.add(name="Skjult", group="Sæson"), hidden=True)
    season = ask_theater(sandbox, f"/api/event/{in_season}").json()["group"]
    inner = ask_theater(sandbox, f"/api/event/{hamlet}").json()["group"]
    shown = ask_theater(sandbox, f"/api/group/{season['id']}").json()
    assert (shown["_type"], shown["name"]) == ("group", "Sæson")
    assert [(one["_type"], one["id"]) for one in shown["children"]] == [("group", inner["id"]), ("event", in_season)]
    assert [one["id"] for one in ask_theater(sandbox, f"/api/group/{inner['id']}").json()["children"]] == [hamlet]
    state.behave(children=False)
    assert "children" not in ask_theater(sandbox, f"/api/group/{season['id']}").json()


def test_event_that_the_keys_user_may_not_see_is_not_listed(sandbox: Sandbox) -> None:
    state = sandbox.yesplan["theater"]
    event_id = state.add(name="Hamlet", start=START)
    state.edit(event_id, hidden=True)
    before = found(sandbox, "date:06-05-2031")
    state.edit(event_id, hidden=False)
    assert (before, found(sandbox, "date:06-05-2031")) == ([], ["Hamlet"])


def test_log_holds_the_requests_without_the_key(sandbox: Sandbox) -> None:
    ask_theater(sandbox, "/api/events/date:06-05-2031")
    (entry,) = sandbox.log.entries
    shown = (entry.server, entry.path, entry.query)
    assert shown == ("yesplan:theater", "/api/events/date:06-05-2031", {"api_key": "***"})


def test_planner_works_through_the_control_api(sandbox: Sandbox) -> None:
    before = len(control(sandbox, "GET", "/events").json())
    event_id = control(sandbox, "POST", "/events", {"name": "Hamlet", "start": START.isoformat()}).json()["id"]
    control(sandbox, "PATCH", f"/events/{event_id}", {"status": "Option", "price_adult": "95"})
    shown = [event for event in control(sandbox, "GET", "/events").json() if event["id"] == event_id]
    assert [(one["name"], one["status"]["name"], one["customdata"]["price_adult"]) for one in shown] == [
        ("Hamlet", "Option", "95")
    ]
    control(sandbox, "DELETE", f"/events/{event_id}")
    assert len(control(sandbox, "GET", "/events").json()) == before == 9


def test_switches_are_set_through_the_control_api_and_go_with_a_reset(sandbox: Sandbox) -> None:
    changed = control(sandbox, "PATCH", "", {"bulk": False, "page_size": 2}).json()
    sandbox.reset()
    assert {**control(sandbox, "GET", "").json(), "bulk": False, "page_size": 2} == changed


@cases(
    "method path body status",
    ("unknown switch", "PATCH", "", {"speed": 1}, 400),
    ("unknown keyword", "POST", "/events", {"ingen": 1}, 400),
    ("edit of nothing", "PATCH", "/events/1", {"name": "a"}, 404),
    ("deletion of nothing", "DELETE", "/events/1", None, 404),
)
def test_wrong_wish_of_planners_is_refused(sandbox: Sandbox, method: str, path: str, body: object, status: int) -> None:
    assert control(sandbox, method, path, body).status_code == status


@pytest.mark.parametrize("kind", ["status", "html_200"])
def test_fault_concerns_the_venue_that_it_names(sandbox: Sandbox, kind: Any) -> None:
    sandbox.faults.add("yesplan:theater", kind, code=429, headers={"Retry-After": "7"}, times=1)
    answer = ask_theater(sandbox, f"/api/events/{WINDOW}")
    shown = (answer.status_code, answer.headers.get("Retry-After"))
    assert shown == ((429, "7") if kind == "status" else (200, None))
    assert "next" not in ask_theater(sandbox, f"/api/events/{WINDOW}").json()["pagination"]
