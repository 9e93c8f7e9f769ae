"""What Yesplan's webhook answers over HTTP, to Yesplan and to everybody else."""

import gzip
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sqlalchemy import Engine, text

from billetbro.api.yesplan.webhook import signature
from billetbro.store.database import connect, migrate
from billetbro_airflow.webhooks import endpoint, refusals, take_action
from sandbox.yesplan_webhook import Webhook as Yesplan
from tests.cases import cases
from tests.integration.webhooks.door import KNOWN, NEW, SECRETS, Door

CONFIGURATION = {
    "states": [
        {"key": "waiting", "name": "Opdateres / Updating"},
        {"key": "published", "name": "I Place2book / In Place2book"},
        {"key": "absent", "name": "Ikke i Place2book / Not in Place2book"},
        {
            "key": "kept",
            "name": "Stadig i Place2book: sæt først status tilbage / Still there: set the status back first",
        },
        {"key": "over", "name": "Afholdt: røres ikke / Over: left as it is"},
        {"key": "rejected", "name": "Afvist: se rapporten / Rejected: see the report"},
        {"key": "failed", "name": "Mislykkedes: se rapporten / Failed: see the report"},
    ],
    "actions": [{"key": "update", "name": "Opdater / Update"}, {"key": "withdraw", "name": "Træk tilbage / Withdraw"}],
}
UNAUTHORISED = (401, {"detail": "Unauthorized"})
NOT_FOUND = (404, {"detail": "Not Found"})


def said(answer: requests.Response) -> tuple[int, object]:
    return answer.status_code, answer.json()


def body_for(uuid: object = KNOWN, action: object = "update", kind: object = "event") -> bytes:
    return json.dumps({"type": "take_action", "action": action, "resource": {"type": kind, "id": uuid}}).encode()


def test_configuration_is_answered_with_states_and_actions(door: Door) -> None:
    assert said(door.yesplan().configure()) == (200, CONFIGURATION)
    assert (door.requests(), door.runs.started) == ([("theater", None, None, None)], [])


@pytest.mark.parametrize("action", ["update", "withdraw"])
@cases("uuid", ("known", KNOWN), ("only Yesplan knows it yet", NEW))
def test_take_action_starts_one_run_of_that_event(door: Door, uuid: str, action: str) -> None:
    assert said(door.yesplan().press(uuid, action)) == (202, {"state": "waiting"})
    assert (door.runs.started, door.requests()) == ([("theater", uuid)], [("theater", uuid, action, door.runs.ids[0])])


def test_take_action_while_a_run_of_the_event_waits_starts_no_second(door: Door) -> None:
    yesplan = door.yesplan()
    answers = [yesplan.press(KNOWN), yesplan.press(KNOWN, "withdraw"), yesplan.press(NEW)]
    door.runs.begun = True
    answers.append(Yesplan(yesplan.address, yesplan.secret, lambda: time.time() + 1).press(KNOWN))
    assert [answer.status_code for answer in answers] == [202] * 4
    assert door.runs.started == [("theater", KNOWN), ("theater", NEW), ("theater", KNOWN)]
    first, second, third = door.runs.ids
    assert [run for *_, run in door.requests()] == [first, first, second, third]


def test_take_action_pressed_by_many_at_once_starts_one_run(door: Door) -> None:
    door.runs.seconds = 0.1
    moments = [time.time() + number for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda moment: Yesplan(door.yesplan().address, door.yesplan().secret, lambda: moment).press(KNOWN),
                moments,
            )
        )
    assert ({answer.status_code for answer in answers}, door.runs.started) == ({202}, [("theater", KNOWN)])


def test_webhook_that_nobody_has_configured_is_not_there(door: Door) -> None:
    door.secrets = {}
    assert [said(answer) for answer in (door.yesplan().configure(), door.yesplan().press(KNOWN))] == [NOT_FOUND] * 2
    assert door.requests() == []


@cases(
    "library secret",
    ("wrong secret", "theater", "made-up secret of nobody"),
    ("another library's secret", "theater", SECRETS["kulturhus"].decode()),
    ("empty secret", "theater", ""),
    ("library without a webhook", "nordvig", "made-up secret of nobody"),
    ("library in other letters", "Theater", SECRETS["theater"].decode()),
    ("library that is no text", "%FF%00", "made-up secret of nobody"),
    ("what nobody's secret is compared with", "nordvig", endpoint.NOBODYS_SECRET.decode()),
)
def test_caller_without_the_secret_is_told_nothing(door: Door, library: str, secret: str) -> None:
    yesplan = door.yesplan(library, secret)
    assert [said(yesplan.configure()), said(yesplan.press(KNOWN))] == [UNAUTHORISED] * 2
    assert (door.requests(), door.runs.started) == ([], [])


