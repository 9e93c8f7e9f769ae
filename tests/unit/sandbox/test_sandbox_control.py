"""Everything that the control page names can be done over HTTP."""

from typing import Any

import pytest
import requests

from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.sandbox.clients import TIMEOUT, Place2bookClient, cms_list


def _ask(sandbox: Sandbox, method: str, path: str, body: object = None, status: int = 200) -> Any:
    answer = requests.request(method, sandbox.control_url + path, json=body, timeout=TIMEOUT)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_front_page_lists_commands(sandbox: Sandbox) -> None:
    page = requests.get(sandbox.control_url, timeout=TIMEOUT)
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "curl -X POST  $C/place2book/events/ID/buy" in page.text


def test_server_can_be_stopped_and_started(sandbox: Sandbox) -> None:
    up = _ask(sandbox, "GET", "/servers")
    down = _ask(sandbox, "POST", "/servers/place2book/stop")
    with pytest.raises(requests.ConnectionError):
        requests.get(sandbox.place2book_url, timeout=TIMEOUT)
    assert up == {
        "place2book": {"url": sandbox.place2book_url, "running": True},
        "cms:solbjerg": {"url": sandbox.cms_urls["solbjerg"], "running": True},
        "cms:nordvig": {"url": sandbox.cms_urls["nordvig"], "running": True},
        "yesplan:theater": {"url": sandbox.yesplan_urls["theater"], "running": True},
        "control": {"url": sandbox.control_url, "running": True},
    }
    assert down == {**up, "place2book": {"url": sandbox.place2book_url, "running": False}}
    assert _ask(sandbox, "POST", "/servers/place2book/start") == up


def test_log_can_be_read_and_cleared(sandbox: Sandbox) -> None:
    cms_list(sandbox)
    Place2bookClient(sandbox).create()
    everything, writes = _ask(sandbox, "GET", "/log"), _ask(sandbox, "GET", "/log?writes")
    _ask(sandbox, "DELETE", "/log")
    assert [entry["method"] for entry in everything] == ["GET", "POST"]
    assert [(entry["server"], entry["status"]) for entry in writes] == [("place2book", 201)]
    assert _ask(sandbox, "GET", "/log") == []


def test_fault_can_be_added_read_and_cleared(sandbox: Sandbox) -> None:
    wish = {"server": "cms:solbjerg", "kind": "status", "code": 503, "times": 2, "headers": {"Retry-After": "1"}}
    _ask(sandbox, "POST", "/faults", wish)
    failed = requests.get(f"{sandbox.cms_urls['solbjerg']}/api/v1/events", timeout=TIMEOUT)
    shown = _ask(sandbox, "GET", "/faults")
    _ask(sandbox, "DELETE", "/faults")
    assert (failed.status_code, failed.headers["Retry-After"]) == (503, "1")
    assert [(fault["kind"], fault["code"], fault["times_left"]) for fault in shown] == [("status", 503, 1)]
    assert len(cms_list(sandbox)) == 41


def test_editor_can_add_edit_clone_unpublish_and_remove(sandbox: Sandbox) -> None:
    path = "/cms/solbjerg/events"
    wish = {"title": "Ny", "start": "2031-05-01T19:00:00+02:00", "ticket_capacity": 5}
    uuid = _ask(sandbox, "POST", path, wish, 201)["uuid"]
    _ask(sandbox, "PATCH", f"{path}/{uuid}", {"title": "Nyere", "ticket_capacity": None})
    copy = _ask(sandbox, "POST", f"{path}/{uuid}/clone", status=201)["uuid"]
    found = {event["uuid"]: event for event in cms_list(sandbox)}
    _ask(sandbox, "POST", f"{path}/{uuid}/unpublish")
    _ask(sandbox, "DELETE", f"{path}/{copy}")
    titles = (found[uuid]["title"], found[copy]["title"])
    assert (titles, "ticket_capacity" in found[uuid]) == (("Nyere", "Nyere - cloned"), False)
    assert found[uuid]["date_time"] == {"start": "2031-05-01T19:00:00+02:00", "end": "2031-05-01T21:00:00+02:00"}
    assert {uuid, copy} & {event["uuid"] for event in cms_list(sandbox)} == set()
    assert [e["uuid"] for e in _ask(sandbox, "GET", path) if e["uuid"] in (uuid, copy)] == [uuid]


def test_editor_can_insert_values_from_the_series(sandbox: Sandbox) -> None:
    event = sandbox.cms["solbjerg"].find("Ukulele for begyndere")
    before = sandbox.cms["solbjerg"].as_json(event)["ticket_categories"]
    _ask(sandbox, "POST", f"/cms/solbjerg/events/{event.uuid}/insert_from_series")
    after = sandbox.cms["solbjerg"].as_json(event)["ticket_categories"]
    assert isinstance(before, list)
    assert isinstance(after, list)
    assert [one["title"] for one in after] == [one["title"] for one in before]
    assert {one["uuid"] for one in after}.isdisjoint(one["uuid"] for one in before)


