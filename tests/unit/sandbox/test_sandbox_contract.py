"""Every answer of the website's stand-in is one that the website's own contract promises."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from hypothesis import given

from sandbox.cms_state import CmsSite
from sandbox.server import Sandbox
from tests.cases import cases
from tests.examples import given_examples
from tests.unit.contract import EVENT, LIST, needs_contract, operation
from tests.unit.sandbox.clients import TIMEOUT

pytestmark = needs_contract

START = datetime(2031, 5, 6, 15, tzinfo=UTC)
LINK = "https://www.place2book.com/da/sw2/sales/39pfs0v0xy"
TICKET = {"uuid": "0a1b2c3d-0000-4000-8000-000000000009", "title": "Voksen", "price": {"currency": "DKK", "value": 75}}
SERIES = "0a1b2c3d-0000-4000-8000-000000000008"
NOBODY = "0a1b2c3d-0000-4000-8000-000000000007"


def listed(sandbox: Sandbox, library: str = "solbjerg", **query: str) -> list[dict[str, object]]:
    url = sandbox.cms_urls[library] + LIST
    answer = requests.get(url, params={"_format": "json", **query}, timeout=TIMEOUT)
    operation("GET", LIST).validate_response(answer)
    shown: list[dict[str, object]] = answer.json()
    return shown


def updated(sandbox: Sandbox, uuid: str, body: object, auth: tuple[str, str] | None = None) -> int:
    url = sandbox.cms_urls["solbjerg"] + EVENT.replace("{uuid}", uuid)
    auth = sandbox.cms_users["solbjerg"] if auth is None else auth
    answer = requests.patch(
        url, params={"_format": "json"}, json=body, auth=auth if any(auth) else None, timeout=TIMEOUT
    )
    operation("PATCH", EVENT).validate_response(answer)
    return answer.status_code


@pytest.mark.parametrize("query", [{}, {"from_date": "2020-01-01"}, {"from_date": "2999-01-01"}], ids=str)
@pytest.mark.parametrize("library", ["solbjerg", "nordvig"])
def test_list_of_each_website_fits_the_contract(sandbox: Sandbox, library: str, query: dict[str, str]) -> None:
    assert (len(listed(sandbox, library, **query)) > 20) is (query != {"from_date": "2999-01-01"})


Edit = Callable[[CmsSite, str], object]
EDITS: dict[str, Edit] = {
    "nothing": lambda _site, _uuid: None,
    "title": lambda site, uuid: site.edit(uuid, title="Koncert"),
    "no description": lambda site, uuid: site.edit(uuid, description=None, body=None, image=None),
    "no address": lambda site, uuid: site.edit(uuid, address=None),
    "half an address": lambda site, uuid: site.edit(uuid, address={"locationType": "physical", "street": None}),
    "online": lambda site, uuid: site.edit(uuid, address={"locationType": "online", "zip_code": None}),
    "no tickets": lambda site, uuid: site.edit(uuid, ticket_categories=None, ticket_capacity=None),
    "tickets": lambda site, uuid: site.edit(uuid, ticket_categories=[TICKET], ticket_capacity=40),
    "other uuids": lambda site, uuid: (site.edit(uuid, ticket_categories=[TICKET]), site.insert_from_series(uuid)),
    "cancelled": lambda site, uuid: site.edit(uuid, state="Cancelled"),
    "over": lambda site, uuid: site.edit(uuid, start=site.clock() - timedelta(hours=3), end=site.clock()),
    "all day": lambda site, _uuid: site.add_all_day(date(2031, 5, 6), date(2031, 5, 9)),
    "typed link": lambda site, uuid: site.edit(uuid, external_data={"url": LINK, "admin_url": None}),
    "no link": lambda site, uuid: site.edit(uuid, external_data=None),
    "clone": lambda site, uuid: site.clone(uuid),
    "twice": lambda site, uuid: site.list_twice(uuid, title="Koncert"),
    "unpublished": lambda site, uuid: site.unpublish(uuid),
    "removed": lambda site, uuid: site.remove(uuid),
    "series": lambda site, _uuid: (
        site.add(title="Ukulele", start=START, series=SERIES),
        site.redate_series(SERIES, [START + timedelta(days=day) for day in (1, 8)]),
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_list_and_update_after_an_edit_fit_the_contract(sandbox: Sandbox, edit: Edit) -> None:
    site = sandbox.cms["solbjerg"]
    uuid = site.add(start=START)
    assert uuid in {event["uuid"] for event in listed(sandbox)}
    edit(site, uuid)
    for event in site.events[-4:]:
        assert updated(sandbox, event.uuid, {"state": "Active", "external_data": {"url": LINK}}) == 200
    found = (len(listed(sandbox)), updated(sandbox, site.events[-1].uuid, {}))
    assert found == (len(site.listed(None)) + (edit is EDITS["twice"]), 200)


@pytest.mark.slow
@pytest.mark.story
def test_every_update_that_the_contract_allows_is_answered_as_it_promises(sandbox: Sandbox) -> None:
    uuid = sandbox.cms["solbjerg"].add(start=START)
    told: set[int] = set()

    @given_examples(few=15, many=100)
    @given(case=operation("PATCH", EVENT).as_strategy(path_parameters={"uuid": uuid}))
    def send(case: object) -> None:
        told.add(updated(sandbox, uuid, case.body))
        listed(sandbox)

    send()
    assert told == {200}


@cases(
    "uuid body auth status",
    ("unknown state", None, {"state": "Postponed"}, None, 400),
    ("nobody by that uuid", NOBODY, {}, None, 404),
    ("wrong password", None, {}, ("eksternt-system", "wrong"), 403),
    ("no login", None, {}, ("", ""), 401),
)
def test_update_that_is_refused_is_refused_as_the_contract_promises(
    sandbox: Sandbox, uuid: str | None, body: object, auth: tuple[str, str] | None, status: int
) -> None:
    assert updated(sandbox, uuid or sandbox.cms["solbjerg"].add(), body, auth) == status


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_trouble_of_the_websites_own_is_told_as_the_contract_promises(sandbox: Sandbox, method: str) -> None:
    sandbox.faults.add("cms:solbjerg", "status", code=500)
    uuid = sandbox.cms["solbjerg"].add()
    if method == "PATCH":
        assert updated(sandbox, uuid, {}) == 500
    else:
        answer = requests.get(sandbox.cms_urls["solbjerg"] + LIST, params={"_format": "json"}, timeout=TIMEOUT)
        operation("GET", LIST).validate_response(answer)
        assert answer.status_code == 500