def test_old_secret_counts_until_it_is_removed(door: Door) -> None:
    new, old, other = (f"made-up secret, {which}" for which in ("the new", "the old", "another"))
    door.secrets = {"theater": (new.encode(), old.encode())}
    configured = [door.yesplan(secret=secret).configure().status_code for secret in (new, old, other)]
    door.secrets = {"theater": (new.encode(),)}
    assert configured == [200, 200, 401]
    assert [door.yesplan(secret=secret).press(KNOWN).status_code for secret in (new, old)] == [202, 401]


def test_signature_of_another_librarys_request_is_not_accepted(door: Door) -> None:
    door.secrets = dict.fromkeys(SECRETS, (SECRETS["theater"],))
    body = body_for()
    stolen = door.yesplan().signed(body)
    assert said(door.yesplan("kulturhus").send(body, **stolen)) == UNAUTHORISED


@cases(
    "headers",
    ("no signature", {"X-Webhook-Signature": ""}),
    ("signature that is no hexadecimal", {"X-Webhook-Signature": "æøå"}),
    ("no time", {"X-Webhook-Timestamp": ""}),
    ("another time than was signed", {"X-Webhook-Timestamp": "1700000000"}),
)
def test_request_with_headers_of_somebody_else_is_not_accepted(door: Door, headers: dict[str, str]) -> None:
    latin = {name: value.encode("latin-1").decode("latin-1") for name, value in headers.items()}
    assert said(door.yesplan().send(body_for(), **latin)) == UNAUTHORISED


@pytest.mark.parametrize("seconds", [-301, 330, -(10**9)])
def test_request_signed_at_another_time_is_not_accepted(door: Door, seconds: int) -> None:
    yesplan = door.yesplan()
    late = Yesplan(yesplan.address, yesplan.secret, lambda: time.time() + seconds)
    assert (said(late.press(KNOWN)), door.requests()) == (UNAUTHORISED, [])


@pytest.mark.parametrize("timestamp", ["now", "-1", "1e9", "²", "9" * 13, "NaN"])
def test_time_that_is_none_is_not_accepted_although_it_is_signed(door: Door, timestamp: str) -> None:
    mac = signature(SECRETS["theater"], "theater", timestamp.encode().decode("latin-1"), body_for())
    answer = door.yesplan().send(
        body_for(),
        **{"X-Webhook-Timestamp": timestamp.encode(), "X-Webhook-Signature": mac},  # type: ignore[arg-type]
    )
    assert said(answer) == UNAUTHORISED


def test_request_that_is_sent_again_counts_once(door: Door) -> None:
    yesplan, body = door.yesplan(), body_for()
    headers = yesplan.signed(body)
    answers = [yesplan.send(body, **headers) for _ in range(2)]
    assert [said(answer) for answer in answers] == [(202, {"state": "waiting"}), UNAUTHORISED]
    assert (len(door.requests()), len(door.runs.started)) == (1, 1)


@cases(
    "body",
    ("nothing", b""),
    ("cut short", b"{"),
    ("no text", b"\xff\xfe\x00"),
    ("very deep", b"[" * 16_000),
    ("very deep objects", b'{"type":' * 2_000),
    ("null", b"null"),
    ("list", b"[]"),
    ("another request", b'{"type": "else"}'),
    ("list for a request", b'{"type": ["take_action"]}'),
    ("half a character", b'{"type": "\\ud800"}'),
    ("packed", gzip.compress(b'{"type": "configuration"}')),
    ("another action", body_for(action="delete")),
    ("neither an event nor a group", body_for(kind="contact")),
    ("list for a kind", body_for(kind=["group"])),
    ("query for a group", body_for("date:today", kind="group")),
    ("number for an event", body_for(7)),
    ("list for an event", body_for(["1201-1700000000"])),
    ("no event", body_for("")),
    ("path for an event", body_for("../../events/date:today")),
    ("line break in an event", body_for("1201\n")),
    ("query for an event", body_for("date:today")),
    ("SQL for an event", body_for("' OR 1=1 --")),
    ("half a character in an event", body_for("1201\ud800")),
    ("very long event", body_for("9" * 65)),
    ("no number", b'{"type": "take_action", "resource": NaN}'),
    ("very long number", b'{"type": "take_action", "n": ' + b"9" * 9_000 + b"}"),
)
def test_signed_body_of_another_shape_is_refused(door: Door, body: bytes) -> None:
    assert said(door.yesplan().send(body)) == (400, {"detail": "Bad Request"})
    assert door.runs.started == []


def test_event_that_neither_we_nor_yesplan_know_is_not_found(door: Door) -> None:
    assert (said(door.yesplan().press("9999-1700000000")), door.runs.started) == (NOT_FOUND, [])


