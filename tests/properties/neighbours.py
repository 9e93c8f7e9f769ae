"""Everything that happens to the events which a library and a theatre both show, as rules of a state machine."""

from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from billetbro.models import Mode
from sandbox.place2book_sales import SaleRefusedError
from tests.integration.steps.harness import HOUR
from tests.integration.steps.twins.pair import SOLBJERG, Twins
from tests.integration.steps.venue import VENUE
from tests.properties.mortal import MortalClient

SHOWS = ("Hamlet", "Nøddeknækkeren")
ADORNED = ("{}", "{}!", "TEATER – {}", "Teater: {}")
WHERE = st.sampled_from([SOLBJERG, VENUE])
SHOW = st.sampled_from(SHOWS)
WRITTEN_BACK = ("ticket_admin", "ticket_link", "ticket_state", "tickets_available", "tickets_sold")
SERVERS = ("place2book", "cms:solbjerg", f"yesplan:{VENUE}")


@dataclass(slots=True)
class Shown:
    """An event as one of the two shows it; `behind` is what the other has changed of it and this one has not yet."""

    uuid: str
    behind: dict[str, object] = field(default_factory=dict)


class Neighbours(RuleBasedStateMachine):
    """Two sources, one event maker: never two events on sale for one show. `twins` is given by the test; `looked` is
    how often it was seen that there is something on sale, and nothing twice."""

    twins: ClassVar[Twins]
    looked: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[tuple[str, str], Shown] = {}

    @initialize()
    def begin(self) -> None:
        self.fresh()
        MortalClient.writes_left = None
        self.twins.world.place2book_client = MortalClient
        for where in (SOLBJERG, VENUE):
            # An empty list is not believed.
            self.twins.publish(where, f"Omvisning i {where}")
            self.shown[where, SHOWS[0]] = Shown(self.twins.publish(where, SHOWS[0]))
        self.twins.run()

    def fresh(self) -> None:
        raise NotImplementedError

    @rule(where=WHERE, show=SHOW, adorned=st.sampled_from(ADORNED))
    def publish(self, where: str, show: str, adorned: str) -> None:
        if (where, show) not in self.shown:
            self.shown[where, show] = Shown(self.twins.publish(where, adorned.format(show)))
            self.twins.site(where).edit(self.shown[where, show].uuid, **self._as_the_other_shows(where, show))

    def _as_the_other_shows(self, where: str, show: str) -> dict[str, object]:
        """Return the start that the other one shows."""
        for (other, name), shown in self.shown.items():
            if other != where and name == show:
                event = self.twins.site(other)
                start = event.get(shown.uuid).start if other == SOLBJERG else event.state.get(shown.uuid).start
                return {"start": start, "end": start + 2 * HOUR}
        return {}

    @rule(
        where=WHERE,
        show=SHOW,
        edit=st.sampled_from(
            [
                {"ticket_manager_relevance": False},
                {"ticket_manager_relevance": True},
                {"published": False},
                {"published": True},
                {"state": "Cancelled"},
                {"state": "Active"},
                {"ticket_capacity": 0},
                {"ticket_capacity": 50},
            ]
        ),
    )
    def edit(self, where: str, show: str, edit: dict[str, object]) -> None:
        shown, other = self._both(where, show)
        if shown and not shown.behind and not (other and other.behind):
            self.twins.site(where).edit(shown.uuid, **edit)

    @rule(where=WHERE, show=SHOW, hours=st.sampled_from([0.5, 24, 170]), adorned=st.sampled_from(ADORNED))
    def move_or_rename(self, where: str, show: str, hours: float, adorned: str) -> None:
        """Change one of them first, once they are known to be the same; the other follows before anything else."""
        shown, other = self._both(where, show)
        if shown is None or shown.behind or (other and (other.behind or not self._are_known(shown, other))):
            return
        start = self.twins.start + hours * HOUR
        moved: dict[str, object] = {"start": start, "end": start + 2 * HOUR}
        self.twins.site(where).edit(shown.uuid, title=adorned.format(show), **moved)
        if other:
            other.behind = moved
        self.twins.run()
        self.see_that_nothing_is_on_sale_twice()

    def _both(self, where: str, show: str) -> tuple[Shown | None, Shown | None]:
        other = VENUE if where == SOLBJERG else SOLBJERG
        return self.shown.get((where, show)), self.shown.get((other, show))

    def _are_known(self, *both: Shown) -> bool:
        """Tell whether one of them was left to the other."""
        query = "SELECT uuid FROM sync.source_events WHERE left_to IS NOT NULL AND uuid = ANY(:both)"
        return bool(self.twins.world.rows(query, both=[shown.uuid for shown in both]))

    @rule(where=WHERE, show=SHOW)
    def follow(self, where: str, show: str) -> None:
        shown = self.shown.get((where, show))
        if shown and shown.behind:
            self.twins.site(where).edit(shown.uuid, **shown.behind)
            shown.behind = {}

    @rule(show=SHOW)
    def buy(self, show: str) -> None:
        for event in self.twins.world.sandbox.place2book.events:
            if show in event.fields.name:
                try:
                    self.twins.world.sandbox.place2book.buy(event.id)
                except SaleRefusedError:
                    continue

    @rule(
        server=st.sampled_from(SERVERS),
        kind=st.sampled_from(["drop_after", "drop_before", "status", "html_200"]),
        method=st.sampled_from(["GET", "POST", "POST", "PUT", "DELETE"]),
        times=st.integers(1, 3),
    )
    def something_fails(self, server: str, kind: str, method: str, times: int) -> None:
        self.twins.world.sandbox.faults.add(server, kind, method, times=times)  # type: ignore[arg-type]

    @rule(where=WHERE, writes=st.integers(1, 2))
    def process_dies(self, where: str, writes: int) -> None:
        MortalClient.writes_left = writes
        self.twins.run(where, only=["extract", "transform", "load"])
        MortalClient.writes_left = None
        self.see_that_nothing_is_on_sale_twice()

    @rule(
        libraries=st.sampled_from([(), (), (), (SOLBJERG,), (VENUE,), (SOLBJERG, VENUE), (VENUE, SOLBJERG)]),
        mode=st.sampled_from([Mode.SYNC, Mode.SYNC, Mode.SYNC, Mode.PLAN, Mode.RESYNC]),
        only=st.sampled_from([None, None, None, ["extract"], ["extract", "transform"]]),
    )
    def an_hour_passes(self, libraries: tuple[str, ...], mode: Mode, only: list[str] | None) -> None:
        self.twins.run(*libraries, mode=mode, only=only)
        self.twins.world.ahead += HOUR / 2
        self.see_that_nothing_is_on_sale_twice()

    @rule(where=WHERE, show=SHOW)
    def one_event_is_asked_for(self, where: str, show: str) -> None:
        if shown := self.shown.get((where, show)):
            self.twins.run(where, events=[shown.uuid])
            self.see_that_nothing_is_on_sale_twice()

    @rule(closed=st.frozensets(st.sampled_from(WRITTEN_BACK)))
    def key_may_not_write(self, closed: frozenset[str]) -> None:
        """Close some of the theatre's custom data to the key, and open the others."""
        self.twins.world.sandbox.yesplan[VENUE].writable = frozenset(WRITTEN_BACK) - closed

    @precondition(lambda self: bool(self.twins.world.sandbox.faults.active))
    @rule()
    def all_is_mended(self) -> None:
        self.twins.world.sandbox.faults.clear()

    def see_that_nothing_is_on_sale_twice(self) -> None:
        on_sale = self._on_sale()
        assert {show: count for show, count in on_sale.items() if count > 1} == {}
        type(self).looked += bool(on_sale)

    def _on_sale(self) -> Counter[str]:
        names = (name for (name, _), count in self.twins.on_sale().items() for _ in range(count))
        return Counter(show for name in names for show in SHOWS if show in name)

    def teardown(self) -> None:
        """Let both show everything as it is and the clean hours pass: each show is on sale once, and all is quiet."""
        self.twins.world.sandbox.faults.clear()
        self.key_may_not_write(frozenset())
        for (where, _), shown in self.shown.items():
            back = {"ticket_manager_relevance": True, "published": True, "state": "Active", "ticket_capacity": 50}
            self.twins.site(where).edit(shown.uuid, **back, **shown.behind)
        for _ in range(4):
            clean = self.twins.run()
            assert clean.raised == {}, clean.raised
            self.see_that_nothing_is_on_sale_twice()
        assert self._on_sale() == dict.fromkeys((show for _, show in self.shown), 1)
        assert self.twins.run().writes == []
        assert self.twins.world.unplanned_requests() == []
