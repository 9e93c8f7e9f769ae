"""What a librarian and an engineer read of a plan: event by event, field by field."""

from billetbro.messages.field_lines import TIMEZONE
from billetbro.messages.plan import plan_text
from billetbro.models import Mode
from billetbro.steps.report import make_report
from tests.integration.steps.harness import DAY, World

ADULT = {"uuid": "c1", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
PURCHASES = "  Køb er ikke en del af en plan; de hentes først af en rigtig kørsel."


def test_plan_reads_event_by_event_and_field_by_field(world: World) -> None:
    start = (world.now() + 9 * DAY).replace(microsecond=0)
    uuid = world.add(
        "Koncert", ticket_categories=[ADULT], start=start, body="<p>Kom og hør koncerten i den store sal</p>"
    )
    world.run()
    world.site.edit(
        uuid,
        title="Stor koncert",
        body="<p>Kom og hør koncerten i den lille sal</p>",
        ticket_categories=[{**ADULT, "price": {"currency": "DKK", "value": 75.5}}],
        external_data=None,
    )
    world.add("Uden antal", ticket_capacity=None)
    plan = world.run(Mode.PLAN)
    link = world.ours()[uuid].sales_location
    admin = f"{world.sandbox.place2book_url}/da/event_makers/5000/events/{world.ours()[uuid].event_id}"
    lines = plan_text(world.engine, plan.run_id, world.say).splitlines()
    assert [line for line in lines if "<a href=" not in line] == [
        "== solbjerg == PLAN: intet er ændret",
        "  3 ændringer planlagt, 0 holdt tilbage, 1 arrangement",
        PURCHASES,
        "",
        f"  {start.astimezone(TIMEZONE):%d.%m.%Y %H:%M}  Stor koncert",
        "    RET i Place2book",
        "      (arrangementet er ændret i CMS)",
        "      navn: Koncert -> Stor koncert",
        "      lang beskrivelse:",
        "    RET en pris ”Voksen”",
        "      (billetkategorien er ændret i CMS)",
        "      beløb: 100,00 kr. -> 75,50 kr.",
        "    SKRIV til CMS",
        "      (CMS viser noget andet end Place2book)",
        f"      billetlink: - -> {link}",
        f"      link for personalet: - -> {admin}",
        "",
        "  Afvist, kræver handling: 1",
        "    - Uden antal: Der mangler et antal billetter. Skriv i CMS, hvor mange billetter der skal sættes til salg "
        "(mindst 1).",
    ]
    assert [line[:65] for line in lines if "<a href=" in line] == [
        "        - <p>Kom og hør koncerten i den store sal</p> <p><a href=",
        "        + <p>Kom og hør koncerten i den lille sal</p> <p><a href=",
    ]


def test_plan_with_nothing_to_do_says_so(world: World) -> None:
    world.publish("Koncert")
    plan = world.run(Mode.PLAN)
    nothing = "  Intet at gøre: alt er, som det skal være."
    heading = "== solbjerg == PLAN: intet er ændret"
    assert plan_text(world.engine, plan.run_id, world.say).splitlines() == [heading, nothing, PURCHASES]


def test_plan_text_of_a_run_that_never_was_says_so(world: World) -> None:
    assert plan_text(world.engine, "no such run", world.say) == "Der er ingen plan."


def test_report_of_a_plan_holds_the_plan_and_what_was_skipped(world: World) -> None:
    world.add("Koncert")
    world.add("Uden billetter", ticket_categories=[])
    plan = world.run(Mode.PLAN)
    made = make_report(world.engine, plan.run_id, world.say)
    shown = plan_text(world.engine, plan.run_id, world.say).splitlines()
    lines = list(made.rest)
    assert (lines[0], lines[2 : len(shown) + 1]) == (shown[0], shown[1:])
    assert lines[len(shown) + 1 :][:3] == ["", "  Sprunget over: 1", "    - Uden billetter"]
    assert made.failures == ()