@pytest.mark.parametrize("signed", [True, False])
def test_body_that_is_too_large_is_not_read_to_its_end(door: Door, signed: bool) -> None:
    yesplan = door.yesplan() if signed else door.yesplan(secret="made-up secret of nobody")
    assert said(yesplan.send(b" " * (endpoint.MOST_BYTES + 1))) == (413, {"detail": "Content Too Large"})


def test_body_that_never_ends_is_cut_off(door: Door) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 64 * endpoint.MOST_BYTES:
            sent += 4096
            yield b" " * 4096

    status = 413
    try:
        headers = {"Content-Type": "application/json"}
        status = requests.post(f"{door.address}/theater", data=endless(), headers=headers, timeout=120).status_code
    except requests.ConnectionError:
        pass
    assert (status, door.requests()) == (413, [])


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp"])
def test_body_that_is_not_json_by_its_type_is_refused(door: Door, content_type: str) -> None:
    answer = door.yesplan().send(body_for(), **{"Content-Type": content_type})
    assert said(answer) == (415, {"detail": "Unsupported Media Type"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/theater"),
        ("PUT", "/theater"),
        ("DELETE", "/theater"),
        ("POST", "/"),
        ("POST", "/theater/"),
        ("POST", "/theater/more"),
        ("POST", "/theater%2Fmore"),
        ("POST", "//theater"),
        ("POST", "/%2e%2e/theater"),
        ("OPTIONS", "/theater"),
    ],
)
def test_other_methods_and_addresses_are_not_there(door: Door, method: str, path: str) -> None:
    assert said(requests.request(method, door.address + path, timeout=60)) == NOT_FOUND


def test_requests_past_the_minutes_share_wait_and_leave_other_libraries_alone(door: Door) -> None:
    with door.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sync.webhook_requests (signature, library, received_at) "
                "SELECT 'earlier ' || n, 'theater', now() - interval '30 seconds' FROM generate_series(1, :most) n"
            ),
            {"most": take_action.MOST_A_MINUTE},
        )
    flooded, other = door.yesplan().press(KNOWN), door.yesplan("kulturhus").configure()
    assert (said(flooded), flooded.headers["Retry-After"]) == ((429, {"detail": "Too Many Requests"}), "60")
    assert (other.status_code, door.runs.started, len(door.requests())) == (200, [], take_action.MOST_A_MINUTE + 1)


def test_runs_past_those_that_may_wait_are_not_started(door: Door) -> None:
    door.runs.ids += [f"yesplan__theater__{number}" for number in range(take_action.MOST_WAITING)]
    answer = door.yesplan().press(KNOWN)
    assert (answer.status_code, answer.headers["Retry-After"], door.runs.started) == (429, "60", [])


def test_take_action_while_the_dag_is_paused_is_to_be_tried_again(door: Door) -> None:
    door.runs.paused = True
    answer = door.yesplan().press(KNOWN)
    assert (said(answer), answer.headers["Retry-After"]) == ((503, {"detail": "Service Unavailable"}), "300")
    assert door.requests() == [("theater", None, None, None)]


def test_webhook_before_the_tables_are_there_is_to_be_tried_again(door: Door, database_url: str) -> None:
    before, door.engine = door.engine, connect(database_url)
    try:
        first = door.yesplan().press(NEW)
        migrate(door.engine)
        second = Yesplan(f"{door.address}/theater", SECRETS["theater"].decode(), lambda: time.time() + 1).press(NEW)
    finally:
        door.engine.dispose()
        door.engine = before
    assert (first.status_code, first.headers["Retry-After"], second.status_code) == (503, "60", 202)


def test_requests_of_long_ago_are_forgotten(door: Door, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO sync.webhook_requests VALUES ('old', 'theater', now() - interval '31 days')")
        )
    door.yesplan().configure()
    assert door.requests() == [("theater", None, None, None)]


def test_log_of_a_refused_request_holds_no_secret_and_nothing_that_the_caller_chose(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.yesplan("nobody-Testesen", "made-up secret of nobody").press("Testesen")
    door.yesplan().press("Testesen'; --")
    assert [
        record.getMessage() for record in caplog.records if record.name.startswith("billetbro_airflow.webhooks")
    ] == [
        "A request to Yesplan's webhook was answered 401: unknown library, or wrong signature",
        "A request to Yesplan's webhook was answered 400: theater: not a request of a webhook",
    ]


def test_many_refused_requests_are_one_line_of_the_log_and_later_their_number(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MINUTE", 1.0)
    for _ in range(5):
        door.yesplan(secret="made-up secret of nobody").configure()
    told = "A request to Yesplan's webhook was answered 401: unknown library, or wrong signature"
    ours = [record.getMessage() for record in caplog.records if record.name.endswith(".refusals")]
    time.sleep(1.5)
    later = [record.getMessage() for record in caplog.records if record.name.endswith(".refusals")]
    assert (ours, later) == ([told], [told, f"{told} (4 more in a minute)"])
