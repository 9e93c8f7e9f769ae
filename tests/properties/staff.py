"""What ticket staff do in Place2book, besides all that editors, buyers and bad luck do."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties.editors import Editors

STAFF_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "ticket_fee": st.integers(0, 9),
        "bank_account_id": st.integers(1, 9),
        "kultunaut_age_group": st.sampled_from(["Alle", "Voksne"]),
        "sale_open_at": st.sampled_from(["2020-01-01T08:00:00Z", "2020-02-01T08:00:00Z"]),
    },
)


class Staff(Editors):
    """A library whose staff work in Place2book, too."""

    def __init__(self) -> None:
        super().__init__()
        self.staff_own: dict[int, dict[str, object]] = {}
        self.staff_prices: dict[tuple[int, int], object] = {}

    @rule(number=st.integers(0, 20), fields=STAFF_FIELDS)
    def staff_edit_what_is_theirs(self, number: int, fields: dict[str, object]) -> None:
        if event := self._some_event(number):
            self.world.sandbox.place2book.staff_edit(event.id, **fields)
            self.staff_own.setdefault(event.id, {}).update(fields)

    @rule(number=st.integers(0, 20), capacity=st.integers(15, 40), name=st.sampled_from(["Koncert!", "Foredrag"]))
    def staff_edit_what_is_ours(self, number: int, capacity: int, name: str) -> None:
        if event := self._some_event(number):
            self.world.sandbox.place2book.staff_edit(event.id, capacity=capacity, name=name)

    @rule(number=st.integers(0, 20))
    def staff_add_price(self, number: int) -> None:
        if event := self._some_event(number):
            price = self.world.sandbox.place2book.staff_add_price(event.id, name="Personale", value=1100)
            self.staff_prices[event.id, price] = event.prices[price].fields

    @rule(number=st.integers(0, 20))
    def staff_delete(self, number: int) -> None:
        if event := self._some_event(number):
            self.world.sandbox.place2book.delete(event.id)
            self.sold.discard(event.id)

    def see_that_all_is_well(self) -> None:
        """See that staff have kept what is theirs, besides."""
        super().see_that_all_is_well()
        self.see_that_staff_keep_what_is_theirs()

    def see_that_staff_keep_what_is_theirs(self) -> None:
        standing = {event.id: event for event in self.world.sandbox.place2book.events}
        for event_id, fields in self.staff_own.items():
            if event_id in standing:
                shown = standing[event_id].fields.as_json()
                assert {name: shown[name] for name in fields} == fields
        for (event_id, price), entered in self.staff_prices.items():
            if event_id in standing:
                assert standing[event_id].prices[price].fields == entered
