"""What is written into a venue's Yesplan, and what becomes of it where the key may not write every keyword."""

from datetime import UTC, datetime

import pytest

from billetbro.steps.due_sales import libraries_due
from billetbro.steps.request import RunRequest
from billetbro.steps.sale_windows import Followed, follow_sale_windows
from sandbox.yesplan_state import Installation
from tests.integration.steps.harness import HOUR, World
from tests.integration.steps.venue import VENUE

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ON_SALE = ["Kameliadamen", "Nøddeknækkeren", "Nøddeknækkeren", "Åbent hus bag scenen"]
WRITES_BACK = (f"yesplan:{VENUE}", "PUT")


def installation(world: World) -> Installation:
    return world.sandbox.yesplan[VENUE]


def shown(world: World, name: str) -> dict[str, object]:
    custom = installation(world).find(name).custom
    return {keyword: custom.get(keyword) for keyword in ("ticket_state", "tickets_sold", "tickets_available")}


def look(world: World, now: datetime) -> Followed | None:
    world.ahead = now - datetime.now(UTC)
    with world.apis_of("solbjerg") as (source, client):
        return follow_sale_windows(world.library_run(RunRequest(run_id=f"at {now}")), source, client)


def test_tickets_sold_and_left_are_written_when_they_change_and_only_they(theater: World) -> None:
    theater.run()
    event = theater.sandbox.place2book.find("Kameliadamen")
    link = installation(theater).find("Kameliadamen").custom["ticket_link"]
    installation(theater).writable = frozenset({"tickets_sold", "tickets_available"})
    bought, silent = theater.after_sale(event.id, quantity=3), theater.run()
    assert (bought.raised, bought.writes, silent.writes) == ({}, [WRITES_BACK], [])
    assert shown(theater, "Kameliadamen") == {"ticket_state": "I salg", "tickets_sold": 3, "tickets_available": 237}
    assert installation(theater).find("Kameliadamen").custom["ticket_link"] == link


def test_event_that_sells_out_says_so_and_a_word_of_the_staff_stays(theater: World) -> None:
    theater.run()
    state = installation(theater)
    uuid = state.find("Åbent hus bag scenen").id
    state.edit(uuid, ticket_state="Få pladser")
    assert theater.run().writes == []
    theater.after_sale(theater.event_of(uuid).id, quantity=80)
    found = shown(theater, "Åbent hus bag scenen")
    assert found == {"ticket_state": "Udsolgt", "tickets_sold": 80, "tickets_available": 0}


def test_event_with_more_sold_than_there_is_room_for_shows_that_nothing_is_left(theater: World) -> None:
    theater.run()
    event = theater.sandbox.place2book.find("Kameliadamen")
    theater.sandbox.place2book.buy(event.id, quantity=4)
    theater.after_staff_edit(event.id, capacity=1)
    assert (event.available, theater.run().writes) == (-3, [])
    assert shown(theater, "Kameliadamen") == {"ticket_state": "Udsolgt", "tickets_sold": 4, "tickets_available": 0}


def test_event_that_staff_sell_without_limit_shows_no_number_of_tickets_left(theater: World) -> None:
    theater.run()
    event = theater.sandbox.place2book.find("Kameliadamen")
    theater.after_staff_edit(event.id, capacity="∞")
    assert (event.available, theater.run().writes) == (200_000, [])
    assert shown(theater, "Kameliadamen") == {"ticket_state": "I salg", "tickets_sold": 0, "tickets_available": ""}


def test_sale_that_opens_between_two_hours_is_shown_within_minutes(theater: World) -> None:
    theater.run()
    event = theater.sandbox.place2book.find("Kameliadamen")
    opens = theater.now().replace(microsecond=0) + HOUR
    theater.after_staff_edit(event.id, sale_open_at=opens.isoformat())
    before = shown(theater, "Kameliadamen")["ticket_state"]
    theater.ahead = 2 * HOUR
    assert libraries_due(theater.engine, theater.now()) == {"solbjerg"}
    assert look(theater, theater.now()) == Followed(read=1, written=1, refused=0)
    assert (before, shown(theater, "Kameliadamen")["ticket_state"]) == ("Ikke i salg", "I salg")


def test_keyword_that_the_key_may_not_write_is_one_rejection_for_each_event_until_it_may(theater: World) -> None:
    state = installation(theater)
    writable = state.writable
    state.writable = writable - {"ticket_admin"}
    first, second = theater.run(), theater.run()
    assert (first.raised, second.raised) == ({}, {})
    refused = {(name, "cms_refused") for name in ON_SALE}
    assert theater.open_rejections() == refused | {("Visekoncert", "price_not_a_number")}
    said = theater.rows("SELECT DISTINCT detail FROM sync.rejections WHERE code = 'cms_refused'")
    assert said == [{"detail": "This API key may not write the custom data field ticket_admin"}]
    state.writable = writable
    theater.run()
    assert theater.open_rejections() == {("Visekoncert", "price_not_a_number")}
    assert theater.run().writes == []


