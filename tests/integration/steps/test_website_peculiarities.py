"""A website that does not show what it was sent, and a few events of it that cannot be written to."""

import pytest

from billetbro.models import Mode
from billetbro.steps.writeback import GIVE_UP_AFTER
from sandbox.cms_event import CmsEvent
from sandbox.cms_state import CmsSite
from tests.integration.steps.harness import World

pytestmark = pytest.mark.slow

SERVER = "cms:solbjerg"


@pytest.fixture
def rewriting(monkeypatch: pytest.MonkeyPatch) -> None:
    as_json = CmsSite.as_json

    def shown(site: CmsSite, event: CmsEvent) -> dict[str, object]:
        fields = as_json(site, event)
        external = fields.get("external_data")
        if isinstance(external, dict) and external.get("url"):
            url = str(external["url"]).replace("http://", "https://") + "/"
            fields["external_data"] = {"url": url, "admin_url": None}
        return fields

    monkeypatch.setattr(CmsSite, "as_json", shown)


@pytest.mark.usefixtures("rewriting")
def test_website_that_shows_the_links_in_its_own_form_is_written_to_once(world: World) -> None:
    uuid = world.add("Koncert")
    assert (SERVER, "PATCH") in world.run().writes
    assert (world.run().writes, world.run().writes) == ([], [])
    kept = world.site.get(uuid).fields["external_data"]
    world.sandbox.place2book.pause(world.event_of(uuid).id)
    assert (world.run().writes, world.run().writes) == ([(SERVER, "PATCH")], [])
    assert (world.state_shown(uuid), world.site.get(uuid).fields["external_data"]) == ("TicketSaleNotOpen", kept)


@pytest.mark.usefixtures("rewriting")
def test_website_whose_link_staff_emptied_gets_both_again(world: World) -> None:
    uuid = world.publish("Koncert")
    kept = world.site.get(uuid).fields["external_data"]
    assert world.after_edit(uuid, external_data={"url": None, "admin_url": None}).writes == [(SERVER, "PATCH")]
    assert world.site.get(uuid).fields["external_data"] == kept


@pytest.mark.usefixtures("rewriting")
def test_website_that_removes_a_cancelled_events_link_is_cleared_once(world: World) -> None:
    uuid = world.publish("Koncert", beside="Foredrag")
    world.after_edit(uuid, state="Cancelled")
    assert (world.link_shown(uuid), world.run().writes) == (None, [])


def test_events_that_cannot_be_written_to_do_not_keep_the_others_waiting(world: World) -> None:
    broken = [world.add(f"Umulig {number}", uuid=f"0{number}") for number in range(GIVE_UP_AFTER)]
    other = world.add("Koncert", uuid="1")
    assert set(world.after_fault(SERVER, "status", "PATCH", r"/events/0\d$", code=500).raised) == {"writeback"}
    assert world.link_shown(other) is None
    assert set(world.run().raised) == {"writeback"}
    assert world.answers(world.link_shown(other))
    assert world.after_repair().raised == {}
    assert all(world.answers(world.link_shown(uuid)) for uuid in broken)
    assert world.run().writes == []


def test_website_that_begins_to_send_ore_changes_no_price_until_somebody_says_that_it_is_meant(world: World) -> None:
    titles = ["Foredrag", "Koncert", "Teater"]
    uuids = [world.add(title, price=75) for title in titles]
    world.run()

    def values() -> list[int]:
        return [price.fields.value for uuid in uuids for price in world.event_of(uuid).prices.values()]

    for title, uuid in zip(titles, uuids, strict=True):
        category = {"uuid": f"category of {title}", "title": "Voksen", "price": {"currency": "DKK", "value": 7500}}
        world.site.edit(uuid, title=f"{title}!", ticket_categories=[category])
    new = world.add("Film", price=7500)
    run = world.run(by_hand=True)
    assert (run.raised, run.counted) == ({}, {("place2book", "PUT"): 3})
    assert (values(), new in world.ours()) == ([7500] * 3, False)
    assert world.open_rejections() == {
        (title, "price_unit_doubted") for title in ("Foredrag!", "Koncert!", "Teater!", "Film")
    }
    source = {"type": "dpl_cms", "conn_id": "cms_solbjerg", "price_unit": "minor"}
    world.configure(source=source)
    assert world.run().raised == {}
    assert (values(), world.event_of(new).fields.name, world.open_rejections()) == ([7500] * 3, "Film", set())
    world.configure(source={**source, "price_unit": "kroner"})
    world.run()
    assert (values(), len(world.open_rejections())) == ([7500] * 3, 4)
    world.run(Mode.RESYNC)
    assert (values(), world.open_rejections()) == ([750000] * 3, set())
