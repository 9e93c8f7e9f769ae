"""Which Place2book event is a source event's, where no link says so. Pure.

| evidence | holds for |
|---|---|
| the source shows the event's sales link | an event that is wanted, cancelled or rejected |
| the event's description names the source event's page | the same, and one that is no longer for sale with us |
| the same event maker, name and start | an event that is wanted |

Stronger evidence decides first, then the same start, then the same name. What is equally strong for several is
ambiguous: it is told and not decided. An event that is over is left alone, and so is what the next run settles by
itself: recreated events, and those left to a twin.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from billetbro.models import CurrentEvent, Link, Mapped, Outcome, TicketEventKey
from billetbro.models.sales_links import is_place2book, seccode_of
from billetbro.models.text import same_text
from billetbro.reconcile.matching.lookalikes import Looks, looks_of, looks_wanted
from billetbro.reconcile.matching.pages import page_named_in
from billetbro.reconcile.state import Belonging, ReconcileState

LINKABLE = frozenset({Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT, Outcome.CANCELLED, Outcome.REJECTED})
CONSIDERED = LINKABLE | {Outcome.SKIPPED}


class Evidence(StrEnum):
    """Why two events belong together."""

    LINKED = "linked"
    SALES_LINK = "sales_link"
    PAGE = "page"
    NAME_AND_START = "name_and_start"


STRENGTH = {Evidence.SALES_LINK: 2, Evidence.PAGE: 1, Evidence.NAME_AND_START: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A source event and its Place2book event; `link` is the one in our tables, if there is one."""

    mapped: Mapped
    current: CurrentEvent
    evidence: Evidence
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What belongs together; `ambiguous`: pairs of which a person has to choose."""

    certain: tuple[Pair, ...] = ()
    ambiguous: tuple[Pair, ...] = ()


def pair_again(state: ReconcileState, pages: Mapping[str, str]) -> Pairs:
    """Return the pairs of a state whose identities are matched; `pages`: each source event's, in normal form."""
    linked = [
        Pair(mapped=identity.mapped, current=identity.current, evidence=Evidence.LINKED, link=identity.link)
        for identity in state.identities.values()
        if identity.belonging is Belonging.LINKED and identity.current is not None
    ]
    settled = {uuid for uuid, identity in state.identities.items() if identity.link is not None}
    settled |= state.deferred_to.keys() | {link.uuid for link in state.live_links}
    left = [m for m in state.snapshot if m.outcome in CONSIDERED and m.uuid not in settled]
    found = _decided(_candidates(left, state.free_to_come, pages, state.rules.sales_hosts))
    return Pairs(certain=(*linked, *found.certain), ambiguous=found.ambiguous)


def _candidates(
    left: Iterable[Mapped], free: Iterable[CurrentEvent], pages: Mapping[str, str], hosts: frozenset[str]
) -> list[Pair]:
    """Return every pair with evidence, each with its strongest."""
    by_seccode: dict[str, list[CurrentEvent]] = defaultdict(list)
    by_page: dict[str, list[CurrentEvent]] = defaultdict(list)
    by_looks: dict[Looks, list[CurrentEvent]] = defaultdict(list)
    for event in free:
        by_seccode[event.seccode].append(event)
        by_page[page_named_in(event.description_long) or ""].append(event)
        by_looks[looks_of(event)].append(event)
    found: list[Pair] = []
    for mapped in left:
        of_event: dict[TicketEventKey, Pair] = {}
        for evidence, events in (
            (Evidence.NAME_AND_START, by_looks.get(looks_wanted(mapped), []) if mapped.is_wanted else []),
            (Evidence.PAGE, by_page.get(pages[mapped.uuid], []) if mapped.uuid in pages else []),
            (Evidence.SALES_LINK, by_seccode.get(_shown(mapped, hosts), []) if mapped.outcome in LINKABLE else []),
        ):
            of_event |= {event.key: Pair(mapped=mapped, current=event, evidence=evidence) for event in events}
        found += of_event.values()
    return found


def _decided(candidates: Iterable[Pair]) -> Pairs:
    certain: list[Pair] = []
    ambiguous: list[Pair] = []
    taken: set[str | TicketEventKey] = set()
    for _, alike in groupby(sorted(candidates, key=_strength, reverse=True), key=_strength):
        open_ = [pair for pair in alike if taken.isdisjoint((pair.mapped.uuid, pair.current.key))]
        times = Counter[str | TicketEventKey]()
        for pair in open_:
            times.update((pair.mapped.uuid, pair.current.key))
        for pair in open_:
            alone = times[pair.mapped.uuid] == times[pair.current.key] == 1
            (certain if alone else ambiguous).append(pair)
        taken |= times.keys()
    return Pairs(certain=tuple(certain), ambiguous=tuple(ambiguous))


def _strength(pair: Pair) -> tuple[int, bool, bool]:
    same_start = pair.mapped.starts_at == pair.current.begin_at
    return STRENGTH[pair.evidence], same_start, same_text(pair.mapped.title, pair.current.name)


def _shown(mapped: Mapped, hosts: frozenset[str]) -> str:
    """Return the seccode of the sales link that the source shows; "-", which no event has, without one."""
    shown = mapped.link if mapped.link and is_place2book(mapped.link, hosts) else ""
    return seccode_of(shown, hosts) or "-"
