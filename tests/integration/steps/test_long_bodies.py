"""A body that costs too much to be cleaned is cut, told of, and holds nobody up."""

import pytest

from billetbro.messages.plan import plan_text
from billetbro.models import Mode
from billetbro.reconcile.reasons import rejection_message
from billetbro.steps.report import make_report
from tests.integration.steps.harness import World

DEEP = "<div>" * 20_000 + "dybt"
LONG = "<p>" + "ord " * 30_000 + "</p>"


@pytest.mark.parametrize("body", [DEEP, LONG], ids=["deep", "long"])
def test_body_that_is_cut_is_warned_of_and_on_sale(world: World, body: str) -> None:
    uuid, other = world.add("Koncert", body=body), world.add("Foredrag", body="<p>Kort</p>")
    said = world.say.for_library("solbjerg").say(rejection_message("description_cut"))
    warning = ["  Til salg, men se efter: 1", f"    - Koncert: {said}"]
    plan = world.run(Mode.PLAN)
    first, second = world.run(), world.run()
    texts = [plan_text(world.engine, plan.run_id, world.say)]
    texts += [make_report(world.engine, run.run_id, world.say).text for run in (plan, first, second)]
    for shown in texts:
        lines = shown.splitlines()
        assert lines[lines.index(warning[0]) :][:2] == warning
    assert (first.raised, second.raised, second.writes, world.open_rejections()) == ({}, {}, [], set())
    assert all(world.answers(world.link_shown(one)) for one in (uuid, other))
    world.site.edit(uuid, body="<p>Kort</p>")
    assert "se efter" not in make_report(world.engine, world.run().run_id, world.say).text
