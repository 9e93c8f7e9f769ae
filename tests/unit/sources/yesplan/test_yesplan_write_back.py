"""What is written into a venue's custom data, and what happens when it must not be."""

from dataclasses import replace

import pytest

from billetbro.api.yesplan.client import YesplanClient
from billetbro.errors import NotFound, PartlyRefused, Refused
from billetbro.models import SourceState, TicketStatus
from sandbox.server import Sandbox
from sandbox.yesplan_state import Installation
from tests.cases import cases
from tests.unit.sources.yesplan.theatre import ADMIN, FROM, LINK, plan, source_of


def test_keyword_that_may_not_be_written_keeps_no_other_from_being_written_and_is_tried_once(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    theater.writable = frozenset(EVERYTHING) - {"ticket_admin", "ticket_state"}
    uuids = [plan(theater) for _ in range(3)]
    source = source_of(client)
    requests = []
    for uuid in uuids:
        sandbox.log.clear()
        with pytest.raises(
            PartlyRefused, match=r"yesplan_theater.* may not write 'ticket_admin', 'ticket_state'"
        ) as told:
            source.write_back(uuid, WRITTEN)
        assert (told.value.status, told.value.fields) == (403, frozenset({"admin_link", "state"}))
        found = {name: theater.get(uuid).custom.get(name) for name in EVERYTHING}
        assert found == {**EVERYTHING, "ticket_admin": None, "ticket_state": None}
        requests.append(len(sandbox.log.writes()))
    assert requests == [1 + len(EVERYTHING), 1, 1]


def test_keyword_that_may_not_be_written_is_named_though_yesplan_does_not(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    sandbox.faults.add("yesplan:theater", "status", "PUT", times=2, code=403, body='{"message": "Forbidden"}')
    with pytest.raises(PartlyRefused) as told:
        source_of(client).write_back(plan(theater), WRITTEN)
    assert (told.value.fields, told.value.said) == (frozenset({"state"}), "ticket_state: Forbidden")


BOTH = "; ".join(f"This API key may not write the custom data field tickets_{one}" for one in ("available", "sold"))


def test_keywords_none_of_which_may_be_written_are_tried_at_three_events_and_not_at_all_of_them(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    theater.writable = frozenset({"ticket_link"})
    uuids = [plan(theater) for _ in range(6)]
    source = source_of(client)
    counts = replace(WRITTEN, changed=frozenset({"sold", "available"}))
    said = []
    for uuid in uuids:
        with pytest.raises(Refused) as raised:
            source.write_back(uuid, counts)
        said.append((type(raised.value), raised.value.status, raised.value.said))
    assert said == [(Refused, 403, BOTH)] * 6
    assert len(sandbox.log.writes()) == 3 * 3
    source.write_back(uuids[0], replace(WRITTEN, changed=frozenset({"link"})))
    assert theater.get(uuids[0]).custom["ticket_link"] == LINK


def test_value_that_a_field_does_not_take_keeps_no_other_from_being_written_and_is_tried_at_each_event(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    source = source_of(client)
    for uuid in [plan(theater) for _ in range(2)]:
        sandbox.faults.add("yesplan:theater", "status", "PUT", uuid, times=2, code=422, body='{"message": "No option"}')
        with pytest.raises(PartlyRefused) as told:
            source.write_back(uuid, WRITTEN)
        found = (told.value.status, told.value.fields, told.value.said)
        assert found == (422, frozenset({"state"}), "ticket_state: No option")
        assert theater.get(uuid).custom["ticket_link"] == LINK
    assert len(sandbox.log.writes()) == 2 * (1 + len(EVERYTHING))


def test_event_that_is_gone_is_asked_for_once(sandbox: Sandbox, theater: Installation, client: YesplanClient) -> None:
    uuid = plan(theater)
    theater.remove(uuid)
    with pytest.raises(NotFound):
        source_of(client).write_back(uuid, WRITTEN)
    assert len(sandbox.log.writes()) == 1


def test_refusal_of_a_single_event_keeps_no_other_from_being_written(
    sandbox: Sandbox, theater: Installation, client: YesplanClient
) -> None:
    uuids = [plan(theater) for _ in range(8)]
    source = source_of(client)
    refused = []
    for number, uuid in enumerate(uuids):
        if number % 2:
            sandbox.faults.add("yesplan:theater", "status", "PUT", uuid, code=403)
        try:
            source.write_back(uuid, WRITTEN)
        except Refused as error:
            refused.append((number, type(error)))
    assert refused == [(number, Refused) for number in (1, 3, 5, 7)]
    assert [theater.get(uuid).custom.get("ticket_link") for uuid in uuids] == [LINK, None] * 4


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


@cases(
    "changed keywords",
    ("all", WRITTEN.changed, list(EVERYTHING)),
    ("state", {"state"}, ["ticket_state"]),
    ("counts", {"sold", "available"}, ["tickets_sold", "tickets_available"]),
    ("nothing", set(), []),
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
    found = (event.state, event.link, event.admin_link, event.sold, event.available)
    assert found == (SourceState.ACTIVE, None, None, None, None)


@cases(
    "custom_data shows written",
    ("one keyword", {"sales_link": "ticket_link"}, ("link",), {"ticket_link": LINK}),
    ("none", {"capacity": "ticketing_capacity"}, (), {}),
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
