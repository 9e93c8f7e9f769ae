"""How many examples the longest property tests are given: few, many with `make test-long`, or as many as one says.

The same ones each time; with PROPERTY_EXAMPLES=1000 a thousand other ones.
"""

import os

from hypothesis import HealthCheck, Phase, settings

WANTED = os.environ.get("PROPERTY_EXAMPLES", "few")


def given_examples(*, few: int, many: int, steps: int = 50) -> settings:
    """Return the settings of a test that is worth so many examples, each of a stateful one of so many steps."""
    counts = {"few": few, "many": many}
    return settings(
        max_examples=counts[WANTED] if WANTED in counts else int(WANTED),
        stateful_step_count=steps,
        derandomize=WANTED in counts,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