def test_editor_can_redate_a_series(sandbox: Sandbox) -> None:
    series = sandbox.cms["solbjerg"].find("Ukulele for begyndere").series
    starts = ["2031-05-01T17:00:00+02:00", "2031-05-08T17:00:00+02:00"]
    uuids = _ask(sandbox, "POST", f"/cms/solbjerg/series/{series}/redate", {"starts": starts})["uuids"]
    shown = [e for e in cms_list(sandbox) if e.get("series") == {"uuid": series}]
    assert [(e["uuid"], e["date_time"]["start"]) for e in shown] == list(zip(uuids, starts, strict=True))


def test_buyer_can_buy_arrive_and_be_refunded(sandbox: Sandbox) -> None:
    event = sandbox.place2book.by_seccode("julekonc01")
    wish = {"quantity": 2, "buyer": {"full_name": "Test Testesen"}, "answers": {}, "additional": [["Kage", 2500]]}
    bought = _ask(sandbox, "POST", f"/place2book/events/{event.id}/buy", wish, 201)
    first, second = (ticket["ticket_id"] for ticket in bought["tickets"])
    _ask(sandbox, "POST", f"/place2book/tickets/{first}/arrive")
    _ask(sandbox, "POST", f"/place2book/tickets/{second}/release")
    _ask(sandbox, "POST", f"/place2book/purchases/{bought['purchase_id']}/refund")
    shown = _ask(sandbox, "GET", f"/place2book/events/{event.id}/purchases")
    tickets = [(ticket["ticket_id"], ticket["arrived_at"] is not None) for ticket in shown[0]["tickets"]]
    assert (bought["total_price_paid"], shown[0]["transaction_type"], tickets) == (21500, "cancel", [(first, True)])


def test_staff_can_edit_pause_price_and_delete(sandbox: Sandbox) -> None:
    event = sandbox.place2book.by_seccode("lokaleleje")
    path = f"/place2book/events/{event.id}"
    price = next(iter(event.prices))
    _ask(sandbox, "PATCH", path, {"name": "Nyt navn", "waiting_list": True})
    _ask(sandbox, "POST", f"{path}/pause")
    paused = event.paused
    _ask(sandbox, "POST", f"{path}/resume")
    added = _ask(sandbox, "POST", f"{path}/prices", {"name": "Ledsager", "value": 0}, 201)["id"]
    _ask(sandbox, "PATCH", f"{path}/prices/{price}", {"value": 6000})
    shown = next(entry for entry in _ask(sandbox, "GET", "/place2book/events") if entry["id"] == event.id)
    _ask(sandbox, "DELETE", path)
    assert (shown["name"], event.waiting_list, paused, event.paused) == ("Nyt navn", True, True, False)
    found = [(p["id"], p["name"], p["value"]) for p in shown["prices"]]
    assert found == [(price, "Medlem", 6000), (added, "Ledsager", 0)]
    assert event.id not in [entry["id"] for entry in _ask(sandbox, "GET", "/place2book/events")]


def test_reset_restores_the_seed(sandbox: Sandbox) -> None:
    sandbox.cms["solbjerg"].add(title="Ny")
    _ask(sandbox, "POST", "/reset")
    assert len(cms_list(sandbox)) == 41


@cases(
    "method path body status",
    ("unknown fault", "POST", "/faults", {"server": "place2book", "kind": "explode"}, 400),
    ("no such server", "POST", "/faults", {"server": "cms", "kind": "status"}, 400),
    ("unknown option", "POST", "/faults", {"kind": "status", "nonsense": 1}, 400),
    ("not an object", "POST", "/faults", ["status"], 400),
    ("unknown action", "POST", "/servers/place2book/explode", None, 400),
    ("unknown server", "POST", "/servers/nowhere/stop", None, 404),
    ("unknown library", "GET", "/cms/nowhere/events", None, 404),
    ("unknown CMS event", "PATCH", "/cms/solbjerg/events/nothing", {"title": "x"}, 404),
    ("unknown ticket event", "POST", "/place2book/events/1/buy", {}, 404),
    ("unknown purchase", "POST", "/place2book/purchases/1/refund", None, 404),
    ("unknown ticket", "POST", "/place2book/tickets/1/arrive", None, 404),
)
def test_mistaken_request_gets_a_message(sandbox: Sandbox, method: str, path: str, body: object, status: int) -> None:
    assert list(_ask(sandbox, method, path, body, status)) == ["message"]


def test_sale_that_is_refused_says_why(sandbox: Sandbox) -> None:
    event = sandbox.place2book.by_seccode("julekonc01")
    answer = _ask(sandbox, "POST", f"/place2book/events/{event.id}/buy", {"quantity": 9}, 400)
    assert answer == {"message": "at most 8 tickets can be bought"}


def test_editor_can_edit_a_series(sandbox: Sandbox) -> None:
    uuids = [sandbox.cms["solbjerg"].add(title="Kursus", series="s1") for _ in range(2)]
    _ask(sandbox, "PATCH", "/cms/solbjerg/series/s1", {"state": "Cancelled"})
    _ask(sandbox, "PATCH", "/cms/solbjerg/series/s2", {"state": "Cancelled"}, status=404)
    assert [event["state"] for event in cms_list(sandbox) if event["uuid"] in uuids] == ["Cancelled", "Cancelled"]
