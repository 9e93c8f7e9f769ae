"""Day by day, at any hour, winter and summer, on every kind of site: nothing that takes all day is missed or removed.

The website is asked over HTTP, and the rules decide of what it lists; the same with everything else is in
tests/integration/steps/test_calendar_of_days.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.http.access import RequestSettings
from billetbro.models import LinkStatus, Window
from billetbro.reconcile.mapping.event import map_event
from sandbox.cms_state import CmsSite
from sandbox.moments import DENMARK
from sandbox.server import Sandbox
from tests.unit.reconcile.mapping.mapping_examples import RULES
from tests.unit.reconcile.planning.place2book_model import World

DAY, YEAR = timedelta(days=1), timedelta(days=365)
TICKETS: dict[str, Any] = {
    "ticket_manager_relevance": True,
    "branches": ["Solbjerg Bibliotek"],
    "ticket_capacity": 20,
    "ticket_categories": [{"uuid": "adult", "title": "Voksen", "price": {"currency": "DKK", "value": 50}}],
}
DAYS = {
    "winter": date(2027, 1, 12),
    "summer": date(2027, 7, 6),
    "summer time begins": date(2027, 3, 28),
    "winter time begins": date(2026, 10, 25),
}
HOURS = (time(0, 1), time(0, 59), time(1, 30), time(12), time(23, 30))
"""UTC's day begins at 1:00 in winter and at 2:00 in summer."""
SITES: dict[str, Callable[[int, int], timedelta | None]] = {
    "older release": lambda _run, _runs: None,
    "newer release": lambda _run, _runs: YEAR,
    "newer release that looks two days back": lambda _run, _runs: 2 * DAY,
    "upgraded between two runs": lambda run, runs: YEAR if run >= runs / 2 else None,
    "now the one, now the other": lambda run, _runs: YEAR if run % 2 else None,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@dataclass(slots=True)
class Library:
    """A library whose website is asked at chosen moments; `seen` are the kinds of change that its runs planned."""

    site: CmsSite
    client: CmsClient
    lookback_days: int
    world: World = field(default_factory=World)
    kinds: list[str] = field(default_factory=list)
    due: dict[str, datetime] = field(default_factory=dict)

    def publish(self, first: date, days: int, title: str) -> str:
        uuid = self.site.add_all_day(first, first + (days - 1) * DAY, title=title, **TICKETS)
        self.due[uuid] = self.site.get(uuid).end
        return uuid

    def run(self, now: datetime) -> None:
        """Let an hour's run go by, and see that everything is on sale that is not over, and nothing was removed."""
        first_day = now.astimezone(DENMARK).date() - self.lookback_days * DAY
        window = Window(start=datetime.combine(first_day, time(), DENMARK))
        listed = [map_event(event, RULES, now) for event in self.client.events(first_day)]
        self.world.source = {mapped.uuid: mapped for mapped in listed}
        self.kinds += [change.kind.value for change in self.world.sync(now=now, window=window).changes]
        on_sale = {uuid for uuid, link in self.world.links.items() if link.status is LinkStatus.LIVE}
        assert on_sale == {uuid for uuid, end in self.due.items() if end > now}, now
        assert len(self.world.shop.events) == len(self.due), now

    def sell(self, uuid: str) -> None:
        event_id = self.world.links[uuid].event_id
        prices = self.world.shop.events[event_id].prices or ()
        self.world.shop.put_prices(event_id, tuple(replace(price, sold_tickets=1) for price in prices))


@pytest.fixture
def library(sandbox: Sandbox, lookback_days: int) -> Iterator[Library]:
    sandbox.reset(seeded=False)
    login, password = sandbox.cms_users["solbjerg"]
    hasty = RequestSettings(per_second=5000)
    with CmsClient(sandbox.cms_urls["solbjerg"], login, password, connection="cms_solbjerg", settings=hasty) as client:
        yield Library(sandbox.cms["solbjerg"], client, lookback_days)


def moments(around: date, days: int, lookback_days: int) -> list[datetime]:
    """Return the moments of runs: at every hour of each day on which something begins, ends or leaves the window."""
    edges = {around, around + lookback_days * DAY, around + days * DAY, around + (lookback_days + days) * DAY}
    near = sorted({edge + n * DAY for edge in edges for n in range(-1, 2)})
    return [datetime.combine(day, hour, DENMARK) for day in near for hour in HOURS]


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("around", DAYS.values(), ids=DAYS)
@pytest.mark.parametrize("lookback_days", [0, 1, 60])
def test_nothing_that_takes_all_day_is_missed_or_removed(
    sandbox: Sandbox, library: Library, around: date, lookback_days: int, site: str
) -> None:
    days = lookback_days + 5
    hours = moments(around, days, lookback_days)
    sandbox.clock = lambda: hours[0]
    long_runs = [library.publish(around, days, f"Udstilling {n}") for n in range(2)]
    one_day = [library.publish(around, 1, f"Bogsalg {n}") for n in range(2)]
    for number, now in enumerate(hours):
        sandbox.clock = lambda now=now: now
        library.site.running_reach = SITES[site](number, len(hours))
        if now.time() == HOURS[0]:
            library.publish(now.date(), 1, f"I dag, {now:%d.%m}")
            library.publish(now.date(), 3, f"Fra i dag, {now:%d.%m}")
        library.run(now)
        if number == 0:
            library.sell(long_runs[0])
            library.sell(one_day[0])
    assert set(library.kinds) == {"create", "retire"}
    assert library.kinds.count("create") == len(library.due)
