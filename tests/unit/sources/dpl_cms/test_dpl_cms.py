"""A library's website as a source of events."""

from collections.abc import Iterator
from datetime import date

import pytest

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.http.access import RequestSettings
from billetbro.models import SourceState, TicketStatus
from billetbro.sources import Source
from billetbro.sources.dpl_cms.source import DplCmsSource
from sandbox.server import Sandbox

LINK, ADMIN = "https://www.place2book.com/da/sw2/sales/abc", "https://www.place2book.com/da/events/1"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def source(sandbox: Sandbox) -> Iterator[Source]:
    sandbox.reset()
    login, password = sandbox.cms_users["solbjerg"]
    settings = RequestSettings(per_second=1000, backoff=0.01)
    with CmsClient(sandbox.cms_urls["solbjerg"], login, password, connection="cms", settings=settings) as client:
        yield DplCmsSource(client)


def test_read_returns_every_listed_event(sandbox: Sandbox, source: Source) -> None:
    listed = sandbox.cms["solbjerg"].listed(date(2020, 1, 1))
    assert [event.uuid for event in source.read(date(2020, 1, 1))] == [event.uuid for event in listed]


def test_write_back_of_state_leaves_the_links(sandbox: Sandbox, source: Source) -> None:
    uuid = sandbox.cms["solbjerg"].add(title="Koncert")
    source.write_back(uuid, TicketStatus(state=SourceState.ACTIVE, link=LINK, admin_link=ADMIN, sold=3))
    source.write_back(uuid, TicketStatus(state=SourceState.SOLD_OUT, link=LINK, admin_link=ADMIN))
    (event,) = [event for event in source.read(date.today()) if event.uuid == uuid]
    assert (event.state, event.link, event.admin_link) == (SourceState.SOLD_OUT, LINK, ADMIN)


@pytest.mark.parametrize("shown", [None, LINK], ids=["no link", "the series' link"])
def test_write_back_of_only_a_state_gives_the_event_no_links_of_its_own(
    sandbox: Sandbox, source: Source, shown: str | None
) -> None:
    site = sandbox.cms["solbjerg"]
    uuid = site.add(title="Kursus", series="s1")
    site.edit_series("s1", external_data={"url": shown, "admin_url": None})
    source.write_back(uuid, TicketStatus(state=SourceState.SOLD_OUT, link=shown, changed=frozenset({"state"})))
    assert site.get(uuid).own == {"state": "SoldOut"}


def test_write_back_of_nothing_clears_the_links(sandbox: Sandbox, source: Source) -> None:
    uuid = sandbox.cms["solbjerg"].add(title="Koncert")
    source.write_back(uuid, TicketStatus(state=SourceState.ACTIVE, link=LINK, admin_link=ADMIN, sold=3))
    source.write_back(uuid, TicketStatus())
    (event,) = [event for event in source.read(date.today()) if event.uuid == uuid]
    assert (event.state, event.link, event.admin_link) == (SourceState.ACTIVE, None, None)
