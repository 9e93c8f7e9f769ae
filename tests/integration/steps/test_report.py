"""What a report says of what was done, and of what went wrong."""

from datetime import datetime

import pytest

from billetbro.messages.field_lines import TIMEZONE
from billetbro.messages.plan import plan_text
from billetbro.models import Mode
from billetbro.models.page_addresses import PageAddresses
from billetbro.reconcile.reasons import rejection_message
from billetbro.steps.report import make_report
from tests.cases import cases
from tests.integration.steps.harness import World

pytestmark = pytest.mark.thorough

ALL_WELL = "Det gik godt for alle biblioteker."
NOT_FOUND = "Ingen biblioteker fejlede, men ikke alle arrangementer blev fundet."


def test_report_tells_what_an_error_means_and_which_connection_it_was(world: World) -> None:
    world.add("Koncert")
    world.token = "wrong"
    made = make_report(world.engine, world.run().run_id, world.say)
    (said,) = [line.strip() for line in made.text.splitlines() if line.startswith("  FEJL (load): ")]
    said = said.removeprefix("FEJL (load): ")
    assert said.startswith("Forbindelsen 'place2book' til 127.0.0.1:")
    assert made.summary == f"1 af 1 bibliotek fejlede: solbjerg: load: {said}"


def test_report_tells_of_each_change_that_was_not_carried_out(world: World) -> None:
    world.sandbox.faults.add("place2book", "status", "POST", code=400, body='{"message": "nej tak"}')
    world.add("Koncert")
    made = make_report(world.engine, world.run().run_id, world.say)
    lines = made.text.splitlines()
    assert "  Ikke gennemført: 1" in lines
    number = lines.index("  Ikke gennemført: 1")
    assert lines[number + 1].endswith("ret det, som svaret nævner. Svaret var: nej tak.")


def test_error_that_was_mended_is_told_no_more(world: World) -> None:
    world.add("Koncert")
    world.sandbox.faults.add("place2book", "status", "GET", times=2)
    run = world.run(tries=2)
    assert (run.raised, world.record(run).errors, world.record(run).error_codes) == ({}, {}, {})
    assert "FEJL" not in make_report(world.engine, run.run_id, world.say).text


def test_report_is_in_the_language_that_is_asked_for(world: World) -> None:
    world.add("Koncert")
    run = world.run()
    danish, english = (make_report(world.engine, run.run_id, say) for say in (world.say, world.say_in("en")))
    assert [line for line in (*danish.rest, *english.rest) if " læst" in line or " read" in line] == [
        "  1 arrangement læst, 1 koblet til Place2book",
        "  1 event read, 1 linked to Place2book",
    ]
    assert (danish.summary, english.summary) == (ALL_WELL, "Every library went well.")


def test_report_tells_what_became_what_as_staff_read_it(world: World) -> None:
    edited, drifted, cancelled = (world.add(title) for title in ("Koncert", "Foredrag", "Bogcafé"))
    world.run()
    event = world.event_of(drifted)
    world.sandbox.place2book.staff_edit_price(event.id, next(iter(event.prices)), value=5000)
    world.site.edit(edited, title="Stor koncert", body="<p>Nyt</p>")
    world.site.edit(cancelled, state="Cancelled")
    lines = [line.strip() for line in make_report(world.engine, world.run().run_id, world.say).text.splitlines()]
    told = [line.partition("  ")[2] for line in lines if line.startswith("- ") and "  " in line]
    assert [line.partition("; billetlink")[0] for line in told if "http" not in line] == [
        "Stor koncert: navn: Koncert -> Stor koncert; lang beskrivelse: ændret",
        "Bogcafé  (arrangementet er aflyst i CMS)",
        "Foredrag: pris ”Voksen”, beløb: 100,00 kr. -> 50,00 kr.",
    ]


