"""A website's login is tried before it is needed, with what changes nothing, and never in a quiet hour."""

from typing import Any

import pytest
from alembic import command

from billetbro.models import Mode
from billetbro.steps.request import RunRequest
from billetbro.store.database import lineage
from billetbro.store.schema.metadata import metadata
from sandbox.place2book_rules import read_event
from tests.cases import cases
from tests.integration.steps.harness import HOUR, Happened, World
from tests.integration.steps.test_source_failures import READING, SERVER, said
from tests.integration.steps.twins.pair import SOLBJERG, twins_of
from tests.integration.steps.venue import VENUE

ADDRESS = {"address1": "Torvet 1", "postal_code": "2735", "city": "Solbjerg", "phone": "", "country": "DK"}
PUT_RIGHT = ("at the site", "in the connection")
GOOD = [(SERVER, 404)]
NOT_ACCEPTED = (
    READING + "did not accept the login (status {}) when asked whether the login may write; "
    "correct the password or token in the connection."
)


def site_changes_its_password(world: World) -> None:
    site = world.sandbox.cms["solbjerg"]
    world.passwords["solbjerg"] = site.password
    site.password = "made-up-new"


def put_right(world: World, where: str) -> None:
    site, known = world.sandbox.cms["solbjerg"], world.passwords.pop("solbjerg")
    if where == "at the site":
        site.password = known


def place2book_requests(happened: Happened) -> list[str]:
    return [r.path for r in happened.requests if r.server == "place2book" and not r.path.endswith("/purchases")]


def test_login_is_tried_once_for_each_library_in_the_first_run_and_in_no_quiet_one(seeded: World) -> None:
    first, second, third = seeded.run(), seeded.run(), seeded.run()
    assert sorted(first.tried) == [("cms:nordvig", 404), (SERVER, 404)]
    assert [(run.raised, run.tried, run.writes) for run in (second, third)] == [({}, [], [])] * 2


@pytest.mark.parametrize(("leader", "follower"), [(SOLBJERG, VENUE), (VENUE, SOLBJERG)], ids=["library", "theatre"])
def test_login_of_a_website_is_tried_once_and_its_twins_key_not(world: World, leader: str, follower: str) -> None:
    twins = twins_of(world, leader, follower)
    twins.publish(SOLBJERG)
    twins.publish(VENUE, "Teater")
    first, second = twins.run(), twins.run()
    assert (first.raised, first.tried) == ({}, GOOD)
    assert (second.raised, second.tried, second.writes) == ({}, [], [])


def test_login_of_a_run_for_some_events_is_tried_when_one_of_them_goes_on_sale(world: World) -> None:
    known = world.add("Koncert")
    assert world.run(events=[known]).tried == GOOD
    new = world.add("Foredrag")
    assert [world.run(events=[uuid]).tried for uuid in (known, new, new)] == [[], GOOD, []]


def edited(world: World, uuid: str) -> None:
    world.site.edit(uuid, title="Stor koncert", ticket_capacity=60)


def cancelled(world: World, uuid: str) -> None:
    world.site.edit(uuid, state="Cancelled")


def sold_out(world: World, uuid: str) -> None:
    world.sandbox.place2book.buy(world.event_of(uuid).id, quantity=50)


def made_passive(world: World, uuid: str) -> None:
    world.site.edit(uuid, ticket_categories=[])


@pytest.mark.parametrize("happens", [edited, cancelled, sold_out, made_passive])
def test_login_is_not_tried_when_nothing_goes_on_sale(world: World, happens: Any) -> None:
    world.configure(import_unpriced_events=True)
    uuid = world.publish("Koncert", beside="Foredrag")
    happens(world, uuid)
    run = world.run()
    assert (run.raised, run.tried, run.writes != []) == ({}, [], True)


def created(world: World) -> None:
    world.add("Foredrag")


def linked_by_hand(world: World) -> None:
    fields = {"name": "Foredrag", "begin_at": "2090-01-01T18:00:00Z", "capacity": 9, "address": ADDRESS}
    made = world.sandbox.place2book.create(5000, read_event(fields), ())
    link = f"https://www.place2book.com/da/sw2/sales/{made.seccode}"
    world.add("Foredrag", external_data={"url": link, "admin_url": None})


def sold_from_now_on(world: World) -> None:
    category = {"uuid": "new", "title": "Voksen", "price": {"currency": "DKK", "value": 100}}
    world.site.edit(world.sandbox.cms["solbjerg"].find("Skak").uuid, ticket_categories=[category])


def moved_to_another_uuid(world: World) -> None:
    starts = [event.start + HOUR for event in world.site.events if event.series]
    world.site.redate_series("ukulele", starts)


def back_after_it_was_cancelled(world: World) -> None:
    uuid = world.sandbox.cms["solbjerg"].find("Aflyst").uuid
    world.site.edit(uuid, state="Active")


