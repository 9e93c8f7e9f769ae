"""A sample of what `make chaos` tries: the process or PostgreSQL dies at some of the points of some hours."""

from collections.abc import Iterator

import pytest

from billetbro.models import Kind
from demo.environment import ROOT, EmbeddedPostgres
from sandbox.server import Sandbox
from tests.chaos.crashes import Course, tried
from tests.chaos.story import HOURS
from tests.chaos.world import Stage

pytestmark = [
    pytest.mark.long,
    # The children are forked while the sandbox's thread waits.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def course(postgres: EmbeddedPostgres) -> Iterator[Course]:
    with Sandbox() as sandbox:
        yield Course.played(Stage(postgres, sandbox))


def test_hours_have_every_kind_of_change_and_hundreds_of_points(course: Course) -> None:
    kinds = {row["kind"] for row in course.world.rows("SELECT DISTINCT kind FROM sync.changes")}
    assert kinds == {kind.value for kind in Kind}
    assert len(course.points()) >= 300


def test_process_killed_at_any_point_leaves_nothing_that_one_clean_run_does_not_put_right(course: Course) -> None:
    assert [str(one) for one in tried(course, 37, course.kill, first=3) if one.wrong] == []


def test_database_that_crashes_at_any_point_loses_nothing_that_the_next_runs_need(course: Course) -> None:
    assert [str(one) for one in tried(course, 190, course.restart_database, first=30) if one.wrong] == []


@pytest.mark.parametrize("second", [hour.second for hour in HOURS if hour.second])
def test_second_run_is_allowed_only_where_a_rule_counts_runs(second: str) -> None:
    assert second in " ".join((ROOT / "docs" / "behaviour.md").read_text(encoding="utf-8").split())
