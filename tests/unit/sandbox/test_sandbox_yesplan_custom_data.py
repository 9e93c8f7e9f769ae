"""Custom data of Yesplan's stand-in: the forms in which it is shown, and the one in which it is written."""

import pytest
import requests

from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.sandbox.clients import TIMEOUT, ask_theater

WINDOW = "date:01-01-2020 TO 31-12-2099"


def test_custom_data_comes_in_groups_of_groups_or_as_values_only(sandbox: Sandbox) -> None:
    state = sandbox.yesplan["theater"]
    event_id = state.add(name="Hamlet", price_adult="120")
    path = f"/api/event/{event_id}/customdata"
    values = requests.get(
        f"{sandbox.yesplan_urls['theater']}{path}?valuesonly&api_key={state.api_key}", timeout=TIMEOUT
    ).json()
    groups = ask_theater(sandbox, path).json()["groups"]
    fields = [field for tab in groups for section in tab["children"] for field in section["children"]]
    assert values["event"] == {"id": event_id, "name": "Hamlet"}
    assert values["items"] == {**dict.fromkeys(state.keywords), "price_adult": "120"}
    assert {field["keyword"]: field["value"] for field in fields} == values["items"]


def test_custom_data_of_many_events_is_missing_on_some_installations(sandbox: Sandbox) -> None:
    sandbox.yesplan["theater"].behave(bulk=False)
    assert ask_theater(sandbox, f"/api/events/{WINDOW}/customdata").status_code == 404


def test_custom_data_of_some_keywords_comes_as_a_list_unless_values_alone_are_asked_for(sandbox: Sandbox) -> None:
    state = sandbox.yesplan["theater"]
    state.behave(choices=["ticketing_publish"])
    event_id = state.add(name="Hamlet", price_adult="120", ticketing_publish="Ja")
    url = f"{sandbox.yesplan_urls['theater']}/api/event/{event_id}/customdata?api_key={state.api_key}"
    asked = f"{url}&keywords=ticketing_publish,ingen,price_adult"
    listed = [
        {"name": "ticketing_publish", "keyword": "ticketing_publish", "type": "choice", "value": ["Ja"]},
        {"name": "price_adult", "keyword": "price_adult", "type": "text", "value": "120"},
    ]
    assert requests.get(asked, timeout=TIMEOUT).json()["items"] == listed
    found = requests.get(f"{asked}&valuesonly", timeout=TIMEOUT).json()["items"]
    assert found == {"ticketing_publish": ["Ja"], "price_adult": "120"}
    state.behave(listed=True)
    assert requests.get(f"{asked}&valuesonly", timeout=TIMEOUT).json()["items"] == listed


@pytest.mark.parametrize(
    ("filled", "shown"), [(None, []), ("", []), ("Ja", ["Ja"]), (["Ja", "Nej"], ["Ja", "Nej"])], ids=str
)
def test_value_of_a_choice_is_a_list(sandbox: Sandbox, filled: object, shown: list[str]) -> None:
    state = sandbox.yesplan["theater"]
    state.behave(choices=["ticketing_publish"])
    event_id = state.add(ticketing_publish=filled)
    groups = ask_theater(sandbox, f"/api/event/{event_id}/customdata").json()["groups"]
    values = [field for tab in groups for section in tab["children"] for field in section["children"]]
    assert [field["value"] for field in values if field["keyword"] == "ticketing_publish"] == [shown]


def entries(**values: object) -> list[dict[str, object]]:
    return [{"keyword": keyword, "value": value} for keyword, value in values.items()]


OBJECT = {"ticket_link": "https://a.example"}


@cases(
    "body status said",
    ("writable", entries(ticket_link="https://a.example", tickets_sold=3), 204, ""),
    ("read only", entries(ticket_link="https://a.example", price_adult="1"), 403, "price_adult"),
    ("unknown", entries(ingen="1"), 400, "ingen"),
    ("object", OBJECT, 400, "not a list of keywords and values"),
    ("list of objects by keyword", [OBJECT], 400, "not a list of keywords and values"),
    ("list of keywords", ["ticket_link"], 400, "not a list of keywords and values"),
    ("no value", [{"keyword": "ticket_link"}], 400, "not a list of keywords and values"),
)
def test_custom_data_is_written_whole_or_not_at_all(sandbox: Sandbox, body: object, status: int, said: str) -> None:
    state = sandbox.yesplan["theater"]
    event_id = state.add(group="Hamlet")
    group_id = ask_theater(sandbox, f"/api/event/{event_id}").json()["group"]["id"]
    for path in (f"/api/event/{event_id}", f"/api/group/{group_id}"):
        answer = ask_theater(sandbox, f"{path}/customdata", method="PUT", body=body)
        assert (answer.status_code, said in answer.text) == (status, True)
    written = {"ticket_link": "https://a.example", "tickets_sold": 3} if status == 204 else {}
    assert (state.get(event_id).custom, state.of_groups.get(group_id, {})) == (written, written)


@pytest.mark.parametrize("status", [200, 204])
def test_write_is_answered_with_either_of_two_statuses(sandbox: Sandbox, status: int) -> None:
    state = sandbox.yesplan["theater"]
    state.behave(written=status)
    path = f"/api/event/{state.add()}/customdata"
    assert ask_theater(sandbox, path, method="PUT", body=entries(ticket_link="x")).status_code == status
