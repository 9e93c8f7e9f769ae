"""Links that editors put on an event: every form of them, clones, and those of other events."""

from dataclasses import dataclass

import pytest

from billetbro.models import Mode
from sandbox.place2book_records import Event
from sandbox.place2book_rules import read_event, read_price
from tests.cases import cases
from tests.integration.steps.harness import DAY, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ADDRESS = {"name": "Salen", "address1": "Torvet 1", "postal_code": "2735", "city": "Solbjerg", "country": "DK"}


@dataclass(frozen=True, slots=True)
class AtStaffs:
    """An event as ticket staff have it, to compare it with later."""

    event: Event
    fields: dict[str, object]
    prices: dict[int, dict[str, object]]


def by_hand(world: World, name: str = "Koncert", seccode: str = "39pfs0v0xy", maker: int = 5000) -> AtStaffs:
    start = world.now().replace(microsecond=0) + 10 * DAY
    body = {
        "name": name,
        "begin_at": start.isoformat(),
        "end_at": (start + DAY / 12).isoformat(),
        "capacity": 80,
        "address": {**ADDRESS, "phone": ""},
        "sale_close_at": start.isoformat(),
        "bank_account_id": 7,
    }
    price = read_price({"name": "Voksen", "value": 10000, "maximum_count": 4})
    event = world.sandbox.place2book.create(maker, read_event(body), [price], seccode)
    return AtStaffs(event, event.fields.as_json(), shown_prices(event))


def shown_prices(event: Event) -> dict[int, dict[str, object]]:
    return {price.id: price.fields.as_json() for price in event.prices.values()}


def linked_to(url: str) -> dict[str, object]:
    return {"external_data": {"url": url, "admin_url": None}}


@cases(
    "link",
    ("sw2", "https://www.place2book.com/da/sw2/sales/39pfs0v0xy"),
    ("sw2, English", "https://www.place2book.com/en/sw2/sales/39pfs0v0xy"),
    ("sw2, http, without www", "http://place2book.com/da/sw2/sales/39pfs0v0xy"),
    ("workflow", "https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=39pfs0v0xy"),
    ("workflow, en", "https://place2book.com/en/sales_workflow/choose_tickets?seccode=39pfs0v0xy"),
    ("events", "http://place2book.com/events/39pfs0v0xy"),
    ("events, https, www", "https://www.place2book.com/events/39pfs0v0xy"),
    ("typed by hand", "www.place2book.com/da/sw2/sales/39pfs0v0xy/"),
)
def test_sales_link_in_any_form_adopts_its_event_as_it_stands(world: World, link: str) -> None:
    staffs = by_hand(world, name="Koncert i salen")
    uuid = world.add("Koncert", **linked_to(link))
    happened = world.run()
    assert (happened.raised, [write for write in happened.writes if write[0] == "place2book"]) == ({}, [])
    assert (world.ours()[uuid].event_id, world.sandbox.place2book.events) == (staffs.event.id, [staffs.event])
    assert (staffs.event.fields.as_json(), shown_prices(staffs.event)) == (staffs.fields, staffs.prices)
    assert world.run().writes == []


def test_adopted_event_follows_its_source_from_then_on_and_field_by_field(world: World) -> None:
    staffs = by_hand(world, name="Koncert i salen")
    uuid = world.publish("Koncert", **linked_to("http://place2book.com/events/39pfs0v0xy"))
    drift = world.rows("SELECT drift FROM sync.links")[0]["drift"]
    assert {name: drift[name] for name in ("name", "capacity")} == {"name": "Koncert i salen", "capacity": 80}
    world.after_edit(uuid, ticket_capacity=60)
    assert staffs.event.fields.as_json() == {**staffs.fields, "capacity": 60}
    assert shown_prices(staffs.event) == staffs.prices


