"""The client reads whatever fits the website's contract, and sends nothing that does not."""

import itertools
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.models import Outcome, SourceState
from billetbro.reconcile.mapping.event import map_event
from tests.examples import given_examples
from tests.unit.api.answering import Server, as_json
from tests.unit.api.conftest import HASTY
from tests.unit.contract import body_schema, generated, list_schema, needs_contract, see_that_it_fits
from tests.unit.reconcile.mapping.mapping_examples import RULES

pytestmark = needs_contract

UUID = "0a1b2c3d-0000-4000-8000-000000000001"
LINKS = (None, "", "https://www.place2book.com/da/sw2/sales/39pfs0v0xy")
NOW = datetime(2026, 4, 1, tzinfo=UTC)
OUT_OF_MEASURE = {"date_time.start", "date_time.end", "ticket_capacity", "ticket_categories.price.value", "uuid"}
"""What fits the contract and is none all the same: a year 0, billions of tickets, a uuid that comes twice."""


@pytest.mark.slow
@pytest.mark.story
def test_every_list_that_fits_the_contract_is_read_and_mapped_event_by_event() -> None:
    seen: set[Outcome] = set()

    @given_examples(few=15, many=100)
    @given(sent=st.deferred(lambda: generated(list_schema())))
    def read(sent: list[dict[str, object]]) -> None:
        server.will_answer(as_json(sent))
        events = cms.events(date(2026, 9, 1))
        assert [event.uuid for event in events] == list(dict.fromkeys(event["uuid"] for event in sent))
        assert {field for event in events for field in event.unreadable} <= OUT_OF_MEASURE
        seen.update(map_event(event, RULES, NOW).outcome for event in events)

    with Server() as server, CmsClient(server.url, "a", "b", connection="cms", settings=HASTY) as cms:
        read()
    assert {Outcome.SKIPPED, Outcome.OVER} <= seen


@pytest.mark.parametrize(
    ("state", "link", "admin_link"), list(itertools.product([None, *SourceState], LINKS, LINKS)), ids=str
)
def test_update_of_an_event_is_one_that_the_contract_allows(
    cms: CmsClient, server: Server, state: SourceState | None, link: str | None, admin_link: str | None
) -> None:
    server.will_answer(as_json({"uuid": UUID}))
    cms.patch_event(UUID, state=state, link=link, admin_link=admin_link)
    (sent,), (asked,) = server.bodies(), server.received
    see_that_it_fits(body_schema(), sent)
    assert (asked.method, asked.path) == ("PATCH", f"/api/v1/events/{UUID}?_format=json")


def test_list_is_asked_for_as_the_contract_says(cms: CmsClient, server: Server) -> None:
    server.will_answer(as_json([]))
    cms.events(date(2026, 9, 1))
    asked = urlsplit(server.received[0].path)
    query = dict(parse_qsl(asked.query))
    assert (asked.path, query.keys(), query["_format"]) == ("/api/v1/events", {"_format", "from_date"}, "json")
    see_that_it_fits({"type": "string", "format": "date"}, query["from_date"])
