"""From when on Place2book is looked through for what may have to be found."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from billetbro.models import Kind, Link, LinkStatus, Mapped, Outcome, WriteInDoubt
from billetbro.reconcile.planning.owned_fields import written_time
from billetbro.steps.load.observe import earliest_sought
from tests.cases import cases
from tests.unit.reconcile.builders import WINDOW_START, linked, state_of, unwanted, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW

DAY = timedelta(days=1)
BEFORE = WINDOW_START - 3 * DAY


def began(**changes: Any) -> WriteInDoubt:
    sent = {"begin_at": written_time(BEFORE), "end_at": written_time(NOW + DAY)}
    values: dict[str, Any] = {"kind": Kind.CREATE, "event_id": None, "old": {}, "new": sent}
    of = {"change_id": 1, "uuid": "b", "title": "Udstilling", "event_maker": 5000, "price_id": None}
    return WriteInDoubt(**of, **values | changes)


OVER = {"begin_at": written_time(BEFORE), "end_at": written_time(NOW)}


@cases(
    "snapshot links begun expected",
    ("nothing", [], [], [], WINDOW_START),
    ("within the window", [wanted()], [], [], WINDOW_START),
    ("wanted", [wanted(starts_at=BEFORE)], [], [], BEFORE),
    ("wanted again", [wanted(starts_at=BEFORE)], [linked(status=LinkStatus.DELETED)], [], BEFORE),
    ("linked", [wanted(starts_at=BEFORE)], [linked()], [], WINDOW_START),
    ("over", [unwanted(Outcome.OVER, starts_at=BEFORE)], [], [], WINDOW_START),
    ("its create was begun", [], [], [began()], BEFORE),
    ("its create was begun, and it is over", [], [], [began(new=OVER)], WINDOW_START),
    ("another change was begun", [], [], [began(kind=Kind.UPDATE)], WINDOW_START),
)
def test_what_is_not_linked_is_sought_from_its_start_on(
    snapshot: list[Mapped], links: list[Link], begun: list[WriteInDoubt], expected: object
) -> None:
    state = replace(state_of(snapshot, links), writes_in_doubt=tuple(begun))
    assert earliest_sought(state) == expected