def test_link_to_another_event_makers_event_is_unknown_and_leaves_it_alone(world: World) -> None:
    theirs = by_hand(world, maker=5100)
    uuid = world.add("Koncert", **linked_to("http://place2book.com/events/39pfs0v0xy"))
    assert (world.run().writes, world.ours(), world.open_rejections()) == ([], {}, {("Koncert", "unknown_sales_link")})
    found = (theirs.event.fields.as_json(), world.link_shown(uuid))
    assert found == (theirs.fields, "http://place2book.com/events/39pfs0v0xy")


def test_clones_of_an_event_that_is_not_linked_yet_share_nothing(world: World) -> None:
    staffs = by_hand(world)
    original = world.add("Koncert", **linked_to("http://place2book.com/events/39pfs0v0xy"))
    clones = [world.site.clone(original), world.site.clone(original)]
    for number, clone in enumerate(clones):
        start = world.now() + (20 + number) * DAY
        world.site.edit(clone, title=f"Koncert {number}", start=start, end=start + DAY)
    world.run()
    assert world.ours()[original].event_id == staffs.event.id
    assert len({link.event_id for link in world.ours().values()}) == 3
    assert len({world.link_shown(uuid) for uuid in (original, *clones)}) == 3
    assert (len(world.sandbox.place2book.events), world.run().writes) == (3, [])


def test_clone_of_a_clone_gets_an_event_of_its_own(world: World) -> None:
    uuids = [world.add("Koncert")]
    for _ in range(3):
        world.run()
        uuids.append(world.site.clone(uuids[-1]))
    world.run()
    assert len({link.event_id for link in world.ours().values()}) == len(uuids) == 4
    assert all(world.answers(world.link_shown(uuid)) for uuid in uuids)
    assert world.run().writes == []


def test_clone_whose_original_was_deleted_and_is_gone_from_place2book_gets_an_event_of_its_own(world: World) -> None:
    original = world.publish("Koncert", beside="Foredrag")
    stale = world.link_shown(original)
    world.after_edit(original, state="Cancelled")
    clone = world.publish("Koncert igen", **linked_to(str(stale)))
    assert (world.open_rejections(), world.link_shown(clone) == stale) == (set(), False)
    assert world.answers(world.link_shown(clone))


@pytest.mark.parametrize("pasted_into", ["a new event", "a linked event"])
def test_link_of_another_event_that_an_editor_pastes_is_not_taken_over(world: World, pasted_into: str) -> None:
    original, other = world.add("Koncert"), world.add("Foredrag")
    world.run()
    world.sandbox.place2book.buy(world.event_of(original).id)
    before = {uuid: world.event_of(uuid).id for uuid in (original, other)}
    pasted = linked_to(str(world.link_shown(original)))
    if pasted_into == "a new event":
        target = world.add("Teater", **pasted)
    else:
        target = other
        world.site.edit(other, **pasted)
    happened = world.run()
    assert (happened.raised, {uuid: world.event_of(uuid).id for uuid in (original, other)}) == ({}, before)
    found = (world.answers(world.link_shown(target)), world.link_shown(target) == world.link_shown(original))
    assert found == (True, False)
    assert len({link.event_id for link in world.ours().values()}) == len(world.ours())
    assert world.run().writes == []


def test_branch_that_moves_to_another_event_maker_keeps_its_events_and_creates_new_ones_there(world: World) -> None:
    first, event = world.sell("Koncert", branches=["Solbjerg Havn"])
    world.sandbox.place2book.buy(event.id)
    world.configure(place2book={"event_maker": 5000, "event_makers_by_branch": {"Solbjerg Havn": 5101}})
    second = world.add("Foredrag", branches=["Solbjerg Havn"])
    happened = world.after_edit(first, title="Stor koncert")
    assert (happened.raised, world.event_of(first).id, event.event_maker) == ({}, event.id, 5000)
    assert (world.event_of(second).event_maker, event.fields.name) == (5101, "Stor koncert")
    assert world.open_rejections() == {("Stor koncert", "moved_event_maker")}
    for mode in (Mode.SYNC, Mode.RESYNC):
        assert world.run(mode).writes == []
    world.configure(place2book={"event_maker": 5101})
    assert (world.run().raised, world.event_of(first).id, len(world.sandbox.place2book.events)) == ({}, event.id, 2)
