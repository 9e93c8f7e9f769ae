"""The stand-in for the CMS keeps the promises, and sets the traps, of the real one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.cms_state import UnknownEventError
from sandbox.moments import utc_now
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.sandbox.clients import TIMEOUT, basic, cms_list, cms_patch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO_EVENT = "00000000-0000-0000-0000-000000000000"
SERIES_STARTS = [datetime(2031, 5, day, 15, tzinfo=UTC) for day in (6, 13)]


def _listed(sandbox: Sandbox, uuid: str) -> dict[str, Any] | None:
    return next((event for event in cms_list(sandbox) if event["uuid"] == uuid), None)


def _uuids(sandbox: Sandbox, from_date: str) -> set[str]:
    return {event["uuid"] for event in cms_list(sandbox, from_date=from_date)}


def test_list_without_login_is_a_bare_array_of_published_events(sandbox: Sandbox) -> None:
    assert len(cms_list(sandbox, _format="json")) == len(sandbox.cms["solbjerg"].events) == 41


def test_event_listed_twice_stands_in_the_list_with_both_contents_until_it_is_listed_once(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    uuid = site.add(title="Koncert")
    site.list_twice(uuid, title="Concert")
    assert [event["title"] for event in cms_list(sandbox) if event["uuid"] == uuid] == ["Koncert", "Concert"]
    site.list_once()
    assert [event["title"] for event in cms_list(sandbox) if event["uuid"] == uuid] == ["Koncert"]


@cases(
    "auth",
    ("right login", ("eksternt-system", "made-up-solbjerg")),
    ("wrong password", ("eksternt-system", "wrong")),
    ("unknown user", ("nobody", "made-up-solbjerg")),
    ("user without the role", ("redaktionen", "made-up-redaktionen")),
)
def test_list_is_the_same_whatever_the_login(sandbox: Sandbox, auth: tuple[str, str]) -> None:
    answer = requests.get(f"{sandbox.cms_urls['solbjerg']}/api/v1/events", auth=auth, timeout=TIMEOUT)
    assert (answer.status_code, answer.json()) == (200, cms_list(sandbox))


def test_list_with_a_header_that_is_no_login_is_answered(sandbox: Sandbox) -> None:
    url, headers = f"{sandbox.cms_urls['solbjerg']}/api/v1/events", {"Authorization": "Basic nonsense"}
    assert requests.get(url, headers=headers, timeout=TIMEOUT).status_code == 200


@cases("query status", ("another format", {"_format": "xml"}, 406), ("no date", {"from_date": "tomorrow"}, 400))
def test_list_with_wrong_parameter_is_refused(sandbox: Sandbox, query: dict[str, str], status: int) -> None:
    answer = requests.get(f"{sandbox.cms_urls['solbjerg']}/api/v1/events", params=query, timeout=TIMEOUT)
    assert answer.status_code == status


NOON = datetime(2031, 3, 10, 12, tzinfo=UTC)
RUNNING = {"start": NOON - 3 * DAY, "end": NOON + 9 * DAY}


@cases(
    "times listed",
    ("at midnight in UTC", {"start": datetime(2031, 3, 10, tzinfo=UTC)}, True),
    ("within the hour before", {"start": datetime(2031, 3, 9, 23, 59, 59, tzinfo=UTC)}, False),
    ("after midnight, by the site's clock", {"start": "2031-03-10T00:30:00+01:00"}, False),
    ("an hour after midnight, by the site's clock", {"start": "2031-03-10T01:00:00+01:00"}, True),
    ("began before and still runs", RUNNING, False),
)
def test_from_date_is_compared_with_the_start_in_utc(sandbox: Sandbox, times: dict[str, object], listed: bool) -> None:
    sandbox.clock = lambda: NOON
    uuid = sandbox.cms["solbjerg"].add(**{"end": NOON + HOUR, **times})
    assert (uuid in _uuids(sandbox, "2031-03-10"), uuid in _uuids(sandbox, "2031-03-01")) == (listed, True)


@cases(
    "last shown",
    ("one day", None, ("2031-03-10T00:00:00+01:00", "2031-03-10T23:59:59+01:00")),
    ("several days", date(2031, 3, 30), ("2031-03-10T00:00:00+01:00", "2031-03-30T23:59:59+02:00")),
)
def test_all_day_event_is_listed_from_a_day_earlier(
    sandbox: Sandbox, last: date | None, shown: tuple[str, str]
) -> None:
    sandbox.clock = lambda: NOON
    uuid = sandbox.cms["solbjerg"].add_all_day(date(2031, 3, 10), last, title="Bogsalg")
    assert (uuid in _uuids(sandbox, "2031-03-10"), uuid in _uuids(sandbox, "2031-03-09")) == (False, True)
    event = _listed(sandbox, uuid)
    assert (event["all_day"], event["date_time"]) == (True, dict(zip(("start", "end"), shown, strict=True)))


@cases(
    "times reach listed",
    ("runs", RUNNING, 365 * DAY, True),
    ("runs, and began within reach", RUNNING, 3 * DAY, True),
    ("runs, and began before what is in reach", RUNNING, 2 * DAY, False),
    ("does not run any more", {"start": NOON - 3 * DAY, "end": NOON - DAY}, 365 * DAY, False),
    ("one day", {"start": "2031-03-10T00:00:00+01:00", "end": "2031-03-10T23:59:59+01:00"}, 365 * DAY, False),
)
def test_newer_site_lists_what_runs_for_days_and_began_before(
    sandbox: Sandbox, times: dict[str, object], reach: timedelta, listed: bool
) -> None:
    sandbox.clock = lambda: NOON
    uuid = sandbox.cms["solbjerg"].add(**times)
    sandbox.cms["solbjerg"].running_reach = reach
    assert (uuid in _uuids(sandbox, "2031-03-10")) == listed
    sandbox.reset(seeded=False)
    assert sandbox.cms["solbjerg"].running_reach is None


@cases(
    "hours_after_end shown",
    ("still running", -0.5, "Active"),
    ("ended an hour ago", 1, "Occurred"),
    ("ended five hours ago", 5, "Occurred"),
    ("ended seven hours ago: off the list", 7, None),
)
def test_ended_event_occurs_and_then_leaves(sandbox: Sandbox, hours_after_end: float, shown: str | None) -> None:
    end = datetime(2031, 3, 10, 20, tzinfo=UTC)
    uuid = sandbox.cms["solbjerg"].add(title="Koncert", start=end - timedelta(hours=2), end=end)
    sandbox.clock = lambda: end + timedelta(hours=hours_after_end)
    listed = _listed(sandbox, uuid)
    assert (listed and listed["state"]) == shown


@cases(
    "start written",
    ("winter", datetime(2031, 1, 15, 18, tzinfo=UTC), "2031-01-15T19:00:00+01:00"),
    ("summer", datetime(2031, 7, 15, 17, tzinfo=UTC), "2031-07-15T19:00:00+02:00"),
)
def test_times_carry_the_danish_offset(sandbox: Sandbox, start: datetime, written: str) -> None:
    uuid = sandbox.cms["solbjerg"].add(title="Koncert", start=start)
    listed = _listed(sandbox, uuid)
    assert listed["date_time"]["start"] == written


@cases(
    "value shown",
    ("no address", None, "absent"),
    ("address without a town", {"city": None, "country": "DK"}, {"country": "DK"}),
    ("address of nothing", {"city": None}, {}),
)
def test_optional_value_that_has_none_is_left_out_also_inside(sandbox: Sandbox, value: object, shown: object) -> None:
    uuid = sandbox.cms["solbjerg"].add(title="Koncert", address=value)
    listed = _listed(sandbox, uuid)
    assert listed.get("address", "absent") == shown


@pytest.mark.parametrize("given", [{}, {"ticket_categories": None}], ids=["never had any", "emptied"])
def test_event_without_tickets_has_an_empty_list_of_categories(sandbox: Sandbox, given: dict[str, object]) -> None:
    uuid = sandbox.cms["solbjerg"].add(title="Højtlæsning", **given)
    listed = _listed(sandbox, uuid)
    assert listed["ticket_categories"] == []


def test_patch_answers_with_the_whole_event_and_moves_updated_at(sandbox: Sandbox) -> None:
    uuid = sandbox.cms["solbjerg"].find("Jazz i kælderen").uuid
    before = _listed(sandbox, uuid)
    links = {"url": "https://example.com/a", "admin_url": "https://example.com/b"}
    answer = cms_patch(sandbox, uuid, {"state": "SoldOut", "external_data": links})
    after = answer.json()
    assert before is not None
    assert answer.status_code == 200
    assert after == {**before, "state": "SoldOut", "external_data": links, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert _listed(sandbox, uuid) == after


A, B, C = "https://example.com/a", "https://b.example", "https://example.com/c"


@cases(
    "before body after",
    ("one url empties the other", {"url": A, "admin_url": B}, {"external_data": {"admin_url": C}}, (None, C)),
    ("no external_data keeps it", {"url": A}, {"state": "SoldOut"}, (A, None)),
    ("no url clears both", {"url": A, "admin_url": B}, {"external_data": {}}, (None, None)),
)
def test_patch_replaces_the_links_whole(sandbox: Sandbox, before: object, body: object, after: object) -> None:
    answer = cms_patch(sandbox, sandbox.cms["solbjerg"].add(external_data=before), body)
    shown = answer.json().get("external_data") or {}
    assert (answer.status_code, (shown.get("url"), shown.get("admin_url"))) == (200, after)


@cases(
    "body status",
    ("unknown state", {"state": "Sold out"}, 400),
    ("no absolute url", {"external_data": {"url": "example.com/a"}}, 400),
    ("state is null", {"state": None}, 400),
    ("external_data is null", {"external_data": None}, 400),
    ("url is null", {"state": "Active", "external_data": {"url": None}}, 400),
    ("one of two is null", {"external_data": {"url": "https://a.example", "admin_url": None}}, 400),
    ("external_data is not an object", {"external_data": "https://example.com"}, 500),
    ("url is not text", {"external_data": {"url": 7}}, 500),
    ("state is not text", {"state": ["Active"]}, 500),
    ("not an object", ["state"], 500),
)
def test_patch_with_invalid_body_is_refused_and_changes_nothing(sandbox: Sandbox, body: object, status: int) -> None:
    uuid = sandbox.cms["solbjerg"].find("Jazz i kælderen").uuid
    before = _listed(sandbox, uuid)
    assert cms_patch(sandbox, uuid, body).status_code == status
    assert _listed(sandbox, uuid) == before


def test_500_can_stay_for_one_event(sandbox: Sandbox) -> None:
    broken, well = (sandbox.cms["solbjerg"].add(title=title) for title in ("Koncert", "Foredrag"))
    sandbox.faults.add("cms:solbjerg", "status", "PATCH", broken)
    statuses = [cms_patch(sandbox, uuid, {"state": "SoldOut"}).status_code for uuid in (broken, well, broken, broken)]
    assert statuses == [500, 200, 500, 500]


def _series_of_two(sandbox: Sandbox, **fields: object) -> list[str]:
    given = {"title": "Kursus", "series": "s1", **fields}
    return [sandbox.cms["solbjerg"].add(**given, start=start) for start in SERIES_STARTS]


def _of_both(sandbox: Sandbox, uuids: list[str], name: str) -> list[object]:
    return [listed.get(name) for uuid in uuids if (listed := _listed(sandbox, uuid))]


def test_edit_of_a_series_shows_on_its_instances_and_moves_their_updated_at(sandbox: Sandbox) -> None:
    uuids = _series_of_two(sandbox)
    before = _of_both(sandbox, uuids, "updated_at")
    sandbox.clock = lambda: utc_now() + timedelta(hours=1)
    sandbox.cms["solbjerg"].edit_series("s1", title="Kursus for alle", state="Cancelled")
    assert _of_both(sandbox, uuids, "title") == ["Kursus for alle"] * 2
    assert _of_both(sandbox, uuids, "state") == ["Cancelled"] * 2
    assert all(str(after) > str(old) for after, old in zip(_of_both(sandbox, uuids, "updated_at"), before, strict=True))


def test_edit_of_a_series_hides_behind_what_an_instance_has_of_its_own_field_by_field(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    uuids = _series_of_two(sandbox)
    site.edit(uuids[0], title="Kursus, sidste gang")
    site.edit_series("s1", title="Kursus for alle", ticket_capacity=12)
    assert _of_both(sandbox, uuids, "title") == ["Kursus, sidste gang", "Kursus for alle"]
    assert _of_both(sandbox, uuids, "ticket_capacity") == [12, 12]
    site.edit(uuids[0], title=None)
    assert _of_both(sandbox, uuids, "title") == ["Kursus for alle"] * 2


def test_edit_of_a_series_without_instances_is_of_nothing(sandbox: Sandbox) -> None:
    with pytest.raises(UnknownEventError):
        sandbox.cms["solbjerg"].edit_series("s1", title="Kursus")


def test_state_that_was_patched_hides_the_series_state_for_good(sandbox: Sandbox) -> None:
    uuids = _series_of_two(sandbox)
    for state in ("SoldOut", "Active"):
        assert cms_patch(sandbox, uuids[0], {"state": state}).status_code == 200
    sandbox.cms["solbjerg"].edit_series("s1", state="Cancelled")
    assert _of_both(sandbox, uuids, "state") == ["Active", "Cancelled"]
    assert sandbox.cms["solbjerg"].overwritten == [("Active", "SoldOut"), ("SoldOut", "Active")]


def test_link_of_a_series_shows_again_once_the_instances_own_was_cleared(sandbox: Sandbox) -> None:
    uuids = _series_of_two(sandbox)
    theirs = "https://example.com/the-series"
    sandbox.cms["solbjerg"].edit_series("s1", external_data={"url": theirs, "admin_url": None})
    assert [shown["url"] for shown in _links(sandbox, uuids)] == [theirs, theirs]
    own = {"url": "https://example.com/own", "admin_url": "https://example.com/admin"}
    assert cms_patch(sandbox, uuids[0], {"external_data": own}).json()["external_data"] == own
    assert [shown["url"] for shown in _links(sandbox, uuids)] == [own["url"], theirs]
    shown = cms_patch(sandbox, uuids[0], {"external_data": {}}).json()["external_data"]
    assert (shown["url"], shown.get("admin_url")) == (theirs, None)


def _links(sandbox: Sandbox, uuids: list[str]) -> list[dict[str, Any]]:
    return [listed["external_data"] for uuid in uuids if (listed := _listed(sandbox, uuid))]


def test_redating_a_series_makes_new_instances_without_anything_of_their_own(sandbox: Sandbox) -> None:
    uuids = _series_of_two(sandbox)
    cms_patch(sandbox, uuids[0], {"state": "SoldOut"})
    sandbox.cms["solbjerg"].edit(uuids[0], title="Første gang")
    anew = sandbox.cms["solbjerg"].redate_series("s1", [start + timedelta(days=1) for start in SERIES_STARTS])
    assert (_of_both(sandbox, anew, "title"), _of_both(sandbox, anew, "state")) == (["Kursus"] * 2, ["Active"] * 2)
    sandbox.cms["solbjerg"].edit_series("s1", state="Cancelled")
    assert _of_both(sandbox, anew, "state") == ["Cancelled"] * 2


@pytest.mark.parametrize("known", [True, False], ids=["event", "no event"])
@cases(
    "headers status",
    ("no login", {}, 401),
    ("wrong password", {"Authorization": basic("eksternt-system", "wrong")}, 403),
    ("unknown user", {"Authorization": basic("nobody", "made-up-solbjerg")}, 403),
    ("user without the role", {"Authorization": basic("redaktionen", "made-up-redaktionen")}, 403),
    ("another scheme", {"Authorization": "Bearer made-up-solbjerg"}, 403),
    ("no login in the header", {"Authorization": "Basic nonsense"}, 403),
)
def test_patch_without_the_external_systems_login_is_refused_and_changes_nothing(
    sandbox: Sandbox, headers: dict[str, str], status: int, known: bool
) -> None:
    uuid = sandbox.cms["solbjerg"].find("Jazz i kælderen").uuid
    before = _listed(sandbox, uuid)
    url = f"{sandbox.cms_urls['solbjerg']}/api/v1/events/{uuid if known else NO_EVENT}"
    answer = requests.patch(url, json={"state": "SoldOut"}, headers=headers, timeout=TIMEOUT)
    assert (answer.status_code, _listed(sandbox, uuid)) == (status, before)


def test_patch_with_the_login_of_before_a_change_is_refused_until_all_is_begun_anew(sandbox: Sandbox) -> None:
    site, before = sandbox.cms["solbjerg"], sandbox.cms_users["solbjerg"]
    site.password = "made-up-another"
    assert [cms_patch(sandbox, NO_EVENT, {}, auth).status_code for auth in (before, None)] == [403, 404]
    sandbox.reset()
    assert cms_patch(sandbox, NO_EVENT, {}, before).status_code == 404


@pytest.mark.parametrize("body", [{}, {"external_data": {}}, {"state": "Active"}], ids=["nothing", "no urls", "state"])
def test_patch_of_an_event_that_cannot_exist_is_not_found_and_changes_nothing(sandbox: Sandbox, body: object) -> None:
    before = cms_list(sandbox)
    assert (cms_patch(sandbox, NO_EVENT, body).status_code, cms_list(sandbox)) == (404, before)


def test_clone_has_its_own_uuid_no_series_and_the_originals_link_and_says_what_it_is(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    category = {"uuid": "c-1", "title": "Voksen", "price": {"currency": "DKK", "value": 75}}
    original = site.add(
        title="Koncert", series="s1", external_data={"url": "https://example.com/a"}, ticket_categories=[category]
    )
    copy = site.clone(original)
    first, second = _listed(sandbox, original), _listed(sandbox, copy)
    assert first is not None
    assert second is not None
    own = ("uuid", "url", "created_at", "updated_at", "series")
    assert copy != original
    assert "series" not in second
    found = {k: v for k, v in second.items() if k not in own}
    assert found == {**{k: v for k, v in first.items() if k not in own}, "title": "Koncert - cloned"}


def test_inserting_values_from_the_series_gives_ticket_categories_new_uuids(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    category = {"uuid": "c-1", "title": "Voksen", "price": {"currency": "DKK", "value": 75}}
    uuid = site.add(title="Koncert", series="s1", ticket_categories=[category])
    site.insert_from_series(uuid)
    listed = _listed(sandbox, uuid)
    (shown,) = listed["ticket_categories"]
    assert shown == {**category, "uuid": shown["uuid"]}
    assert shown["uuid"] != "c-1"


def test_redating_a_series_makes_new_instances_without_links(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    link = {"url": "https://example.com/a", "admin_url": None}
    old = [site.add(title="Kursus", series="s1", external_data=link, start=start) for start in SERIES_STARTS]
    new = site.redate_series("s1", [start + timedelta(days=1) for start in SERIES_STARTS])
    shown = [listed for uuid in new if (listed := _listed(sandbox, uuid))]
    assert set(new).isdisjoint(old)
    assert [_listed(sandbox, uuid) for uuid in old] == [None, None]
    assert [(e["title"], e["series"], e["date_time"]["start"], "external_data" in e) for e in shown] == [
        ("Kursus", {"uuid": "s1"}, "2031-05-07T17:00:00+02:00", False),
        ("Kursus", {"uuid": "s1"}, "2031-05-14T17:00:00+02:00", False),
    ]
    assert cms_patch(sandbox, old[0], {"state": "Active"}).status_code == 404


def test_redating_a_series_of_one_keeps_uuid_and_link(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    link = {"url": "https://example.com/a"}
    uuid = site.add(title="Skak", series="s1", external_data=link, start=SERIES_STARTS[0])
    new = site.redate_series("s1", [SERIES_STARTS[1]])
    listed = _listed(sandbox, uuid)
    assert new == [uuid]
    found = (listed["external_data"], listed["date_time"])
    assert found == (link, {"start": "2031-05-13T17:00:00+02:00", "end": "2031-05-13T19:00:00+02:00"})


def test_unpublished_event_leaves_the_list_and_can_still_be_written_to(sandbox: Sandbox) -> None:
    site = sandbox.cms["solbjerg"]
    uuid = site.add(title="Koncert")
    site.unpublish(uuid)
    assert _listed(sandbox, uuid) is None
    assert cms_patch(sandbox, uuid, {"state": "SoldOut"}).status_code == 200


def test_event_page_shows_the_ticket_link(sandbox: Sandbox) -> None:
    link = "https://example.com/da/sw2/sales/abc"
    uuid = sandbox.cms["solbjerg"].add(title="Ø & Å", external_data={"url": link, "admin_url": None})
    listed = _listed(sandbox, uuid)
    page = requests.get(listed["url"], timeout=TIMEOUT)
    assert (page.status_code, f'<a href="{link}">' in page.text, "Ø &amp; Å" in page.text) == (200, True, True)
