"""How a story is told: the same ones each time, or, with PROPERTY_EXAMPLES=1000, as many other ones."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def tell(story: type[RuleBasedStateMachine], *, usually: int, steps: int) -> int:
    """Let a state machine go on for so many steps, usually so often, and return how often it did."""
    often = int(os.environ.get("PROPERTY_EXAMPLES", usually))
    run_state_machine_as_test(
        story,
        settings=settings(
            max_examples=often,
            stateful_step_count=steps,
            derandomize="PROPERTY_EXAMPLES" not in os.environ,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return often
