"""Everything that editors, buyers and bad luck do, in any order, as rules of a state machine."""

from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple, precondition, rule

from billetbro.models import Mode
from sandbox.moments import DENMARK, end_of, start_of
from sandbox.place2book_records import Event
from sandbox.place2book_sales import SaleRefusedError
from tests.integration.steps.harness import DAY, World
from tests.properties.mortal import MortalClient

SOURCE = "the source"
SERVERS = ("place2book", SOURCE)
TITLES = ("Koncert", "Foredrag", "Koncert & kage", "Kon\u00adcert\u200b", "Fore&shy;drag", "Krea-cafe\u0301")
UNSEEN = ("\u00ad", "\u200b", "\ufeff")
ALL_DAY_FROM = (0, 1, 3, -1, -58, -60, -61)
"""Days from today; a library looks 60 days back."""

EDITS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(TITLES),
        "ticket_capacity": st.sampled_from([1, 5, 30, None]),
        "state": st.sampled_from(["Active", "Cancelled", "TicketSaleNotOpen"]),
        "published": st.booleans(),
        "ticket_manager_relevance": st.sampled_from([True, True, False]),
        "external_data": st.none(),
        "ticket_categories": st.lists(
            st.builds(
                lambda name, price: {"uuid": name, "title": name, "price": {"currency": "DKK", "value": price}},
                st.sampled_from(["Voksen", "Barn", "Ung"]),
                st.sampled_from([0, 50, 95]),
            ),
            max_size=3,
            unique_by=lambda category: str(category["uuid"]),
        ),
    },
)


EDITS_OF_A_SERIES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(TITLES),
        "state": st.sampled_from(["Active", "Cancelled", "TicketSaleNotOpen"]),
        "external_data": st.none(),
    },
)


