"""A button that was pressed at a group of events: one run for all of them, each of which is told how it ended."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sqlalchemy import text

from billetbro_airflow.webhooks import endpoint, take_action
from sandbox.yesplan_webhook import Webhook as Yesplan
from tests.cases import cases
from tests.integration.webhooks.door import GROUPS, KNOWN, NEW, SECRETS, SERIES, STUCK, Door


def press(
    door: Door, group: str, action: str = "update", *, later: int = 0, library: str = "theater"
) -> requests.Response:
    yesplan = Yesplan(f"{door.address}/{library}", SECRETS[library].decode(), lambda: time.time() + later)
    return yesplan.press(group, action, "group")


def parts(door: Door) -> list[tuple[object, ...]]:
    query = text("SELECT uuid, action, run_id FROM sync.webhook_requests WHERE part_of IS NOT NULL ORDER BY uuid")
    with door.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize("action", ["update", "withdraw"])
@cases(
    "group events",
    ("as Yesplan says", "group", (KNOWN, NEW)),
    ("as the latest snapshot says", SERIES, (KNOWN,)),
    ("as many as may be", "full", GROUPS["full"]),
)
def test_action_at_a_group_starts_one_run_of_all(door: Door, group: str, events: tuple[str, ...], action: str) -> None:
    answer = press(door, group, action)
    assert (answer.status_code, answer.json(), door.runs.started) == (202, {"state": "waiting"}, [("theater", *events)])
    (run,) = door.runs.ids
    assert parts(door) == sorted((event, action, run) for event in events)
    assert ("theater", group, action, run) in door.requests()


def test_event_of_a_group_whose_run_waits_starts_no_second_and_a_group_with_one_event_waiting_does(door: Door) -> None:
    answers = [press(door, "group"), door.yesplan().press(NEW), press(door, "group", later=1)]
    once = list(door.runs.started)
    door.runs.begun = True
    answers.append(door.yesplan().press(KNOWN, "withdraw"))
    door.runs.begun, door.runs.ids = False, door.runs.ids[1:]
    answers.append(press(door, "group", later=2))
    assert ([answer.status_code for answer in answers], once) == ([202] * 5, [("theater", KNOWN, NEW)])
    assert door.runs.started == [*once, ("theater", KNOWN), ("theater", KNOWN, NEW)]


@cases(
    "group status detail",
    ("that there is not", "nobodys", 404, "Not Found"),
    ("with too many events", "overfull", 422, "Unprocessable Content"),
)
def test_action_at_a_group_that_cannot_be_carried_out_is_refused(
    door: Door, group: str, status: int, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = press(door, group)
    assert (answer.status_code, answer.json()) == (status, {"detail": detail})
    assert (door.runs.started, parts(door)) == ([], [])
    assert [group in record.getMessage() for record in caplog.records] == [False]


def test_action_at_a_group_without_events_of_ours_is_not_found_and_the_log_says_why(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    answer = press(door, SERIES, library="kulturhus")
    assert (answer.status_code, door.runs.started) == (404, [])
    assert [record.getMessage() for record in caplog.records] == [
        "A request to Yesplan's webhook was answered 404: kulturhus: the group has no events"
    ]


def test_action_at_a_group_that_is_sent_again_counts_once(door: Door) -> None:
    yesplan = door.yesplan()
    moment = time.time()
    again = Yesplan(yesplan.address, yesplan.secret, lambda: moment)
    answers = [again.press("group", "update", "group") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 401]
    assert (len(door.runs.started), len(parts(door))) == (1, 2)


def test_events_of_a_group_do_not_count_as_requests_of_the_minute(door: Door) -> None:
    first = press(door, "full")
    assert len(parts(door)) > take_action.MOST_A_MINUTE
    assert [first.status_code, press(door, "group", later=1).status_code] == [202, 202]


def test_group_in_a_yesplan_that_hangs_keeps_no_thread_from_airflow(door: Door) -> None:
    door.answers.clear()
    with ThreadPoolExecutor(endpoint.MOST_AT_ONCE + 2) as callers:
        pressed = [callers.submit(press, door, STUCK, later=number) for number in range(endpoint.MOST_AT_ONCE + 2)]
        try:
            deadline = time.monotonic() + 120
            while sum(answer.done() for answer in pressed) < 2:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            refused = sorted(answer.result().status_code for answer in pressed if answer.done())
            airflow = requests.get(door.address.replace("/yesplan", "/airflow"), timeout=60)
        finally:
            door.answers.set()
        assert (refused, airflow.status_code) == ([429, 429], 200)
        assert sorted(answer.result().status_code for answer in pressed) == [202] * endpoint.MOST_AT_ONCE + [429] * 2
