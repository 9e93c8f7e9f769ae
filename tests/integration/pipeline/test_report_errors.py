"""What a report says of what went wrong: first what it means in Danish, then the error's own sentence."""

from include.pipeline.report import make_report
from include.sync.error_texts import IN_DANISH
from tests.integration.pipeline.harness import World


def after(lines: list[str], start: str) -> list[str]:
    """Return the line that begins so, without that, and the one after it, both without indentation."""
    number = next(number for number, line in enumerate(lines) if line.strip().startswith(start))
    return [lines[number].strip().removeprefix(start).strip(), lines[number + 1].strip()]


def test_report_tells_what_an_error_means_and_which_connection_it_was(world: World) -> None:
    world.add("Koncert")
    world.token = "wrong"
    made = make_report(world.engine, world.run().run_id)
    danish, english = after(made.text.splitlines(), "FEJL / ERROR (load):")
    assert danish == IN_DANISH["WrongCredentials"]
    assert english.startswith("Connection 'place2book' to 127.0.0.1:")
    assert made.summary.startswith("1 of 1 libraries failed: solbjerg: load: Connection 'place2book' to ")


def test_report_tells_of_each_change_that_was_not_carried_out(world: World) -> None:
    world.sandbox.faults.add("place2book", "status", "POST", code=400, body='{"message": "nej tak"}')
    world.add("Koncert")
    made = make_report(world.engine, world.run().run_id)
    lines = made.text.splitlines()
    assert "  Ikke gennemført / not carried out: 1" in lines
    number = lines.index("  Ikke gennemført / not carried out: 1")
    assert lines[number + 1].endswith(f"Koncert: {IN_DANISH['Refused']}")
    assert lines[number + 2].endswith("correct what it names, saying: nej tak.")


def test_error_that_was_mended_is_told_no_more(world: World) -> None:
    world.add("Koncert")
    world.sandbox.faults.add("place2book", "status", "GET", times=2)
    run = world.run(tries=2)
    assert (run.raised, world.record(run).errors, world.record(run).error_codes) == ({}, {}, {})
    assert "FEJL" not in make_report(world.engine, run.run_id).text
