"""A library goes live on its page, and is paused there (behaviour 16)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from billetbro.store.live_libraries import Live, pause_live, read_live
from demo.environment import make_live
from tests.integration.pages.site import Site, forget_runs

PAGE = "/libraries/solbjerg"


@pytest.fixture
def paused(admin: Site) -> Iterator[Site]:
    """Give the pages while Solbjerg is not live."""
    with admin.engine.begin() as connection:
        pause_live(connection, ["solbjerg"])
    yield admin
    forget_runs(admin.engine)
    make_live(admin.engine, ["solbjerg"])


def live(site: Site) -> Live:
    with site.engine.connect() as connection:
        return read_live(connection, ["solbjerg"])["solbjerg"]


def test_library_goes_live_and_is_paused_on_its_page(paused: Site) -> None:
    for path in ("/", PAGE):
        assert "Ikke i drift: kørsler viser kun, hvad de ville gøre." in paused.text(path)
    form = paused.form("action=go_live&library=solbjerg")
    assert live(paused) is Live.NEVER_SAID
    answer = paused.post(form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/billetbro{PAGE}")
    assert (live(paused), "Ikke i drift" in paused.text(PAGE)) == (Live.YES, False)
    assert paused.post(form).status_code == 409
    assert paused.post(paused.form("action=pause_live&library=solbjerg")).status_code == 303
    assert live(paused) is Live.NEVER_SAID
    with paused.engine.connect() as connection:
        rows = connection.execute(text("SELECT action, asked_by, library, run_id FROM sync.actions ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [
        ("go_live", "otto", "solbjerg", None),
        ("pause_live", "otto", "solbjerg", None),
    ]


@pytest.mark.parametrize("role", ["VIEWER"])
def test_reader_who_may_not_start_runs_lets_nothing_go_live(paused: Site, role: str) -> None:
    form = paused.form("action=go_live&library=solbjerg")
    assert paused.as_person("lis", role).post(form).status_code == 403
    assert live(paused) is Live.NEVER_SAID
    paused.as_person("otto", "ADMIN")


def test_health_waits_for_no_library_that_nobody_let_go_live(paused: Site) -> None:
    from billetbro_airflow.pages import health

    health._kept.cache_clear()
    with paused.engine.begin() as connection:
        connection.execute(
            text("UPDATE sync.runs SET loaded_at = loaded_at - interval '1 day' WHERE library = 'solbjerg'")
        )
    try:
        told = paused.client.get("/billetbro/health").json()["libraries"]["solbjerg"]
        assert (told["live"], told["too_old"]) == (False, False)
        health._kept.cache_clear()
        make_live(paused.engine, ["solbjerg"])
        told = paused.client.get("/billetbro/health").json()["libraries"]["solbjerg"]
        assert (told["live"], told["too_old"]) == (True, True)
    finally:
        with paused.engine.begin() as connection:
            connection.execute(
                text("UPDATE sync.runs SET loaded_at = loaded_at + interval '1 day' WHERE library = 'solbjerg'")
            )
        health._kept.cache_clear()