@pytest.mark.parametrize(
    "happens", [created, linked_by_hand, sold_from_now_on, moved_to_another_uuid, back_after_it_was_cancelled]
)
def test_login_is_tried_before_anything_that_goes_on_sale_is_sent(world: World, happens: Any) -> None:
    world.configure(import_unpriced_events=True)
    world.add("Koncert")
    world.add("Skak", ticket_categories=[])
    for day in (20, 21):
        world.add("Ukulele", series="ukulele", start=world.now().replace(microsecond=0) + day * 24 * HOUR)
    aflyst = world.publish("Aflyst")
    world.sandbox.place2book.buy(world.event_of(aflyst).id)
    world.after_edit(aflyst, state="Cancelled")
    happens(world)
    site_changes_its_password(world)
    before = [(event.id, event.fields) for event in world.sandbox.place2book.events]
    refused = world.run()
    assert (said(world, "load"), refused.tried) == ([NOT_ACCEPTED.format(403)], [(SERVER, 403)])
    assert [write for write in refused.writes if write[0] == "place2book"] == []
    assert [(event.id, event.fields) for event in world.sandbox.place2book.events] == before
    put_right(world, "at the site")
    run = world.run()
    assert (run.raised, run.tried, world.run().writes) == ({}, GOOD, [])


@cases(
    "login password status",
    ("wrong password", "eksternt-system", "not-the-password", 403),
    ("unknown user", "nobody", "made-up-solbjerg", 403),
    ("user without the role", "redaktionen", "made-up-redaktionen", 403),
    ("no login", "", "", 401),
)
def test_login_that_may_not_write_ends_the_first_run_before_place2book_is_asked(
    world: World, login: str, password: str, status: int
) -> None:
    uuid = world.add("Koncert")
    world.logins["solbjerg"], world.passwords["solbjerg"] = login, password
    for _ in range(2):
        run = world.run()
        assert (set(run.raised), run.idle) == ({"extract"}, {"transform", "load", "writeback"})
        assert (run.tried, run.writes, place2book_requests(run)) == ([(SERVER, status)], [], [])
        assert said(world, "extract") == [NOT_ACCEPTED.format(status)]
    assert (world.rows("SELECT * FROM sync.source_events"), world.changes()) == ([], [])
    assert "not-the-password" not in world.everything()
    world.logins.clear()
    world.passwords.clear()
    run = world.run()
    assert (run.raised, run.tried, world.answers(world.link_shown(uuid))) == ({}, GOOD, True)


@pytest.mark.parametrize("where", PUT_RIGHT)
def test_password_that_is_changed_at_the_site_is_found_before_anything_is_created(world: World, where: str) -> None:
    known = world.publish("Koncert")
    site_changes_its_password(world)
    quiet = world.run()
    assert (quiet.raised, quiet.tried, quiet.writes) == ({}, [], [])
    world.site.edit(known, title="Stor koncert")
    new = world.add("Foredrag")
    found = world.run()
    assert (set(found.raised), found.tried, found.writes) == ({"load"}, [(SERVER, 403)], [])
    assert said(world, "load") == [NOT_ACCEPTED.format(403)]
    assert world.changes(found) == [("Stor koncert", "update", "failed"), ("Foredrag", "create", "failed")]
    assert {row["error_code"] for row in world.rows("SELECT error_code FROM sync.changes WHERE status = 'failed'")} == {
        "not_sent"
    }
    later = world.after_sale(world.event_of(known).id)
    assert (set(later.raised), later.tried, later.writes) == ({"extract"}, [(SERVER, 403)], [])
    assert world.rows("SELECT count(*) AS sold FROM warehouse.purchases") == [{"sold": 1}]
    put_right(world, where)
    run = world.run()
    assert (run.raised, run.tried) == ({}, GOOD)
    assert (world.event_of(known).fields.name, world.answers(world.link_shown(new))) == ("Stor koncert", True)
    assert (world.run().tried, world.run().writes) == ([], [])


def test_login_that_was_good_in_this_run_is_not_tried_again_by_the_next_try(world: World) -> None:
    world.publish("Koncert")
    new = world.add("Foredrag")
    world.sandbox.faults.add("place2book", "status", "POST", times=1)
    run = world.run(tries=2)
    assert (run.raised, run.tried, world.answers(world.link_shown(new))) == ({}, GOOD, True)


def test_login_is_tried_anew_by_a_run_that_is_started_over(world: World) -> None:
    world.add("Koncert")
    request = RunRequest(run_id="started over")
    assert world.carry_out(request).tried == GOOD
    world.add("Foredrag")
    site_changes_its_password(world)
    again = world.carry_out(request)
    assert (set(again.raised), again.tried, again.writes) == ({"load"}, [(SERVER, 403)], [])


