"""What people ask for on the pages: confirmed, started once, with their own rights, and stored (behaviour 12)."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from billetbro.store.event.history import read_history
from billetbro.store.pages.overview import count_drift
from tests.cases import cases
from tests.integration.pages.site import Site, pause, started_runs, text_of

STORED = "SELECT action, asked_by, library, uuid, fields, run_id FROM sync.actions ORDER BY id"
LINKED = "SELECT min(uuid) FROM sync.links WHERE library = 'solbjerg' AND status = 'live'"


def sql(site: Site, statement: str, **values: object) -> list[Any]:
    with site.engine.begin() as connection:
        found = connection.execute(text(statement), values)
        return list(found.all()) if found.returns_rows else []


def stored(site: Site) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sql(site, STORED)]


@pytest.fixture
def uuid(acting: Site) -> str:
    """Give a linked event of Solbjerg."""
    return str(sql(acting, LINKED)[0][0])


@pytest.fixture
def edited(acting: Site, uuid: str) -> Iterator[str]:
    """Give an event of which staff changed name and capacity."""
    before = sql(
        acting, "SELECT drift, drift_accepted FROM sync.links WHERE library = 'solbjerg' AND uuid = :u", u=uuid
    )
    set_drift(acting, uuid, {"name": "<b>Ny</b>", "capacity": 7})
    yield uuid
    set_drift(acting, uuid, before[0][0], before[0][1])


def drift(site: Site) -> int:
    with site.engine.connect() as connection:
        return count_drift(connection, ["solbjerg"])["solbjerg"]


def set_drift(site: Site, uuid: str, drift: dict[str, object], accepted: dict[str, object] | None = None) -> None:
    sql(
        site,
        "UPDATE sync.links SET drift = CAST(:d AS jsonb), drift_accepted = CAST(:a AS jsonb) "
        "WHERE library = 'solbjerg' AND uuid = :u",
        d=json.dumps(drift),
        a=json.dumps(accepted or {}),
        u=uuid,
    )


@cases(
    "query said",
    ("all", "action=update", "Arrangementerne hos alle biblioteker hentes nu."),
    ("library", "action=update&library=solbjerg", "Arrangementerne hos Solbjerg Bibliotek hentes nu."),
    ("plan", "action=plan&library=solbjerg", "Intet ændres noget sted, før planen er læst og udført."),
    ("english", "action=update&lang=en", "The events of all libraries are fetched now."),
)
def test_confirmation_says_what_will_happen_and_does_nothing(acting: Site, query: str, said: str) -> None:
    assert said in acting.text(f"/actions/confirm?{query}")
    assert (started_runs(), stored(acting)) == ([], [])


@cases(
    "query conf target",
    ("all", "action=update", {"libraries": [], "events": [], "mode": "sync"}, (None, None)),
    (
        "library",
        "action=update&library=solbjerg",
        {"libraries": ["solbjerg"], "events": [], "mode": "sync"},
        ("solbjerg", None),
    ),
    ("plan", "action=plan", {"libraries": [], "events": [], "mode": "plan"}, (None, None)),
)
def test_confirmed_action_starts_a_run_in_the_persons_name_and_is_stored(
    acting: Site, query: str, conf: dict[str, object], target: tuple[str | None, str | None]
) -> None:
    form = acting.form(query)
    answer = acting.post(form)
    [(run_id, user, started_with)] = started_runs()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/billetbro/runs/{run_id}")
    assert (user, started_with) == ("otto", conf)
    assert run_id.startswith(f"page__{form['action']}__otto__20")
    assert stored(acting) == [(form["action"], "otto", *target, None, run_id)]


def test_event_is_updated_alone(acting: Site, uuid: str) -> None:
    acting.post(acting.form(f"action=update&library=solbjerg&uuid={uuid}"))
    [(run_id, _, conf)] = started_runs()
    assert conf == {"libraries": ["solbjerg"], "events": [uuid], "mode": "sync"}
    assert stored(acting) == [("update", "otto", "solbjerg", uuid, None, run_id)]


def test_form_sent_twice_starts_one_run_and_leads_to_it(acting: Site) -> None:
    form = acting.form("action=update")
    first, second = acting.post(form), acting.post(form)
    assert (first.headers["Location"], len(started_runs()), len(stored(acting))) == (second.headers["Location"], 1, 1)


def test_form_whose_entry_was_lost_gets_it_when_it_is_sent_again(acting: Site) -> None:
    form = acting.form("action=update")
    acting.post(form)
    sql(acting, "DELETE FROM sync.actions")
    assert acting.post(form).status_code == 303
    assert (len(started_runs()), len(stored(acting))) == (1, 1)


def test_two_forms_start_two_runs(acting: Site) -> None:
    for _ in range(2):
        acting.post(acting.form("action=update"))
    assert (len(started_runs()), len(stored(acting))) == (2, 2)


@cases("path query", ("confirmation", "GET", "action=update"), ("form", "POST", "action=update"))
def test_paused_dag_is_said_and_nothing_is_stored(acting: Site, path: str, query: str) -> None:
    form = acting.form(query)
    pause(paused=True)
    try:
        answer = acting.post(form) if path == "POST" else acting.get(f"/actions/confirm?{query}")
    finally:
        pause(paused=False)
    assert (answer.status_code, "sat på pause i Airflow" in text_of(answer.text)) == (409, True)
    assert (started_runs(), stored(acting)) == ([], [])


def test_run_that_airflow_does_not_start_leaves_no_entry(acting: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    form = acting.form("action=update")
    monkeypatch.setenv("AIRFLOW__SCHEDULER__ALLOWED_RUN_ID_PATTERN", "^none$")
    answer = acting.post(form)
    assert (answer.status_code, "Airflow startede ingen kørsel" in text_of(answer.text)) == (503, True)
    assert (started_runs(), stored(acting)) == ([], [])


@cases("role", ("reader", "VIEWER"), ("somebody without a role", ""))
def test_who_may_not_start_the_dag_gets_403(acting: Site, role: str) -> None:
    form = acting.form("action=update&library=solbjerg")
    site = acting.as_person("otto", role)
    assert site.get("/actions/confirm?action=update&library=solbjerg").status_code == 403
    assert site.post(form).status_code == 403
    assert started_runs() == []


def test_nobody_goes_to_the_login_or_gets_401(acting: Site) -> None:
    form = acting.form("action=update")
    acting.client.cookies.clear()
    page, posted = acting.get("/actions/confirm?action=update"), acting.post(form)
    assert page.headers["Location"] == "/api/v2/auth/login?next=%2Fbilletbro%2Factions%2Fconfirm%3Faction%3Dupdate"
    assert (page.status_code, posted.status_code, started_runs()) == (303, 401, [])
    assert "Du er ikke logget ind" in text_of(posted.text)


def forged(**changed: str | None) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda form: {name: value for name, value in (form | changed).items() if value is not None}


@cases(
    "forge status",
    ("without a token", forged(token=None), 403),
    ("with an empty token", forged(token=""), 403),
    ("with another token", forged(token="Im90dG8i.abc.def"), 403),
    ("without a number", forged(number=None), 422),
    ("with markup as its number", forged(number="<script>"), 422),
    ("with an unknown action", forged(action="delete"), 422),
    ("with another library than shown", forged(library="solbjerg"), 409),
    ("with an unknown library", forged(library="<img src=x>"), 404),
    ("with an event of no library", forged(uuid="u1"), 422),
    ("with an unknown event", forged(library="solbjerg", uuid="<img src=x>"), 404),
    ("with a zero byte", forged(library="solbjerg", uuid="\x00"), 422),
    ("about something else than shown", forged(seen="0" * 24), 409),
)
def test_forged_form_does_nothing(acting: Site, forge: Callable[[dict[str, str]], dict[str, str]], status: int) -> None:
    answer = acting.post(forge(acting.form("action=update")))
    assert (answer.status_code, started_runs(), stored(acting)) == (status, [], [])
    assert "<img" not in answer.text
    assert "<script" not in answer.text


def test_form_of_another_person_does_nothing(acting: Site) -> None:
    form = acting.form("action=update")
    answer = acting.as_person("olga", "ADMIN").post(form)
    assert (answer.status_code, started_runs()) == (403, [])


def test_old_form_does_nothing(acting: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    form = acting.form("action=update")
    monkeypatch.setattr("billetbro_airflow.pages.forms.VALID_SECONDS", -1)
    answer = acting.post(form)
    assert (answer.status_code, "Formularen er for gammel" in text_of(answer.text), started_runs()) == (403, True, [])


def test_address_of_the_form_cannot_be_opened(acting: Site) -> None:
    answer = acting.get("/actions?action=update")
    assert (answer.status_code, started_runs()) == (405, [])


@cases(
    "query status",
    ("all of them", "action=update", 403),
    ("a library of others", "action=update&library=nordvig", 404),
    ("their own", "action=update&library=solbjerg", 200),
)
def test_person_of_one_library_acts_for_it_only(acting: Site, query: str, status: int) -> None:
    assert acting.as_person("lis", "USER").get(f"/actions/confirm?{query}").status_code == status


@cases(
    "query status",
    ("an action of an event for a library", "action=retry&library=solbjerg", 422),
    ("an action of a library for all", "action=allow_removals", 422),
    ("an event of a library's action", "action=allow_removals&library=solbjerg&uuid=u", 422),
    ("a plan that is not named", "action=carry_out", 422),
    ("an unknown plan", "action=carry_out&run=first", 404),
    ("an unknown event", "action=update&library=solbjerg&uuid=<b>x</b>", 404),
    ("removals that nothing stopped", "action=allow_removals&library=solbjerg", 409),
    ("an event of which staff changed nothing", "action=accept&library=solbjerg&uuid={uuid}", 409),
    ("nothing to overwrite", "action=overwrite&library=solbjerg&uuid={uuid}", 409),
    ("nothing refused", "action=retry&library=solbjerg&uuid={uuid}", 409),
    ("no action", "library=solbjerg", 422),
)
def test_action_without_a_point_is_refused(acting: Site, uuid: str, query: str, status: int) -> None:
    answer = acting.get(f"/actions/confirm?{query.format(uuid=uuid)}")
    assert answer.status_code == status
    assert "<b>" not in answer.text


def test_refused_event_is_tried_again_alone(acting: Site, uuid: str) -> None:
    sql(
        acting,
        "INSERT INTO sync.rejections (library, uuid, code, title, detail, first_seen_at, last_seen_at, last_run_id) "
        "VALUES ('solbjerg', :u, 'refused_by_place2book', 't', '<i>nej</i>', now(), now(), 'first')",
        u=uuid,
    )
    query = f"action=retry&library=solbjerg&uuid={uuid}"
    try:
        page = acting.get(f"/actions/confirm?{query}").text
        acting.post(acting.form(query))
    finally:
        sql(acting, "DELETE FROM sync.rejections WHERE uuid = :u AND code = 'refused_by_place2book'", u=uuid)
    assert "&lt;i&gt;nej&lt;/i&gt;" in page
    [(_, _, conf)] = started_runs()
    assert conf == {"libraries": ["solbjerg"], "events": [uuid], "mode": "sync"}


def test_event_whose_link_could_not_be_written_is_tried_again(acting: Site, uuid: str) -> None:
    sql(
        acting,
        "INSERT INTO sync.changes (run_id, library, uuid, title, kind, fields, why, status, error, planned_at, "
        "applying_at) VALUES ('first', 'solbjerg', :u, 't', 'write_back', '[]', 'x', 'failed', "
        """'{"key": "error.no_phone"}', now(), now())""",
        u=uuid,
    )
    try:
        assert "kunne ikke skrives til CMS" in acting.text(
            f"/actions/confirm?action=retry&library=solbjerg&uuid={uuid}"
        )
    finally:
        sql(acting, "DELETE FROM sync.changes WHERE run_id = 'first' AND status = 'failed' AND why = 'x'")


def test_drift_is_accepted_as_it_was_shown_and_no_longer_open(acting: Site, edited: str) -> None:
    query, before = f"action=accept&library=solbjerg&uuid={edited}", drift(acting)
    assert "&lt;b&gt;Ny&lt;/b&gt;" in acting.get(f"/actions/confirm?{query}").text
    form = acting.form(query)
    first, second = acting.post(form), acting.post(form)
    place = f"/billetbro/libraries/solbjerg/events/{edited}"
    assert [(one.status_code, one.headers["Location"]) for one in (first, second)] == [(303, place)] * 2
    [(action, who, _, about, fields, run_id)] = stored(acting)
    assert (action, who, about, run_id, started_runs()) == ("accept", "otto", edited, None, [])
    assert [(field["field"], field["new"]) for field in fields] == [("capacity", 7), ("name", "<b>Ny</b>")]
    assert acting.get(f"/actions/confirm?{query}").status_code == 409
    assert drift(acting) == before - 1
    with acting.engine.connect() as connection:
        assert [entry.why for entry in read_history(connection, "solbjerg", edited) if entry.kind == "asked"] == [
            "accept"
        ]


def test_drift_that_staff_changed_since_it_was_shown_is_not_accepted(acting: Site, edited: str) -> None:
    form = acting.form(f"action=accept&library=solbjerg&uuid={edited}")
    set_drift(acting, edited, {"name": "Endnu et", "capacity": 7})
    answer = acting.post(form)
    assert (answer.status_code, stored(acting)) == (409, [])
    assert "gælder ikke længere" in text_of(answer.text)


def test_drift_is_overwritten_by_a_resync_of_the_event_alone(acting: Site, edited: str) -> None:
    acting.post(acting.form(f"action=overwrite&library=solbjerg&uuid={edited}"))
    [(run_id, _, conf)] = started_runs()
    assert conf == {"libraries": ["solbjerg"], "events": [edited], "mode": "resync"}
    [(action, _, _, about, fields, of_run)] = stored(acting)
    assert (action, about, of_run, [field["old"] for field in fields]) == (
        "overwrite",
        edited,
        run_id,
        [7, "<b>Ny</b>"],
    )


def test_event_whose_prices_look_wrong_is_not_overwritten(acting: Site, edited: str) -> None:
    sql(
        acting,
        "INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, last_run_id) "
        "VALUES ('solbjerg', :u, 'price_unit_doubted', 't', now(), now(), 'first')",
        u=edited,
    )
    try:
        answer = acting.get(f"/actions/confirm?action=overwrite&library=solbjerg&uuid={edited}")
    finally:
        sql(acting, "DELETE FROM sync.rejections WHERE code = 'price_unit_doubted'")
    assert (answer.status_code, "i en anden enhed" in text_of(answer.text)) == (409, True)


def test_removals_that_were_stopped_are_allowed_once(acting: Site) -> None:
    reason = {"key": "blocked.empty", "values": {"number": 3}}
    sql(
        acting,
        "INSERT INTO sync.runs (run_id, library, mode, started_at, removals_blocked) "
        "VALUES ('stopped', 'solbjerg', 'sync', now(), CAST(:reason AS jsonb))",
        reason=json.dumps(reason),
    )
    try:
        assert "Listen over arrangementer er tom" in acting.text(
            "/actions/confirm?action=allow_removals&library=solbjerg"
        )
        form = acting.form("action=allow_removals&library=solbjerg")
        sql(
            acting,
            "UPDATE sync.runs SET removals_blocked = CAST(:other AS jsonb) WHERE run_id = 'stopped'",
            other=json.dumps({**reason, "values": {"number": 4}}),
        )
        assert acting.post(form).status_code == 409
        acting.post(acting.form("action=allow_removals&library=solbjerg"))
    finally:
        sql(acting, "DELETE FROM sync.runs WHERE run_id = 'stopped'")
    [(run_id, _, conf)] = started_runs()
    assert conf == {"libraries": ["solbjerg"], "events": [], "mode": "sync", "allow_mass_removal": True}
    assert stored(acting) == [("allow_removals", "otto", "solbjerg", None, None, run_id)]


@pytest.fixture
def planned(acting: Site, uuid: str) -> Iterator[str]:
    """Give a plan for one event that was asked of both libraries, of which one was not read."""
    sql(
        acting,
        "INSERT INTO sync.runs (run_id, library, mode, started_at, observed_at, events) VALUES "
        "('planned', 'solbjerg', 'plan', now(), now(), ARRAY[:u]), "
        "('planned', 'nordvig', 'plan', now(), null, ARRAY[:u])",
        u=uuid,
    )
    yield "planned"
    sql(acting, "DELETE FROM sync.runs WHERE run_id = 'planned'")


def test_plan_is_carried_out_for_what_it_was_for(acting: Site, planned: str, uuid: str) -> None:
    assert "lægger sin egen plan" in acting.text(f"/actions/confirm?action=carry_out&run={planned}")
    acting.post(acting.form(f"action=carry_out&run={planned}"))
    [(run_id, _, conf)] = started_runs()
    assert conf == {"libraries": ["solbjerg"], "events": [uuid], "mode": "sync"}
    assert stored(acting) == [("carry_out", "otto", "solbjerg", uuid, None, run_id)]


def test_plan_for_events_of_another_library_is_not_there(acting: Site, planned: str) -> None:
    sql(acting, "UPDATE sync.runs SET events = ARRAY['of another library'] WHERE run_id = 'planned'")
    assert acting.get(f"/actions/confirm?action=carry_out&run={planned}").status_code == 404


def test_plan_of_which_it_is_not_known_what_it_was_for_is_not_carried_out(acting: Site, planned: str) -> None:
    sql(acting, "UPDATE sync.runs SET events = null WHERE run_id = 'planned'")
    answer = acting.get(f"/actions/confirm?action=carry_out&run={planned}")
    assert (answer.status_code, "Lav en ny plan" in text_of(answer.text)) == (409, True)