class Editors(RuleBasedStateMachine):
    """A library's website and its ticket system over some days; `World` is given by the test."""

    world: ClassVar[World]
    source = Bundle("source")

    def __init__(self) -> None:
        super().__init__()
        self.sold: set[int] = set()
        self.numbers = 0
        self.changed_at: int | None = None

    @initialize(target=source)
    def begin(self) -> MultipleResults[str]:
        self.fresh()
        MortalClient.writes_left = None
        self.world.place2book_client = MortalClient
        uuids = [self.publish_one("Koncert", 3, 50), self.publish_one("Foredrag", 5, 0)]
        self.publish_instances("Ukulele", [7, 14])
        self.world.run()
        return multiple(*uuids)

    def fresh(self) -> None:
        raise NotImplementedError

    @rule(target=source, title=st.sampled_from(TITLES), day=st.integers(2, 30), price=st.sampled_from([0, 40, 75.5]))
    def publish(self, title: str, day: int, price: float) -> str:
        return self.publish_one(title, day, price)

    def publish_one(self, title: str, day: int, price: float) -> str:
        start = self.world.now().replace(microsecond=0, second=0, minute=0) + day * DAY
        return self.world.add(title, price, 20, start=start)

    @rule(
        target=source,
        title=st.sampled_from(TITLES),
        day=st.sampled_from(ALL_DAY_FROM),
        days=st.sampled_from([1, 5, 90]),
    )
    def publish_all_day(self, title: str, day: int, days: int) -> str:
        """Publish what takes one whole day, or several, and may run since the day on which the list begins."""
        first = self.world.now().astimezone(DENMARK).date() + day * DAY
        shown = {} if self.world.plans_in_yesplan else {"all_day": True}
        return self.world.add(title, 50, 20, start=start_of(first), end=end_of(first + (days - 1) * DAY), **shown)

    @rule(reach=st.sampled_from([None, 3 * DAY, 365 * DAY]))
    def website_gets_another_release(self, reach: timedelta | None) -> None:
        if not self.world.plans_in_yesplan:
            self.world.site.running_reach = reach

    @rule(target=source, title=st.sampled_from(TITLES), days=st.lists(st.integers(2, 30), min_size=2, max_size=3))
    def publish_series(self, title: str, days: list[int]) -> str:
        return self.publish_instances(title, days)

    def publish_instances(self, title: str, days: list[int]) -> str:
        self.numbers += 1
        start = self.world.now().replace(microsecond=0, second=0, minute=0)
        added = [self.world.add(title, 50, 20, series=f"series {self.numbers}", start=start + n * DAY) for n in days]
        return added[0]

    @rule(days=st.lists(st.integers(2, 30), min_size=1, max_size=3), number=st.integers(0, 9))
    def redate_series(self, days: list[int], number: int) -> None:
        every = sorted({event.series for event in self.world.site.events if event.series})
        if every:
            start = self.world.now().replace(microsecond=0, second=0, minute=30)
            self.world.site.redate_series(every[number % len(every)], [start + timedelta(days=day) for day in days])

    @rule(fields=EDITS_OF_A_SERIES, number=st.integers(0, 9))
    def edit_series(self, fields: dict[str, object], number: int) -> None:
        every = sorted({event.series for event in self.world.site.events if event.series})
        if every and not self.world.plans_in_yesplan:
            self.world.site.edit_series(every[number % len(every)], **fields)

    @rule(number=st.integers(0, 20))
    def type_a_link_on_its_series(self, number: int) -> None:
        """Let an editor copy the link that an event shows onto its series."""
        of_series = [event for event in self.world.site.events if event.series]
        if of_series and not self.world.plans_in_yesplan:
            event = of_series[number % len(of_series)]
            links = {"url": self.world.link_shown(event.uuid), "admin_url": None}
            self.world.site.edit_series(str(event.series), external_data=links)

    @rule(target=source, uuid=source)
    def clone(self, uuid: str) -> str:
        return self.world.site.clone(uuid) if self._exists(uuid) else uuid

    @rule(uuid=source, fields=EDITS)
    def edit(self, uuid: str, fields: dict[str, object]) -> None:
        if self._exists(uuid):
            self.world.site.edit(uuid, **fields)

    @rule(uuid=source, fields=EDITS, method=st.sampled_from(["POST", "PUT", "DELETE"]), unread=st.booleans())
    def answer_is_lost_and_an_editor_takes_it_back(
        self, uuid: str, fields: dict[str, object], method: str, unread: bool
    ) -> None:
        """Let an hour's run carry out an edit without hearing of it; before the next hour it is as it was.

        In that hour the event itself may be `unread`.
        """
        if not self._exists(uuid):
            return
        event = self.world.site.get(uuid)
        stood = {**event.fields, "state": event.fields.get("state") or "Active", "published": event.published}
        before = {name: stood.get(name) for name in fields}
        self.world.site.edit(uuid, **fields)
        self.world.sandbox.faults.add("place2book", "drop_after", method, times=1)
        self.world.run()
        self.world.site.edit(uuid, **before)
        if unread and (link := self.world.ours().get(uuid)):
            # As often as is tried in a run.
            self.world.sandbox.faults.add("place2book", "status", "GET", f"/events/{link.event_id}(/prices)?$", times=2)
            self.world.run()

    @rule(uuid=source, title=st.sampled_from(TITLES), edited=EDITS)
    def an_hour_lists_an_event_twice(self, uuid: str, title: str, edited: dict[str, object]) -> None:
        """Let an hour's list hold an edited event twice, with another title: what it is linked to stays as it is."""
        if not self._exists(uuid):
            return
        self.world.site.edit(uuid, **{**edited, "published": True})
        before = self._how_it_stands(uuid)
        self.world.site.list_twice(uuid, title=f"{title} igen")
        run = self.world.run()
        self.world.site.list_once()
        query = "SELECT kind FROM sync.changes WHERE uuid = :uuid AND run_id = :run_id AND kind <> 'retire'"
        assert self.world.rows(query, uuid=uuid, run_id=run.run_id) == []
        # Not linked before: what was created, and the answer lost, may be found.
        assert before in (None, self._how_it_stands(uuid))

    @rule(uuid=source, unseen=st.sampled_from(UNSEEN))
    def retype(self, uuid: str, unseen: str) -> None:
        """Change a title in a way that nobody can see."""
        if self._exists(uuid):
            title = str(self.world.site.get(uuid).fields.get("title") or "")
            self.world.site.edit(uuid, title=f"{title[:2]}{unseen}{title[2:]}")

    @rule(uuid=source, days=st.integers(-20, 20))
    def move(self, uuid: str, days: int) -> None:
        if self._exists(uuid):
            event = self.world.site.get(uuid)
            start = max(event.start + days * DAY, self.world.now().replace(microsecond=0) + DAY)
            self.world.site.edit(uuid, start=start, end=start + timedelta(hours=2))

    @rule(uuid=source)
    def remove(self, uuid: str) -> None:
        if self._exists(uuid):
            self.world.site.remove(uuid)

    @rule(number=st.integers(0, 20), quantity=st.integers(1, 3))
    def buy(self, number: int, quantity: int) -> None:
        if event := self._some_event(number):
            try:
                self.world.sandbox.place2book.buy(event.id, quantity=quantity)
            except SaleRefusedError:
                return
            self.sold.add(event.id)

    @rule(number=st.integers(0, 20))
    def refund_everything(self, number: int) -> None:
        if event := self._some_event(number):
            for purchase in event.purchases:
                self.world.sandbox.place2book.refund(purchase.id)
            self.sold.discard(event.id)

    @rule(
        server=st.sampled_from(SERVERS),
        kind=st.sampled_from(["drop_after", "drop_before", "status", "truncated_json", "html_200", "early_hints"]),
        method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
        times=st.integers(1, 3),
    )
    def something_fails(self, server: str, kind: str, method: str, times: int) -> None:
        source, writes = self.world.written_back
        server, method = (source, writes if method == "PATCH" else method) if server == SOURCE else (server, method)
        self.world.sandbox.faults.add(server, kind, method, times=times)  # type: ignore[arg-type]

    @precondition(lambda self: not self.world.plans_in_yesplan and self.changed_at is None)
    @rule()
    def site_changes_its_password(self) -> None:
        """Leave the connection with the password of before; a run may find out, and goes on with nothing new."""
        site = self.world.sandbox.cms["solbjerg"]
        self.numbers += 1
        self.changed_at = len(self.world.sandbox.log.entries)
        self.world.passwords["solbjerg"] = site.password
        site.password = f"made-up-{self.numbers}"

    @precondition(lambda self: self.changed_at is not None)
    @rule(at_the_site=st.booleans())
    def password_is_put_right(self, at_the_site: bool) -> None:
        """See that nothing was created meanwhile, and let both have one password again."""
        meanwhile = self.world.sandbox.log.entries[self.changed_at :]
        assert [entry for entry in meanwhile if entry.method == "POST" and entry.path.endswith("/events")] == []
        known = self.world.passwords.pop("solbjerg")
        if at_the_site:
            self.world.sandbox.cms["solbjerg"].password = known
        self.changed_at = None

    @rule(writes=st.integers(1, 4))
    def process_dies(self, writes: int) -> None:
        MortalClient.writes_left = writes
        self.world.run(only=["extract", "transform", "load"])
        MortalClient.writes_left = None

    @rule(
        mode=st.sampled_from([Mode.SYNC, Mode.SYNC, Mode.SYNC, Mode.SYNC, Mode.PLAN, Mode.RESYNC]),
        tries=st.integers(1, 2),
    )
    def an_hour_passes(self, mode: Mode, tries: int) -> None:
        self.world.run(mode, tries=tries)

    @rule(days=st.integers(1, 5))
    def days_pass(self, days: int) -> None:
        self.world.ahead += days * DAY
        self.world.run()

    @rule()
    def another_hour_passes(self) -> None:
        self.world.run()

    @precondition(lambda self: bool(self.world.sandbox.faults.active))
    @rule()
    def all_is_mended(self) -> None:
        self.world.sandbox.faults.clear()

    def teardown(self) -> None:
        """Let clean hours pass, and see that all is well and quiet."""
        self.world.sandbox.faults.clear()
        if self.changed_at is not None:
            self.password_is_put_right(at_the_site=False)
        for _ in range(2):
            # An event is gone once it was absent twice.
            self.world.run(allow_mass_removal=True)
        for _ in range(3):
            clean = self.world.run()
            assert clean.raised == {}, clean.raised
        quiet = self.world.run()
        seen = (quiet.raised, quiet.writes, self.world.changes(quiet))
        assert seen == ({}, [], []), seen
        self.see_that_all_is_well()

    def see_that_all_is_well(self) -> None:
        """See everything that must hold once all is quiet."""
        self.see_that_nothing_sold_is_gone()
        self.see_that_each_event_stands_once()
        self.see_that_what_is_on_sale_can_be_found()
        self.see_that_what_is_wanted_is_for_sale()
        self.see_that_no_final_state_was_written_over()
        assert self.world.unplanned_requests() == []

    def see_that_no_final_state_was_written_over(self) -> None:
        overwritten = [] if self.world.plans_in_yesplan else self.world.site.overwritten
        assert [shown for shown, _ in overwritten if shown in ("Cancelled", "Occurred")] == []

    def see_that_nothing_sold_is_gone(self) -> None:
        assert self.sold - {event.id for event in self.world.sandbox.place2book.events} == set()
        tried = [e for e in self.world.sandbox.log.entries if e.method == "DELETE" and e.status == 400]
        assert tried == []

    def see_that_each_event_stands_once(self) -> None:
        standing = sorted(event.id for event in self.world.sandbox.place2book.events)
        linked = sorted(link.event_id for link in self.world.ours().values() if link.status != "deleted")
        assert [event_id for event_id in linked if event_id in standing] == standing

    def see_that_what_is_on_sale_can_be_found(self) -> None:
        rejected = {
            row["uuid"] for row in self.world.rows("SELECT uuid FROM sync.rejections WHERE resolved_at IS NULL")
        }
        query = "SELECT uuid FROM sync.source_events WHERE present AND mapped->>'outcome' = 'ticket_event'"
        wanted = {row["uuid"] for row in self.world.rows(query)} - rejected
        assert {uuid for uuid in wanted if not self.world.answers(self.world.link_shown(uuid))} == set()

    def see_that_what_is_wanted_is_for_sale(self) -> None:
        query = (
            "SELECT s.uuid, s.mapped->'desired'->'prices' AS prices FROM sync.source_events s WHERE s.present "
            "AND s.mapped->>'outcome' = 'ticket_event' AND NOT EXISTS (SELECT FROM sync.rejections r "
            "WHERE r.uuid = s.uuid AND r.resolved_at IS NULL)"
        )
        links = self.world.ours()
        for row in self.world.rows(query):
            link = links[row["uuid"]]
            event = self.world.sandbox.place2book.get(link.event_id)
            ours = {price["key"]: link.prices[price["key"]].price_id for price in row["prices"]}
            assert (event.fields.sale_close_at, event.fields.passive) == (None, False)
            assert {event.prices[price_id].fields.sale_end_at for price_id in ours.values()} <= {None}

    def _how_it_stands(self, uuid: str) -> object:
        """Return the Place2book event that a source event is linked to, and the link that it shows."""
        link = self.world.ours().get(uuid)
        standing = {event.id: event.fields.as_json() for event in self.world.sandbox.place2book.events}
        return link and (link.event_id, standing.get(link.event_id), self.world.link_shown(uuid))

    def _exists(self, uuid: str) -> bool:
        return any(event.uuid == uuid for event in self.world.site.events)

    def _some_event(self, number: int) -> Event | None:
        """Return one of the events by what is known of it: their order and ids are of the moment they were created."""
        every = self.world.sandbox.place2book.events
        events = sorted(every, key=lambda event: (event.fields.begin_at, event.fields.name, event.id))
        return events[number % len(events)] if events else None