@pytest.mark.parametrize("part", ["login", "password"])
def test_connection_that_was_changed_is_tried_once_in_a_quiet_hour(world: World, part: str) -> None:
    world.publish("Koncert")
    setattr(world.sandbox.cms["solbjerg"], part, "made-up-new")
    runs = [world.run() for _ in range(3)]
    assert [(run.raised, run.tried, run.writes) for run in runs] == [({}, GOOD, []), ({}, [], []), ({}, [], [])]


def test_connection_that_was_wrong_for_an_hour_is_tried_again_though_it_is_as_before(world: World) -> None:
    world.publish("Koncert")
    world.passwords["solbjerg"] = "not-the-password"
    assert set(world.run().raised) == {"extract"}
    world.passwords.clear()
    assert [world.run().tried for _ in range(2)] == [GOOD, []]


@pytest.mark.parametrize("code", [401, 403])
def test_login_that_was_refused_when_writing_back_is_tried_before_anything_else(world: World, code: int) -> None:
    uuid = world.publish("Koncert")
    world.sandbox.place2book.pause(world.event_of(uuid).id)
    refused, later = world.after_fault(SERVER, "status", "PATCH", code=code), world.run()
    assert (set(refused.raised), refused.tried) == ({"writeback"}, [])
    assert (set(later.raised), later.tried) == ({"extract"}, [(SERVER, code)])
    run = world.after_repair()
    assert (run.raised, run.tried, run.writes, world.run().tried) == ({}, GOOD, [(SERVER, "PATCH")], [])


def test_plan_tells_of_a_wrong_login_where_the_next_run_would_meet_it(world: World) -> None:
    world.publish("Koncert")
    site_changes_its_password(world)
    world.add("Foredrag")
    plan = world.run(Mode.PLAN)
    assert (set(plan.raised), plan.tried, plan.writes) == ({"load"}, [(SERVER, 403)], [])
    assert world.changes(plan) == [("Foredrag", "create", "planned"), ("Foredrag", "write_back", "planned")]
    run = world.run()
    assert {step: str(error) for step, error in run.raised.items()} == {
        step: str(error) for step, error in plan.raised.items()
    }


def test_plan_tries_the_login_where_a_run_would_and_the_run_after_it_no_more(world: World) -> None:
    assert [world.run(Mode.PLAN).tried for _ in range(2)] == [GOOD, []]
    world.add("Koncert")
    assert [world.run(Mode.PLAN).tried, world.run().tried, world.run(Mode.PLAN).tried] == [GOOD, GOOD, []]


@cases(
    "fault", ("500", {"kind": "status", "code": 500}), ("gone", {"kind": "drop_before"}), ("page", {"kind": "html_200"})
)
def test_login_that_cannot_be_tried_lets_nothing_be_sent_until_it_can(world: World, fault: dict[str, Any]) -> None:
    uuid = world.add("Koncert")
    for step in ("extract", "load"):
        failed = world.after_fault(SERVER, method="PATCH", times=1, **fault)
        assert (set(failed.raised), len(failed.tried), failed.writes) == ({step}, 1, [])
        assert said(world, step) == [
            READING + "gave no answer that tells when asked whether the login may write; "
            "nothing was concluded from it, try again later."
        ]
        world.run(only=["extract"])
    run = world.run()
    assert (run.raised, world.answers(world.link_shown(uuid))) == ({}, True)


def test_login_that_cannot_be_tried_at_first_is_tried_again_in_the_same_run(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, "status", "PATCH", times=1)
    run = world.run(tries=2)
    assert (run.raised, run.tried, world.answers(world.link_shown(uuid))) == ({}, [(SERVER, 500), *GOOD], True)


def test_tables_of_the_version_before_let_the_login_be_tried_once_and_nothing_be_written(world: World) -> None:
    world.publish("Koncert")
    with world.engine.begin() as connection:
        command.downgrade(lineage(connection, metadata), "0011_logins-1")
    first, second = world.run(), world.run()
    assert (first.raised, first.tried, first.writes) == ({}, GOOD, [])
    assert (second.raised, second.tried, second.writes) == ({}, [], [])


def test_login_that_was_changed_is_noticed_within_a_day_without_news(world: World) -> None:
    world.publish("Koncert")
    world.run()
    world.passwords["solbjerg"] = "made-up-wrong"
    hours = [[status for _, status in world.run_at(number * HOUR).tried] for number in range(1, 25)]
    first = hours.index([403])
    assert hours == [[]] * first + [[403]] * (24 - first)


@pytest.mark.parametrize("hours", [1, 2], ids=["an hour later", "in the hour after, since one of them is its own"])
def test_login_that_was_changed_is_tried_by_hand_without_news(world: World, hours: int) -> None:
    world.publish("Koncert")
    world.run()
    assert world.run().writes == []
    world.ahead += hours * HOUR
    world.passwords["solbjerg"] = "made-up-wrong"
    assert [status for _, status in world.run(by_hand=True).tried] == [403]
