"""What else can happen to a library: staff who pause, price and make events by hand, editors who paste links."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billetbro.settings.libraries import History
from billetbro.steps.prune import Prunable, prune
from sandbox.place2book_rules import read_event, read_price
from tests.integration.steps.harness import DAY
from tests.properties.editors import TITLES
from tests.properties.staff import Staff

FAR = "2090-01-01T08:00:00Z"
PRICE_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "maximum_count": st.integers(3, 9),
        "minimum_count": st.just(1),
        "description": st.sampled_from(["Kun for medlemmer", None]),
        "sale_begin_at": st.sampled_from(["2020-01-01T08:00:00Z", None]),
        "sale_end_at": st.sampled_from([FAR, None]),
        "value": st.sampled_from([0, 1234]),
        "name": st.sampled_from(["Voksen", "Barn", "Rabat"]),
    },
)
ADDRESS = {"address1": "Torvet 1", "postal_code": "2735", "city": "Solbjerg", "phone": "", "country": "DK"}


class Everyone(Staff):
    """Everything that `Staff` do, and more; see witness.py for what is seen of each run."""

    def __init__(self) -> None:
        super().__init__()
        self.by_hand: set[int] = set()

    @rule(number=st.integers(0, 20), paused=st.booleans())
    def staff_pause(self, number: int, paused: bool) -> None:
        if event := self._some_event(number):
            self.world.sandbox.place2book.pause(event.id, paused=paused)

    @rule(number=st.integers(0, 20), waiting=st.booleans())
    def staff_open_a_waiting_list(self, number: int, waiting: bool) -> None:
        if event := self._some_event(number):
            self.world.sandbox.place2book.staff_edit(event.id, waiting_list=waiting)

    @rule(number=st.integers(0, 20), end=st.sampled_from([FAR, None]))
    def staff_set_the_end_of_a_sale(self, number: int, end: str | None) -> None:
        if event := self._some_event(number):
            self.world.sandbox.place2book.staff_edit(event.id, sale_close_at=end)

    @rule(number=st.integers(0, 20), which=st.integers(0, 3), fields=PRICE_FIELDS)
    def staff_edit_a_price(self, number: int, which: int, fields: dict[str, object]) -> None:
        if (event := self._some_event(number)) and event.prices:
            price = list(event.prices)[which % len(event.prices)]
            self.world.sandbox.place2book.staff_edit_price(event.id, price, **fields)
            if (event.id, price) in self.staff_prices:
                self.staff_prices[event.id, price] = event.prices[price].fields

    @rule()
    def a_night_prunes_all_history_that_may_go(self) -> None:
        library = Prunable(id="solbjerg", history=History(), has_twin=True)
        prune(self.world.engine, library, self.world.now() + 3000 * DAY, batch=7)

    @rule(number=st.integers(0, 20))
    def refund_one(self, number: int) -> None:
        if (event := self._some_event(number)) and event.purchases:
            self.world.sandbox.place2book.refund(event.purchases[0].id)
            if not event.sold():
                self.sold.discard(event.id)

    @rule(uuid=Staff.source, number=st.integers(0, 20))
    def editor_pastes_the_link_of_an_event(self, uuid: str, number: int) -> None:
        if self._exists(uuid) and (event := self._some_event(number)):
            link = f"https://www.place2book.com/da/sw2/sales/{event.seccode}"
            self.world.site.edit(uuid, external_data={"url": link, "admin_url": None})

    @rule(uuid=Staff.source)
    def editor_sells_it_elsewhere(self, uuid: str) -> None:
        if self._exists(uuid):
            link = "https://billetter.example.com/42"
            self.world.site.edit(uuid, external_data={"url": link, "admin_url": None})

    @rule(target=Staff.source, title=st.sampled_from(TITLES), day=st.integers(2, 30), value=st.sampled_from([0, 5000]))
    def staff_make_an_event_by_hand_and_an_editor_links_it(self, title: str, day: int, value: int) -> str:
        start = self.world.now().replace(microsecond=0, second=0) + day * DAY
        times = {"begin_at": start.isoformat(), "end_at": (start + DAY / 12).isoformat()}
        body = {"name": f"{title} i salen", **times, "capacity": 30, "address": ADDRESS, "ticket_fee": 3}
        prices = [read_price({"name": "Voksen", "value": value, "maximum_count": 4})]
        event = self.world.sandbox.place2book.create(5000, read_event(body), prices)
        self.by_hand.add(event.id)
        link = {"url": f"http://place2book.com/events/{event.seccode}", "admin_url": None}
        return self.world.add(title, 50, 20, start=start, external_data=link)

    def see_that_each_event_stands_once(self) -> None:
        standing = sorted(event.id for event in self.world.sandbox.place2book.events)
        linked = sorted(link.event_id for link in self.world.ours().values() if link.status != "deleted")
        assert sorted(set(linked)) == linked
        assert {event_id for event_id in standing if event_id not in linked} <= self.by_hand

    def see_that_what_is_on_sale_can_be_found(self) -> None:
        """An editor may have put the event's own link there in another form, which is left as it is."""
        for link in self.world.ours().values():
            event = next((e for e in self.world.sandbox.place2book.events if e.id == link.event_id), None)
            if event and self._exists(link.uuid) and event.seccode in (self.world.link_shown(link.uuid) or ""):
                self.world.site.edit(link.uuid, external_data={"url": link.sales_location, "admin_url": None})
        super().see_that_what_is_on_sale_can_be_found()

    def see_that_what_is_wanted_is_for_sale(self) -> None:
        query = (
            "SELECT s.uuid, s.mapped->'desired'->'prices' AS prices FROM sync.source_events s WHERE s.present "
            "AND s.mapped->>'outcome' = 'ticket_event' AND NOT EXISTS (SELECT FROM sync.rejections r "
            "WHERE r.uuid = s.uuid AND r.resolved_at IS NULL)"
        )
        links = self.world.ours()
        for row in self.world.rows(query):
            link = links[row["uuid"]]
            event = self.world.sandbox.place2book.get(link.event_id).fields.as_json()
            ours = {price["key"]: link.prices[price["key"]].price_id for price in row["prices"]}
            standing = self.world.sandbox.place2book.get(link.event_id).prices
            assert event["sale_close_at"] in (None, FAR)
            assert {standing[price_id].fields.as_json()["sale_end_at"] for price_id in ours.values()} <= {None, FAR}