def test_keyword_that_the_key_may_not_write_keeps_no_link_from_its_event(theater: World) -> None:
    state = installation(theater)
    state.writable = state.writable - {"ticket_admin"}
    theater.run()
    assert {name: theater.answers(str(state.find(name).custom["ticket_link"])) for name in ON_SALE} == dict.fromkeys(
        ON_SALE, True
    )
    uuid = state.find("Kameliadamen").id
    state.edit(uuid, ticket_state="Ring til os")
    second = theater.run()
    assert (second.raised, second.writes) == ({}, [WRITES_BACK] * 3)
    shown = state.get(uuid).custom
    assert (shown["ticket_state"], "ticket_admin" in shown) == ("Ring til os", False)


def test_address_that_the_key_may_not_write_stays_due(theater: World) -> None:
    state = installation(theater)
    writable = state.writable
    state.writable = writable - {"ticket_link"}
    theater.run()
    custom = state.find("Kameliadamen").custom
    before = ("ticket_link" in custom, "ticket_admin" in custom)
    assert theater.run().writes == [WRITES_BACK] * 3
    state.writable = writable
    assert theater.run().writes == [WRITES_BACK] * len(ON_SALE)
    assert (before, theater.answers(str(custom["ticket_link"]))) == ((False, True), True)
    assert theater.run().writes == []


def test_state_that_the_key_may_not_write_is_written_once_it_may(theater: World) -> None:
    state = installation(theater)
    writable = state.writable
    state.writable = writable - {"ticket_state"}
    theater.run()
    custom = state.find("Kameliadamen").custom
    before = (custom["tickets_available"], "ticket_state" in custom)
    state.writable = writable
    assert theater.run().writes == [WRITES_BACK] * len(ON_SALE)
    assert (before, custom["ticket_state"]) == ((240, False), "I salg")
    assert theater.run().writes == []


def test_state_that_changes_while_the_key_may_not_write_it_is_written_once_it_may(theater: World) -> None:
    theater.run()
    state = installation(theater)
    writable, uuid = state.writable, state.find("Åbent hus bag scenen").id
    state.writable = writable - {"ticket_state"}
    theater.after_sale(theater.event_of(uuid).id, quantity=80)
    before = shown(theater, "Åbent hus bag scenen")
    state.writable = writable
    theater.run()
    sold_out = {"ticket_state": "Udsolgt", "tickets_sold": 80, "tickets_available": 0}
    assert (before, shown(theater, "Åbent hus bag scenen")) == ({**sold_out, "ticket_state": "I salg"}, sold_out)
    assert theater.run().writes == []


def test_address_in_the_place_of_another_that_the_key_may_not_write_is_written_once_it_may(theater: World) -> None:
    state = installation(theater)
    writable, uuid = state.writable, state.find("Kameliadamen").id
    state.edit(uuid, ticket_admin="https://admin.example/7")
    state.writable = writable - {"ticket_admin"}
    theater.run()
    before = state.get(uuid).custom["ticket_admin"]
    state.writable = writable
    theater.run()
    link = theater.ours()[uuid]
    now = str(state.get(uuid).custom["ticket_admin"])
    assert (before, now.endswith(f"/events/{link.event_id}")) == ("https://admin.example/7", True)
    assert theater.run().writes == []


def test_link_that_is_cleared_in_part_takes_the_rest_along_once_it_may_be_written(theater: World) -> None:
    theater.run()
    state = installation(theater)
    event, writable = state.find("Kameliadamen"), state.writable
    emptied = dict.fromkeys(("ticket_link", "ticket_admin", "tickets_sold", "tickets_available"), "")
    state.writable = writable - {"ticket_admin", "tickets_sold"}
    state.edit(event.id, status="Option")
    theater.run()
    left = {keyword: event.custom[keyword] != "" for keyword in emptied}
    still = theater.run()
    refused = {("Kameliadamen", "cms_refused"), ("Visekoncert", "price_not_a_number")}
    assert (still.raised, theater.open_rejections()) == ({}, refused)
    state.writable = writable
    assert (theater.run().writes, list(left.values())) == ([WRITES_BACK], [False, True, True, False])
    assert {keyword: event.custom[keyword] for keyword in emptied} == emptied
    assert (theater.run().writes, theater.open_rejections()) == ([], refused - {("Kameliadamen", "cms_refused")})


def test_state_that_the_key_may_not_write_between_two_hours_stays_due_and_the_counts_go_along(theater: World) -> None:
    theater.run()
    event = theater.sandbox.place2book.find("Kameliadamen")
    opens = theater.now().replace(microsecond=0) + HOUR
    theater.after_staff_edit(event.id, sale_open_at=opens.isoformat())
    theater.sandbox.place2book.staff_edit(event.id, capacity=300)
    state = installation(theater)
    writable = state.writable
    state.writable = writable - {"ticket_state"}
    refused, after = look(theater, opens + HOUR / 30), shown(theater, "Kameliadamen")
    assert refused == Followed(read=1, written=0, refused=1)
    assert after == {"ticket_state": "Ikke i salg", "tickets_sold": 0, "tickets_available": 300}
    assert look(theater, opens + HOUR / 10) == Followed(read=1, written=0, refused=1)
    state.writable = writable
    assert look(theater, opens + HOUR / 5) == Followed(read=1, written=1, refused=0)
    assert shown(theater, "Kameliadamen") == {**after, "ticket_state": "I salg"}
    assert (theater.open_rejections(), theater.run().writes) == ({("Visekoncert", "price_not_a_number")}, [])
