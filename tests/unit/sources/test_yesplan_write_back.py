"""What is written into a venue's custom data, and what happens when it must not be."""

from dataclasses import replace

import pytest

from include.api.errors import Refused
from include.api.yesplan import YesplanClient
from include.models import SourceState, TicketStatus
from include.sandbox.server import Sandbox
from include.sandbox.yesplan_state import Installation
from tests.unit.sources.theatre import ADMIN, FROM, LINK, plan, source_of


def test_keyword_that_may_not_be_written_is_tried_at_three_events_and_not_at_all_of_them(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    theater.writable = frozenset({"ticket_link"})
    uuids = [plan(theater) for _ in range(6)]
    source = source_of(client)
    said = []
    for uuid in uuids:
        with pytest.raises(Refused) as raised:
            source.write_back(uuid, WRITTEN)
        said.append((raised.value.status, raised.value.said))
    assert said == [(403, "This API key may not write the custom data field ticket_state")] * 6
    assert len(sandbox.log.writes()) == 3
    source.write_back(uuids[0], replace(WRITTEN, changed=frozenset({"link"})))
    assert theater.get(uuids[0]).custom["ticket_link"] == LINK


def test_refusal_of_a_single_event_keeps_no_other_from_being_written(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    uuids = [plan(theater) for _ in range(8)]
    source = source_of(client)
    refused = 0
    for number, uuid in enumerate(uuids):
        if number % 2:
            sandbox.faults.add("yesplan:theater", "status", "PUT", uuid, code=403)
        try:
            source.write_back(uuid, WRITTEN)
        except Refused:
            refused += 1
    assert (refused, len(sandbox.log.writes())) == (4, 8)


WRITTEN = TicketStatus(
    state=SourceState.ACTIVE,
    link=LINK,
    admin_link=ADMIN,
    sold=3,
    available=237,
    changed=frozenset({"state", "link", "admin_link", "sold", "available"}),
)


EVERYTHING = {
    "ticket_link": LINK,
    "ticket_admin": ADMIN,
    "ticket_state": "I salg",
    "tickets_sold": 3,
    "tickets_available": 237,
}


@pytest.mark.parametrize(
    ("changed", "keywords"),
    [
        pytest.param(WRITTEN.changed, list(EVERYTHING), id="all"),
        pytest.param({"state"}, ["ticket_state"], id="state"),
        pytest.param({"sold", "available"}, ["tickets_sold", "tickets_available"], id="counts"),
        pytest.param(set(), [], id="nothing"),
    ],
)
def test_write_back_writes_what_has_changed_and_reads_it_back(
    sandbox: Sandbox, theater: Installation, client: YesplanClient, changed: set[str], keywords: list[str]
) -> None:
    event_id = plan(theater)
    before = dict(theater.get(event_id).custom)
    source = source_of(client)
    source.write_back(event_id, replace(WRITTEN, changed=frozenset(changed)))
    assert theater.get(event_id).custom == {**before, **{keyword: EVERYTHING[keyword] for keyword in keywords}}
    assert len(sandbox.log.writes()) == bool(keywords)
    (event,) = source.read(FROM)
    shown = {name: getattr(event, name) for name in WRITTEN.changed}
    assert shown == {name: getattr(WRITTEN, name) if name in changed else None for name in WRITTEN.changed}


def test_write_back_of_nothing_empties_what_stood_there(theater: Installation, client: YesplanClient) -> None:
    event_id = plan(theater)
    source = source_of(client)
    source.write_back(event_id, WRITTEN)
    source.write_back(event_id, TicketStatus(changed=frozenset({"link", "admin_link", "sold", "available"})))
    (event,) = source.read(FROM)
    assert (event.state, event.link, event.admin_link, event.sold, event.available) == (
        SourceState.ACTIVE,
        None,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("custom_data", "shows", "written"),
    [
        pytest.param({"sales_link": "ticket_link"}, ("link",), {"ticket_link": LINK}, id="one keyword"),
        pytest.param({"capacity": "ticketing_capacity"}, (), {}, id="none"),
    ],
)
def test_write_back_touches_configured_keywords_only(
    theater: Installation,
    client: YesplanClient,
    custom_data: dict[str, object],
    shows: tuple[str, ...],
    written: dict[str, str],
) -> None:
    event_id = plan(theater)
    before = dict(theater.get(event_id).custom)
    source = source_of(client, custom_data=custom_data)
    source.write_back(event_id, WRITTEN)
    assert theater.get(event_id).custom == {**before, **written}
    assert [event.shows for event in source.read(FROM)] == [shows]


def test_keyword_that_may_not_be_written_is_refused_and_nothing_is_written(
    theater: Installation, client: YesplanClient
) -> None:
    event_id = plan(theater)
    theater.writable = frozenset({"ticket_link"})
    with pytest.raises(Refused, match="may not write the custom data field ticket_") as raised:
        source_of(client).write_back(event_id, WRITTEN)
    assert (raised.value.status, "ticket_link" in theater.get(event_id).custom) == (403, False)
