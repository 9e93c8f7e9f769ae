"""The tables that planners read first: none of what can be planned is missing in them."""

import re

import pytest

from billetbro.models import Kind
from billetbro.reconcile.operations import kinds_where
from billetbro.reconcile.planning import plan, prices, withdrawn_event
from tests.catalogues import of_family

TABLES = "\n".join(module.__doc__ or "" for module in (plan, prices, withdrawn_event))
PLANNED = kinds_where(lambda operation: not operation.sends_to_source)


@pytest.mark.parametrize("kind", PLANNED)
def test_tables_of_the_planner_name_every_kind_of_change(kind: Kind) -> None:
    assert re.search(rf"\b{kind.name}\b", TABLES) is not None


def test_tables_of_the_planner_name_codes_that_exist() -> None:
    named = set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", TABLES))
    assert named - of_family("rejection") == set()
    assert named >= {
        "begin_at_locked",
        "capacity_below_sold",
        "moved_event_maker",
        "removed_but_sold",
        "price_has_sales",
    }
