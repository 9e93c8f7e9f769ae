"""Groups of events in Yesplan's REST API: which events they mean, and what is written at a group."""

import pytest

from billetbro.api.yesplan.client import MOST_GROUPS, YesplanClient
from billetbro.errors import BilletbroError, InvalidResponse, Refused, WrongCredentials
from sandbox.server import Sandbox
from sandbox.yesplan_json import named
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.yesplan.yesplan_samples import QUOTED


def group(*children: object) -> Reply:
    return as_json({"_type": "group", "id": "1-16", "name": "Hamlet", "children": children})


def test_group_means_the_events_in_it_and_in_the_groups_in_it(sandbox: Sandbox, theater: YesplanClient) -> None:
    state = sandbox.yesplan["theater"]
    places = ("Sæson", "Sæson / Hamlet", "Sæson / Hamlet", "Sæson / Hamlet / Turné", "Sæson / Othello", "Andet")
    ids = [state.add(name="Forestilling", group=place) for place in places]
    found = {place: theater.events_of_group(named("group", place)["id"]) for place in places}
    assert {place: sorted(events or ()) for place, events in found.items()} == {
        "Sæson": ids[:5],
        "Sæson / Hamlet": ids[1:4],
        "Sæson / Hamlet / Turné": ids[3:4],
        "Sæson / Othello": ids[4:5],
        "Andet": ids[5:],
    }


@cases(
    "replies events",
    ("that there is not", [Reply(status=404)], None),
    ("of which nothing is told", [as_json({"id": 7})], ()),
    ("of which null is told", [as_json({"id": "7", "children": None})], ()),
    ("with nothing in it", [group()], ()),
    ("with something else", [group({"_type": "event", "id": 7}, {"_type": "note", "id": "8"})], ("7",)),
    ("with one gone", [group({"_type": "event", "id": "7"}, {"_type": "group", "id": "8"}), Reply(status=404)], ("7",)),
    ("that stands in itself", [group({"_type": "group", "id": "1-16"}, {"_type": "event", "id": "7"})], ("7",)),
)
def test_group_means_these_events(
    yesplan: YesplanClient, server: Server, replies: list[Reply], events: tuple[str, ...] | None
) -> None:
    server.will_answer(*replies)
    assert yesplan.events_of_group("1-16") == events
    assert len(server.received) == len(replies)


@cases(
    "reply kind",
    ("a list", as_json([]), InvalidResponse),
    ("no id", as_json({"children": []}), InvalidResponse),
    ("something without a type", group({"id": "7"}), InvalidResponse),
    ("an event without an id", group({"_type": "event"}), InvalidResponse),
    ("a text for an event", group("7"), InvalidResponse),
    ("many groups", group(*({"_type": "group", "id": str(number)} for number in range(MOST_GROUPS))), InvalidResponse),
    ("the key is unknown", Reply(status=401), WrongCredentials),
    ("it is not ours to see", Reply(status=403), Refused),
)
def test_group_that_cannot_be_read_is_an_error_of_the_tree(
    yesplan: YesplanClient, server: Server, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        yesplan.events_of_group("1-16")
    assert type(raised.value) is kind
    assert QUOTED not in str(raised.value)


def test_custom_data_of_a_group_is_written_as_that_of_an_event(yesplan: YesplanClient, server: Server) -> None:
    server.will_answer(Reply(status=204))
    yesplan.write_custom_data("1/2", {"state": "published"}, of_group=True)
    assert (server.methods(), server.bodies()) == (["PUT"], [[{"keyword": "state", "value": "published"}]])
    assert server.received[0].path == f"/api/group/1%2F2/customdata?api_key={QUOTED}"


def test_key_that_may_not_write_at_a_group_is_told_from_a_revoked_one(yesplan: YesplanClient, server: Server) -> None:
    server.will_answer(Reply(status=403), group())
    with pytest.raises(Refused):
        yesplan.write_custom_data("1", {"state": "published"}, of_group=True)
    server.will_answer(Reply(status=403), Reply(status=403))
    with pytest.raises(WrongCredentials):
        yesplan.write_custom_data("1", {"state": "published"}, of_group=True)
    assert {one.path.partition("?")[0] for one in server.received} == {"/api/group/1/customdata", "/api/group/1"}
