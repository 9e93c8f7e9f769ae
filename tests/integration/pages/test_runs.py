"""The runs and what each did, to those who may see its libraries (behaviour 12)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from billetbro.models import Mode
from tests.cases import cases
from tests.integration.pages.site import Site, run_all, text_of

A_CHANGE = (
    "INSERT INTO sync.changes (run_id, library, uuid, title, event_maker, event_id, kind, fields, why, status, error, "
    "planned_at) VALUES ('made-up', :library, :uuid, :title, 5000, 1, 'update', "
    """'[{"field": "name", "old": "<i>Før</i>", "new": "<b>Nu</b>"}]', 'source_changed', :status, """
    "CAST(:error AS jsonb), now())"
)


def sql(site: Site, statement: str, *values: dict[str, object]) -> list[Any]:
    with site.engine.begin() as connection:
        found = connection.execute(text(statement), list(values) or None)
        return list(found.all()) if found.returns_rows else []


def add_runs(site: Site, number: int, mode: str = "sync", library: str = "solbjerg", prefix: str = "many") -> None:
    sql(
        site,
        "INSERT INTO sync.runs (run_id, library, mode, started_at, events) SELECT :prefix || n, :library, :mode, "
        "now() + n * interval '1 minute', '{}' FROM generate_series(1, :number) AS n",
        {"prefix": prefix, "library": library, "mode": mode, "number": number},
    )


@pytest.fixture
def runs(admin: Site) -> Iterator[Site]:
    """Give the pages; runs that a test adds go after it."""
    yield admin
    sql(admin, "DELETE FROM sync.runs WHERE run_id NOT IN ('first', 'second', 'a-plan')")
    sql(admin, "DELETE FROM sync.changes WHERE run_id = 'made-up'")
    sql(admin, "DELETE FROM sync.rejections WHERE first_run_id = 'made-up'")
    sql(admin, "DELETE FROM sync.actions")


def listed(site: Site, query: str = "") -> list[str]:
    """Return the ids of the runs on a page of the list."""
    answer = site.get(f"/runs{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'/billetbro/runs/([^"?]+)', answer.text)


def test_runs_are_listed_newest_first_with_what_they_did(runs: Site) -> None:
    assert listed(runs) == ["second", "first"]
    assert "Kørsler, nyeste først" in runs.text("/runs")


def test_list_is_paged_and_goes_on_where_the_page_before_ended(runs: Site) -> None:
    add_runs(runs, 30)
    first = listed(runs)
    assert first == [f"many{number}" for number in range(30, 5, -1)]
    assert '?library=&amp;mode=&amp;before=many6"' in runs.get("/runs").text
    assert listed(runs, "?before=many6") == [f"many{number}" for number in range(5, 0, -1)] + ["second", "first"]
    assert listed(runs, "?before=<b>gone</b>") == first


@cases(
    "query found",
    ("a library", "?library=nordvig", ["of-nordvig1", "second", "first"]),
    ("a mode", "?mode=plan", ["of-solbjerg1"]),
    ("both", "?library=nordvig&mode=plan", []),
    ("what the empty form sends", "?library=&mode=", ["of-solbjerg1", "of-nordvig1", "second", "first"]),
)
def test_list_is_filtered(runs: Site, query: str, found: list[str]) -> None:
    add_runs(runs, 1, library="nordvig", prefix="of-nordvig")
    add_runs(runs, 1, mode="plan", prefix="of-solbjerg")
    assert sorted(listed(runs, query)) == sorted(found)


@cases(
    "path status",
    ("an unknown library", "/runs?library=<b>x</b>", 404),
    ("an unknown mode", "/runs?mode=delete", 422),
    ("an unknown run", "/runs/%3Cb%3E", 404),
    ("a zero byte", "/runs/a%00b", 404),
    ("page 0", "/runs/first?page=0", 422),
    ("a library that the run has not", "/runs/first?library=herlev", 404),
)
def test_what_is_not_there_is_refused(runs: Site, path: str, status: int) -> None:
    answer = runs.get(path)
    assert (answer.status_code, "<b>" in answer.text) == (status, False)


def test_run_says_what_it_changed_field_by_field_and_links_to_the_event(runs: Site) -> None:
    page = runs.get("/runs/first?library=solbjerg").text
    ((uuid, title),) = sql(
        runs,
        "SELECT uuid, title FROM sync.changes WHERE run_id = 'first' AND library = 'solbjerg' AND kind = 'create' "
        "AND status = 'applied' ORDER BY id LIMIT 1",
    )
    assert f'<a href="/billetbro/libraries/solbjerg/events/{uuid}">' in page
    said = text_of(page)
    assert "oprettet i Place2book" in said
    assert "skrevet til CMS" in said
    assert f"navn: {title}" in said
    assert "lang beskrivelse: <p>" not in said
    assert ("Afvist i denne kørsel" in said, "Afvist i denne kørsel" in runs.text("/runs/second")) == (True, False)


def test_counts_of_a_run_are_those_of_its_changes(runs: Site) -> None:
    sql(runs, "INSERT INTO sync.runs (run_id, library, mode, started_at) VALUES ('made-up', 'solbjerg', 'sync', now())")
    row = {"library": "solbjerg", "uuid": "u1", "title": "Koncert", "error": None}
    error = '{"key": "error.no_phone"}'
    sql(runs, A_CHANGE, {**row, "status": "applied"}, {**row, "status": "failed", "error": error})
    sql(
        runs,
        "INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, first_run_id, "
        "last_run_id) "
        "VALUES ('solbjerg', 'u1', 'title_missing', 'Koncert', now(), now(), 'made-up', 'second')",
    )
    cells = re.findall(r'<td class="count[^"]*">([^<]*)</td>', runs.get("/runs?library=solbjerg").text)
    assert cells[:6] == ["1", "1", "0", "1", "1", "0"]
    said = runs.text("/runs/made-up")
    assert "Koncert : Arrangementet har ingen titel." in said
    assert "navn: <i>Før</i> → <b>Nu</b>" in said
    assert "[mislykket]" in said


def test_changes_of_a_run_are_paged(runs: Site) -> None:
    sql(runs, "INSERT INTO sync.runs (run_id, library, mode, started_at) VALUES ('made-up', 'solbjerg', 'sync', now())")
    row = {"library": "solbjerg", "status": "applied", "error": None}
    sql(runs, A_CHANGE, *({**row, "uuid": f"u{number}", "title": f"Nr. {number:03}"} for number in range(250)))
    first, second = runs.text("/runs/made-up"), runs.text("/runs/made-up?page=2")
    assert ("Nr. 000" in first, "Nr. 200" in first, "Nr. 200" in second, "Nr. 199" in second) == (
        True,
        False,
        True,
        False,
    )
    assert "page=2" in runs.get("/runs/made-up").text


@pytest.fixture(scope="module")
def plan(admin_of_module: Site) -> str:
    """Give a plan that was made of an edited event."""
    run_all("a-plan", Mode.PLAN)
    return "a-plan"


@pytest.fixture(scope="module")
def admin_of_module(synced: Any, airflow: Any) -> Site:
    return Site(client=airflow, engine=synced)


def test_plan_is_read_and_then_carried_out(plan: str, runs: Site) -> None:
    page = runs.get(f"/runs/{plan}").text
    assert "Det er en plan: intet er ændret." in text_of(page)
    assert 'href="/billetbro/actions/confirm?action=carry_out&amp;run=a-plan"' in page
    assert "Udfør planen" not in runs.as_person("lis", "VIEWER").text(f"/runs/{plan}")


def test_person_sees_the_parts_of_their_own_libraries_only(runs: Site) -> None:
    add_runs(runs, 1, library="nordvig", prefix="of-nordvig")
    sql(runs, "UPDATE sync.runs SET started_at = started_at WHERE run_id = 'first'")
    lis = runs.as_person("lis", "VIEWER")
    assert (lis.get("/runs/of-nordvig1").status_code, "of-nordvig1" in lis.get("/runs").text) == (404, False)
    assert lis.get("/runs/first?library=nordvig").status_code == 404
    said = lis.text("/runs/first")
    assert ("Solbjerg" in said, "Nordvig" in said) == (True, False)


def test_nobody_goes_to_the_login(site: Site) -> None:
    assert [site.get(path).status_code for path in ("/runs", "/runs/first")] == [303, 303]


def test_run_that_has_not_begun_says_so_and_who_asked_for_it(acting: Site) -> None:
    answer = acting.post(acting.form("action=plan&library=solbjerg"))
    path = answer.headers["Location"].removeprefix("/billetbro")
    said = acting.text(path)
    assert "Kørslen er ikke begyndt" in said
    assert "Kørslen venter på, at den forrige er færdig." in said
    assert "Bestilt af: otto. Vis plan." in said
    assert acting.as_person("lis", "VIEWER").get(path).status_code == 200
    sql(acting, "UPDATE sync.actions SET library = 'nordvig'")
    assert acting.get(path).status_code == 404


@cases(
    "state step said",
    ("running", "running", None, "Henter arrangementer"),
    ("further on", "running", "transformed_at", "Opdaterer Place2book"),
    ("failed", "failed", None, "Kørslen mislykkedes for mindst ét bibliotek eller ét trin."),
)
def test_run_says_what_is_under_way(acting: Site, state: str, step: str | None, said: str) -> None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import update

    run_id = acting.post(acting.form("action=update&library=solbjerg")).headers["Location"].rpartition("/")[2]
    times = "extracted_at, transformed_at" if step else "extracted_at"
    at = "now(), now()" if step else "null"
    sql(
        acting,
        f"INSERT INTO sync.runs (run_id, library, mode, started_at, {times}) "
        f"VALUES (:run, 'solbjerg', 'sync', now(), {at})",
        {"run": run_id},
    )
    with create_session() as session:
        session.execute(update(DagRun).where(DagRun.run_id == run_id).values(state=state))
    try:
        assert said in acting.text(f"/runs/{run_id}")
    finally:
        sql(acting, "DELETE FROM sync.runs WHERE run_id = :run", {"run": run_id})


@cases("path", ("the list", "/runs"), ("a run", "/runs/first"), ("one library of it", "/runs/first?library=solbjerg"))
def test_pages_have_one_heading_captions_and_labels_and_no_script_or_style(runs: Site, path: str) -> None:
    page = runs.get(path).text
    assert page.count("<h1>") == 1
    assert page.count("<table>") == page.count("<caption")
    assert ("<script" in page, "style=" in page, "http-equiv" in page) == (False, False, False)
    assert page.count("<select") <= page.count("<label>")
