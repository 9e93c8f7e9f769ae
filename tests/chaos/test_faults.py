"""A sample of the faults in docs/reliability.md, tried again and compared with what stands there."""

from collections.abc import Iterator

import pytest

from demo.environment import EmbeddedPostgres
from sandbox.server import Sandbox
from tests.chaos.crashes import Course
from tests.chaos.document import told, written
from tests.chaos.faults import Trial
from tests.chaos.season import SEASON
from tests.chaos.world import Stage

pytestmark = [
    pytest.mark.long,
    # The children are forked while the sandbox's thread waits.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def trial(postgres: EmbeddedPostgres) -> Iterator[Trial]:
    with Sandbox() as sandbox:
        yield Trial(Course.played(Stage(postgres, sandbox), SEASON))


def test_fault_ends_as_the_document_says_and_is_forgotten_once_it_is_mended(trial: Trial) -> None:
    tried = list(trial.tried(every=25, first=4))
    assert [str(cell) for cell in tried if cell.wrong] == []
    # Whether the warehouse is right at once or within a day depends on the hour of the day in which it is tried.
    said, documented = told(tried), written()
    assert {place: one.partition(";")[0] for place, one in said.items()} == {
        place: documented[place].partition(";")[0] for place in said
    }
