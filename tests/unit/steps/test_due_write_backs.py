"""What write-back decides by: the linked events that are asked for."""

from billetbro.steps.due_write_backs import WriteBackView, what_is_due, what_is_still_shown
from tests.unit.reconcile.builders import SALES, linked, standing, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW, RULES


def test_event_that_was_never_linked_is_neither_due_nor_shown_still() -> None:
    shown = wanted(link=f"{SALES}sec1")
    view = WriteBackView(snapshot=[shown], links={}, currents={}, sales_hosts=RULES.sales_hosts)
    assert (what_is_due(view, NOW), what_is_still_shown(view)) == ([], [])


def test_what_is_due_of_events_that_are_not_asked_for_is_nothing() -> None:
    event, links = standing(), {"a": linked()}
    view = WriteBackView(
        snapshot=[wanted()], links=links, currents={event.key: event}, sales_hosts=RULES.sales_hosts, events={"b"}
    )
    assert what_is_due(view, NOW) == []
