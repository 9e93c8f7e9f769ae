"""The pages as people see and use them, in Chromium (behaviour 12)."""

from collections.abc import Callable
from itertools import product
from urllib.parse import quote

import pytest

from tests.browser.addresses import KINDS, addresses
from tests.browser.person import Person
from tests.browser.running import Running, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.long]

Opened = Callable[..., Person]
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 740}}


def test_nobody_is_sent_to_the_login_and_comes_back_to_the_page(person: Opened) -> None:
    visitor = person(None)
    visitor.page.goto("/billetbro/?lang=en")
    visitor.fill_in_login("admin")
    assert visitor.page.url.endswith("/billetbro/?lang=en")
    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Overview"


def test_the_pages_stand_in_airflows_own_navigation(person: Opened) -> None:
    operator = person("admin")
    operator.page.goto("/")
    operator.page.get_by_role("link", name="Billetbro").or_(
        operator.page.get_by_role("button", name="Billetbro")
    ).first.click()
    shown = operator.page.frame_locator("iframe[title='Billetbro']")
    heading = shown.get_by_role("heading", level=1)
    heading.wait_for()
    assert heading.inner_text() == "Oversigt"


def test_a_person_of_one_library_sees_that_one_and_those_that_are_for_all(person: Opened) -> None:
    seen = {name: person(name).page.locator("main").inner_text() for name in ("admin", "nora", "lis")}
    assert [("Nordvig" in text, "Solbjerg" in text) for text in seen.values()] == [
        (True, True),
        (True, True),
        (False, True),
    ]


@pytest.mark.parametrize(("kind", "size", "scheme"), [*product(KINDS, SIZES, ("light", "dark"))])
def test_page_fits_the_screen_and_has_no_fault_that_keeps_anybody_out(
    person: Opened, running: Running, kind: str, size: str, scheme: str
) -> None:
    reader = person("admin", viewport=SIZES[size], color_scheme=scheme)
    answer = reader.page.goto(addresses(running)[kind])
    assert (answer and answer.status, reader.faults(), reader.sticks_out()) == (200, [], False)


def test_update_that_an_editor_asks_for_is_confirmed_runs_in_airflow_and_names_who_asked(
    person: Opened, running: Running
) -> None:
    before = len(running.runs())
    editor = person("nora")
    editor.page.goto("/billetbro/libraries/nordvig")
    editor.page.get_by_role("link", name="Hent opdateringer nu").click()
    assert len(running.runs()) == before
    editor.page.get_by_role("button", name="Hent opdateringer nu").click()
    editor.page.wait_for_url("**/billetbro/runs/**")
    started = running.runs()[-1]
    assert (len(running.runs()), started["conf"]["libraries"]) == (before + 1, ["nordvig"])
    assert started["triggering_user_name"] == "nora"
    wait_for(lambda: running.state_of(quote(started["dag_run_id"], safe="")) == "success")
    editor.page.goto("/billetbro/runs")
    assert "nora" in editor.page.locator("main").inner_text()


def test_plan_is_made_read_and_carried_out(person: Opened, running: Running) -> None:
    operator = person("admin")
    operator.page.goto("/billetbro/libraries/solbjerg")
    operator.page.get_by_role("link", name="Vis plan").click()
    operator.page.get_by_role("button", name="Vis plan").click()
    operator.page.wait_for_url("**/billetbro/runs/**")
    planned = running.runs()[-1]
    wait_for(lambda: running.state_of(quote(planned["dag_run_id"], safe="")) == "success")
    operator.page.reload()
    operator.page.locator("a[href*='carry_out']").first.click()
    operator.page.locator("main form button").click()
    operator.page.wait_for_url("**/billetbro/runs/**")
    carried_out = running.runs()[-1]
    assert [planned["conf"]["mode"], carried_out["conf"]["mode"]] == ["plan", "sync"]


def test_a_reader_is_offered_no_action_and_refused_one(person: Opened) -> None:
    reader = person("lis")
    reader.page.goto("/billetbro/libraries/solbjerg")
    assert reader.page.locator("a[href*='/actions/']").count() == 0
    answer = reader.page.goto("/billetbro/actions/confirm?action=update&library=solbjerg")
    assert answer
    assert answer.status == 403
    assert "Du har ikke adgang til siden" in reader.page.locator("main").inner_text()


def test_a_person_of_another_library_does_not_find_this_one(person: Opened) -> None:
    answer = person("lis").page.goto("/billetbro/libraries/nordvig")
    assert answer
    assert answer.status == 404


def test_a_forged_form_starts_nothing(person: Opened, running: Running) -> None:
    before = len(running.runs())
    editor = person("nora")
    editor.page.goto("/billetbro/actions/confirm?action=update&library=nordvig")
    editor.page.locator("input[name=token]").evaluate("field => { field.value = 'forged' }")
    editor.page.locator("main form button").click()
    editor.page.get_by_text("Formularen er for gammel eller ikke din").wait_for()
    assert len(running.runs()) == before


def test_page_works_without_scripts_and_by_keyboard(person: Opened) -> None:
    reader = person("admin")
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.page.goto("/billetbro/")
    assert reader.page.locator("script").count() == 0
    assert [url for url in asked if not url.startswith(reader.address)] == []
