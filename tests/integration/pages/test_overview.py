"""The overview, and the health that a monitoring system asks for (behaviour 12)."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from billetbro_airflow.pages import health
from tests.integration.pages.conftest import SettingsOf
from tests.integration.pages.site import Site


def test_the_overview_is_danish_and_says_so_of_its_times(admin: Site) -> None:
    said = admin.text("/")
    assert "Oversigt" in said
    assert "Alle tider er dansk tid" in said
    assert "Solbjerg" in said


def test_runs_of_all_libraries_are_offered_to_who_sees_all_and_may_start_them(site: Site) -> None:
    offered = 'href="/billetbro/actions/confirm?action=update"'
    people = {"otto": "ADMIN", "vera": "VIEWER", "lis": "USER"}
    assert [offered in site.as_person(*person).get("/").text for person in people.items()] == [True, False, False]


def test_english_is_one_click_away_and_stays(admin: Site) -> None:
    first = admin.get("/")
    assert '<html lang="da">' in first.text
    assert 'href="?lang=en"' in first.text
    assert '<html lang="en">' in admin.get("/?lang=en").text
    assert '<html lang="en">' in admin.get("/").text


def test_an_open_rejection_stands_on_top_until_it_is_resolved(admin: Site) -> None:
    with admin.engine.begin() as connection:
        number = connection.scalar(
            text("SELECT count(*) FROM sync.rejections WHERE library = 'solbjerg' AND resolved_at IS NULL")
        )
    assert number
    assert f"Solbjerg Bibliotek ({number})" in admin.text("/").partition("Biblioteker")[0]


def test_a_failed_library_is_named_with_its_error(admin: Site) -> None:
    with admin.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sync.runs (run_id, library, mode, started_at, errors) VALUES "
                "('failed', 'solbjerg', 'sync', now(), "
                """'{"extract": {"key": "error.no_events", "values": {}}}')"""
            )
        )
    try:
        assert "Sidste kørsel mislykkedes:" in admin.text("/")
    finally:
        with admin.engine.begin() as connection:
            connection.execute(text("DELETE FROM sync.runs WHERE run_id = 'failed'"))


def test_health_names_ids_and_ages_only_and_needs_no_login(site: Site) -> None:
    health._kept.cache_clear()
    answer = site.client.get("/billetbro/health")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], sorted(told["libraries"])) == ("ok", ["nordvig", "solbjerg"])
    assert all(set(one) == {"age_seconds", "too_old", "live"} for one in told["libraries"].values())


def test_health_is_503_when_one_librarys_last_good_run_is_too_old(site: Site) -> None:
    _age_runs(site, timedelta(hours=4))
    try:
        health._kept.cache_clear()
        with site.engine.connect() as c:
            print(c.execute(text("select library,mode,started_at,loaded_at,errors, now() from sync.runs")).all())
        answer = site.client.get("/billetbro/health")
        assert (answer.status_code, answer.json()["libraries"]["solbjerg"]["too_old"]) == (503, True)
        assert answer.json()["libraries"]["nordvig"]["too_old"] is False
    finally:
        _age_runs(site, -timedelta(hours=4))
        health._kept.cache_clear()


def test_health_is_503_when_the_database_does_not_answer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = '{"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "schema": "none"}'
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", nowhere)
    health._kept.cache_clear()
    answer = site.client.get("/billetbro/health")
    health._kept.cache_clear()
    assert (answer.status_code, answer.json()) == (503, {"status": "no_database", "libraries": {}})


def test_health_is_503_when_the_settings_have_a_mistake(site: Site, settings_of: SettingsOf) -> None:
    with settings_of(lambda entries: [entries[0], {**entries[1], "timezone": "Nowhere"}]):
        health._kept.cache_clear()
        answer = site.client.get("/billetbro/health")
    health._kept.cache_clear()
    assert (answer.status_code, answer.json()) == (503, {"status": "mistake_in_settings", "libraries": {}})


def test_overview_without_a_warehouse_still_shows_what_needs_somebody(
    admin: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = '{"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "schema": "none"}'
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_WAREHOUSE", nowhere)
    said = admin.text("/")
    assert ("Salgstallene kan ikke læses lige nu" in said, "Afviste arrangementer:" in said) == (True, True)


def test_what_comes_from_outside_is_escaped(admin: Site) -> None:
    error = """{"extract": {"key": "<img src=x onerror=alert(1)>", "values": {}}}"""
    insert = (
        "INSERT INTO sync.runs (run_id, library, mode, started_at, errors) VALUES ('forged', 'solbjerg', 'sync', now(),"
    )
    with admin.engine.begin() as connection:
        connection.execute(text(f"{insert} CAST(:error AS jsonb))"), {"error": error})
    try:
        page = admin.get("/").text
    finally:
        with admin.engine.begin() as connection:
            connection.execute(text("DELETE FROM sync.runs WHERE run_id = 'forged'"))
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def _age_runs(site: Site, age: timedelta) -> None:
    with site.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE sync.runs SET loaded_at = loaded_at - :age, started_at = started_at - :age "
                "WHERE library = 'solbjerg'"
            ),
            {"age": age},
        )