def test_report_plan_and_sync_warn_of_a_copy_that_nobody_saw_to_which_is_no_rejection(website: World) -> None:
    original = website.publish("Koncert")
    copies = [website.site.clone(original), website.site.clone(original)]
    said = website.say.for_library("solbjerg").say(rejection_message("still_cloned"))
    warning = ["  Til salg, men se efter: 2", "    - Koncert - cloned", f"    - Koncert - cloned: {said}"]
    plan = website.run(Mode.PLAN)
    texts = [plan_text(website.engine, plan.run_id, website.say)]
    for happened in (plan, website.run()):
        made = make_report(website.engine, happened.run_id, website.say)
        assert (made.failures, made.summary) == ((), ALL_WELL)
        texts.append(made.text)
    for shown in texts:
        lines = shown.splitlines()
        assert lines[lines.index(warning[0]) :][:3] == warning
        assert "Afvist" not in shown
    found = (website.open_rejections(), [website.answers(website.link_shown(copy)) for copy in copies])
    assert found == (set(), [True, True])
    for number, copy in enumerate(copies):
        website.site.edit(copy, title=f"Koncert {number}")
    assert "se efter" not in make_report(website.engine, website.run().run_id, website.say).text


@cases(
    "asked unknown summary",
    ("all events", (), (), ALL_WELL),
    ("events that are or were there", ("known", "left"), (), ALL_WELL),
    ("some that never were", ("known", "1b671a64", "mistyped"), ("1b671a64", "mistyped"), NOT_FOUND),
)
def test_report_of_a_run_for_some_events_names_those_that_nobody_knows(
    world: World, asked: tuple[str, ...], unknown: tuple[str, ...], summary: str
) -> None:
    uuids = {"known": world.add("Koncert"), "left": world.add("Foredrag")}
    world.run()
    world.site.remove(uuids["left"])
    events = [uuids.get(name, name) for name in asked]
    made = make_report(world.engine, world.run(by_hand=True, events=events).run_id, world.say, events)
    lines = [line for line in made.text.splitlines() if "Intet arrangement hos kørslens biblioteker har uuid" in line]
    named = tuple(line.partition("uuid ")[2].partition(";")[0] for line in lines)
    assert (named, made.not_found, made.summary, made.failures) == (unknown, tuple(lines), summary, ())


def test_report_of_a_run_for_some_events_doubts_none_of_them_when_a_library_was_not_read(seeded: World) -> None:
    seeded.passwords["solbjerg"] = "wrong"
    run = seeded.run(by_hand=True, events=["1b671a64"])
    made = make_report(seeded.engine, run.run_id, seeded.say, ["1b671a64"])
    assert (made.failures, made.not_found, "1b671a64" in made.text) == (("solbjerg",), (), False)


PAGES = PageAddresses("https://airflow.bib.example/")


def test_report_begins_with_a_summary_that_names_open_rejections(world: World) -> None:
    world.add("Koncert")
    world.add("Uden pladser", ticket_capacity=None)
    made = make_report(world.engine, world.run().run_id, world.say, pages=PAGES)
    assert made.head == (
        f"{ALL_WELL} 1 afvisning er åben.",
        "1 bibliotek, 2 arrangementer læst, 1 koblet til Place2book.",
        "Oprettet: 1, Skrevet til CMS: 1",
        "Det hele: https://airflow.bib.example/billetbro/runs/run%201",
    )
    assert made.failures == ()


def test_report_names_what_needs_action_with_date_title_and_page(world: World) -> None:
    uuid = world.add("Uden pladser", ticket_capacity=None)
    made = make_report(world.engine, world.run().run_id, world.say, pages=PAGES)
    (start,) = [row["at"] for row in world.rows("SELECT mapped ->> 'starts_at' AS at FROM sync.source_events")]
    shown = datetime.fromisoformat(start).astimezone(TIMEZONE).strftime("%d.%m.%Y %H:%M")
    assert made.needs == (
        "== solbjerg == kræver handling",
        "  Afvist, kræver handling: 1",
        f"    - {shown}  Uden pladser  https://airflow.bib.example/billetbro/libraries/solbjerg/events/{uuid}",
        "      Der mangler et antal billetter. Skriv i CMS, hvor mange billetter der skal sættes til salg (mindst 1).",
    )
    assert [line for line in made.rest if "Uden pladser" in line] == []


def test_report_of_failed_libraries_names_them_first_and_says_why_where_action_is_named(seeded: World) -> None:
    seeded.token = "wrong"
    made = make_report(seeded.engine, seeded.run().run_id, seeded.say)
    assert made.head[0].partition(" afvisning")[0].startswith("2 af 2 biblioteker fejlede: nordvig, solbjerg.")
    assert "Forbindelsen" not in made.head[0]
    assert len([line for line in made.needs if line.startswith("  FEJL (load): Forbindelsen 'place2book'")]) == 2
