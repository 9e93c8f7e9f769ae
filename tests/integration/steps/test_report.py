"""What a report says of what was done, and of what went wrong: what it means in Danish, then the error's sentence."""

import pytest

from billetbro.messages.explanations import explain
from billetbro.messages.plan import plan_text
from billetbro.models import Mode
from billetbro.steps.report import ALL_WELL, NOT_FOUND, make_report
from tests.integration.steps.harness import World

pytestmark = pytest.mark.thorough


def after(lines: list[str], start: str) -> list[str]:
    """Return the line that begins so, without that, and the one after it, both without indentation."""
    number = next(number for number, line in enumerate(lines) if line.strip().startswith(start))
    return [lines[number].strip().removeprefix(start).strip(), lines[number + 1].strip()]


def test_report_tells_what_an_error_means_and_which_connection_it_was(world: World) -> None:
    world.add("Koncert")
    world.token = "wrong"
    made = make_report(world.engine, world.run().run_id, world.words_of)
    danish, english = after(made.text.splitlines(), "FEJL / ERROR (load):")
    assert danish.startswith("Forbindelsen 'place2book' til 127.0.0.1:")
    assert english.startswith("Connection 'place2book' to 127.0.0.1:")
    assert made.summary.startswith(f"1 af 1 bibliotek fejlede: solbjerg: load: {danish} / ")
    assert f" / 1 of 1 library failed: solbjerg: load: {english}" in made.summary


def test_report_tells_of_each_change_that_was_not_carried_out(world: World) -> None:
    world.sandbox.faults.add("place2book", "status", "POST", code=400, body='{"message": "nej tak"}')
    world.add("Koncert")
    made = make_report(world.engine, world.run().run_id, world.words_of)
    lines = made.text.splitlines()
    assert "  Ikke gennemført / not carried out: 1" in lines
    number = lines.index("  Ikke gennemført / not carried out: 1")
    assert lines[number + 1].endswith("ret det, som svaret nævner. Svaret var: nej tak.")
    assert lines[number + 2].endswith("correct what it names, saying: nej tak.")


def test_error_that_was_mended_is_told_no_more(world: World) -> None:
    world.add("Koncert")
    world.sandbox.faults.add("place2book", "status", "GET", times=2)
    run = world.run(tries=2)
    assert (run.raised, world.record(run).errors, world.record(run).error_codes) == ({}, {}, {})
    assert "FEJL" not in make_report(world.engine, run.run_id, world.words_of).text


def test_report_tells_what_became_what_in_both_languages(world: World) -> None:
    edited, drifted, cancelled = (world.add(title) for title in ("Koncert", "Foredrag", "Bogcafé"))
    world.run()
    event = world.event_of(drifted)
    world.sandbox.place2book.staff_edit_price(event.id, next(iter(event.prices)), value=5000)
    world.site.edit(edited, title="Stor koncert", body="<p>Nyt</p>")
    world.site.edit(cancelled, state="Cancelled")
    lines = [line.strip() for line in make_report(world.engine, world.run().run_id, world.words_of).text.splitlines()]
    told = [line.partition("  ")[2] for line in lines if line.startswith("- ") and "  " in line]
    assert [line.partition("; billetlink")[0] for line in told if "http" not in line] == [
        "Stor koncert: navn / name: Koncert -> Stor koncert; lang beskrivelse / long description: ændret / changed",
        "Bogcafé  (arrangementet er aflyst i CMS / the source event is cancelled)",
        "Foredrag: pris ”Voksen”, beløb / price “Voksen”, amount: 100,00 kr. -> 50,00 kr.",
    ]


def test_report_plan_and_sync_warn_of_a_copy_that_nobody_saw_to_which_is_no_rejection(website: World) -> None:
    original = website.add("Koncert")
    website.run()
    copies = [website.site.clone(original), website.site.clone(original)]
    said = explain("still_cloned", website.words_of("solbjerg"))
    warning = [
        "  Til salg, men se efter / on sale, but have a look: 2",
        "    - Koncert - cloned",
        f"    - Koncert - cloned: {said.da}",
        f"      {said.en}",
    ]
    plan = website.run(Mode.PLAN)
    texts = [plan_text(website.engine, plan.run_id, website.words_of)]
    for happened in (plan, website.run()):
        made = make_report(website.engine, happened.run_id, website.words_of)
        assert (made.failures, made.summary) == ((), ALL_WELL)
        texts.append(made.text)
    for shown in texts:
        lines = shown.splitlines()
        assert lines[lines.index(warning[0]) :][:4] == warning
        assert "Afvist" not in shown
    assert (website.open_rejections(), [website.answers(website.link_shown(copy)) for copy in copies]) == (
        set(),
        [True, True],
    )
    for number, copy in enumerate(copies):
        website.site.edit(copy, title=f"Koncert {number}")
    assert "se efter" not in make_report(website.engine, website.run().run_id, website.words_of).text


@pytest.mark.parametrize(
    ("asked", "unknown", "summary"),
    [
        pytest.param((), (), ALL_WELL, id="all events"),
        pytest.param(("known", "left"), (), ALL_WELL, id="events that are or were there"),
        pytest.param(("known", "1b671a64", "mistyped"), ("1b671a64", "mistyped"), NOT_FOUND, id="some that never were"),
    ],
)
def test_report_of_a_run_for_some_events_names_those_that_nobody_knows(
    world: World, asked: tuple[str, ...], unknown: tuple[str, ...], summary: str
) -> None:
    uuids = {"known": world.add("Koncert"), "left": world.add("Foredrag")}
    world.run()
    world.site.remove(uuids["left"])
    events = [uuids.get(name, name) for name in asked]
    made = make_report(world.engine, world.run(by_hand=True, events=events).run_id, world.words_of, events)
    lines = [line for line in made.text.splitlines() if "No event of the run's libraries has the uuid" in line]
    named = tuple(line.partition("uuid ")[2].partition(";")[0] for line in lines)
    assert (named, made.not_found, made.summary, made.failures) == (unknown, tuple(lines), summary, ())


def test_report_of_a_run_for_some_events_doubts_none_of_them_when_a_library_was_not_read(seeded: World) -> None:
    seeded.passwords["solbjerg"] = "wrong"
    run = seeded.run(by_hand=True, events=["1b671a64"])
    made = make_report(seeded.engine, run.run_id, seeded.words_of, ["1b671a64"])
    assert (made.failures, made.not_found, "1b671a64" in made.text) == (("solbjerg",), (), False)
