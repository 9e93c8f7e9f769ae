"""One event while its changes are carried out."""

from billetbro.models import Change, Kind
from billetbro.reconcile.operations.operation import EventState
from tests.cases import cases
from tests.unit.reconcile.builders import linked, standing


@cases(
    "key price_id number",
    ("that was created", "cat-1", None, 11),
    ("that was changed", "cat-1", 11, 11),
    ("that was deleted", "cat-2", 12, 12),
    ("that is none", None, None, None),
)
def test_price_of_a_change_has_its_number(key: str | None, price_id: int | None, number: int | None) -> None:
    change = Change(
        kind=Kind.CREATE_PRICE, uuid="a", title="", event_maker=5000, event_id=1, price_key=key, price_id=price_id
    )
    event = EventState(mapped=None, link=linked(), current=standing())

    assert event.price_of(change) == number


def test_answer_that_shows_no_prices_leaves_those_that_were_known() -> None:
    event = EventState(mapped=None, link=None, current=standing())

    assert event.update_current(standing(name="Nyt navn", prices=None)) == standing(name="Nyt navn") == event.current
