"""A process of its own that runs hours of some libraries; what it is to know comes in on its standard input as JSON."""

import json
import sys
from itertools import count
from types import SimpleNamespace
from typing import Any

from billetbro.settings.libraries import Library
from billetbro.store.database import connect
from tests.integration.steps.harness import World


def told_of(world: World, name: int, order: list[str], hours: int) -> str:
    """Return what a process has to know to run these libraries, in this order, for so many hours."""
    sandbox = world.sandbox
    addresses = ("place2book_url", "place2book_token", "cms_urls", "cms_users", "yesplan_urls")
    told: dict[str, Any] = {address: getattr(sandbox, address) for address in addresses}
    told["keys"] = {venue: state.api_key for venue, state in sandbox.yesplan.items()}
    told["database"] = world.engine.url.render_as_string(hide_password=False)
    told["libraries"] = [library.model_dump(mode="json") for library in world.libraries.values()]
    return json.dumps({**told, "name": name, "order": order, "hours": hours})


def main() -> None:
    """Run the hours and print what they raised."""
    told = json.load(sys.stdin)
    reach = SimpleNamespace(**told, log=SimpleNamespace(entries=[]))
    reach.yesplan = {venue: SimpleNamespace(api_key=key) for venue, key in told["keys"].items()}
    libraries = {library["id"]: Library.model_validate(library) for library in told["libraries"]}
    world = World(reach, connect(told["database"]), libraries)  # type: ignore[arg-type]
    world._numbers = count(told["name"] * 1000)
    raised = [world.run(libraries=told["order"]).raised for _ in range(told["hours"])]
    print([{step: str(error) for step, error in one.items()} for one in raised if one])


if __name__ == "__main__":
    main()
