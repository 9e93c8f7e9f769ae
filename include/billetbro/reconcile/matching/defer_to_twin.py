"""Which events a library defers to its twin. Twins are two libraries with the same events; one of them leads. Pure.

Two events are the same by title and start (similarity.py). They are also the same when one shows the sales link of the
other's Place2book event, or was deferred to it before, and the title or the start still agrees.

| the event | its twin | then |
|---|---|---|
| on sale | anything | planned as if there were no twin; the follower reports `sold_twice` when both sell it |
| not on sale | sells it, or may have started to | `sold_by_twin`: not created, reopened, or adopted by name and start |
| not on sale | leads, and wants to sell it, sells it elsewhere or has cancelled it | `sold_by_twin` |
| not on sale | sold it and has cancelled it | `sold_by_twin` |
| new | has ended its sale, because it was removed after tickets were sold | `sold_by_twin` |
| new | leads, and has never been read | `waits_for_twin` |
| we began its create, or it shows the link of a free event | anything | already on sale: adopted |

A deferred event without a Place2book event is skipped. One whose Place2book event is not for sale (passive, over, sale
ended) is rejected, so that nothing happens to it. "On sale" means a live link to an event that is not passive and whose
sale we have not ended; for the twin also an event that is over by its source but still ahead in Place2book.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from billetbro.models import Mapped, Outcome, Rejection
from billetbro.models.sales_links import seccode_of
from billetbro.reconcile.matching.recreated import pair_recreated
from billetbro.reconcile.matching.similarity import features_of
from billetbro.reconcile.matching.twin_claims import Claim, Hold, Twin, is_on_sale
from billetbro.reconcile.planning.plan_parts import rejection_of
from billetbro.reconcile.state import Belonging, Identity, ReconcileState

SOLD_BY_TWIN = "sold_by_twin"
SOLD_TWICE = "sold_twice"
WAITS_FOR_TWIN = "waits_for_twin"


def defer_to_twin(state: ReconcileState) -> ReconcileState:
    """Return the state without the identities that are deferred to the twin, and with the snapshot updated to match."""
    twin, hosts = state.twin, state.rules.sales_hosts
    if twin is None:
        return state
    ours = frozenset(features_of(i.mapped.title, i.mapped.starts_at) for i in state.identities.values())
    if before := _deferred_before(state.identities.values(), twin):
        twin = replace(twin, deferred={**twin.deferred, **before})
    remaining: dict[str, Identity] = {}
    deferred: dict[str, Mapped] = {}
    deferred_to: dict[str, str] = {}
    twice: list[Rejection] = []
    for uuid, identity in state.identities.items():
        claim = twin.claim_on(identity.mapped, hosts, ours)
        if not _would_begin_to_sell(identity, hosts, resync=state.run.resync):
            remaining[uuid] = identity
            if claim and twin.leads and claim.hold is Hold.ON_SALE and _sells(identity) and state.run.asked_for(uuid):
                twice.append(rejection_of(identity.mapped, SOLD_TWICE, None, _whose(twin, claim)))
        elif claim and not (claim.hold is Hold.SALE_ENDED and _is_standing(identity)):
            deferred[uuid] = _deferred(identity, SOLD_BY_TWIN, _whose(twin, claim))
            deferred_to |= {uuid: claim.link.seccode} if claim.link and claim.link.seccode else {}
        elif twin.leads and not twin.read and identity.link is None:
            deferred[uuid] = _deferred(identity, WAITS_FOR_TWIN, twin.name)
        else:
            remaining[uuid] = identity
    return replace(
        state,
        snapshot=tuple(deferred.get(mapped.uuid, mapped) for mapped in state.snapshot),
        identities=remaining,
        deferred=tuple(deferred.values()),
        deferred_to=deferred_to,
        sold_twice=tuple(twice),
    )


def is_claimed_by_twin(mapped: Mapped, state: ReconcileState) -> bool:
    """Return whether the twin claims an event of ours that was over: then it stays over."""
    return state.twin is not None and state.twin.claim_on(mapped, state.rules.sales_hosts) is not None


def _deferred_before(identities: Iterable[Identity], twin: Twin) -> dict[str, str]:
    """Return the seccodes to which recreated instances were deferred under their former uuids."""
    anew = [i.mapped for i in identities if i.belonging is Belonging.NEW and i.mapped.uuid not in twin.deferred]
    seccodes = {gone.uuid: seccode for gone, seccode in twin.deferred_gone}
    return {
        new.uuid: seccodes[gone.uuid] for new, gone in pair_recreated(anew, [gone for gone, _ in twin.deferred_gone])
    }


def _would_begin_to_sell(identity: Identity, sales_hosts: Collection[str], *, resync: bool) -> bool:
    """Return whether the event would go on sale here, or appear as a new one, and was not on sale before."""
    match identity.belonging:
        case Belonging.NEW:
            return True
        case Belonging.ADOPTED:
            named = seccode_of(identity.mapped.link or "", sales_hosts)
            by_link = identity.current is not None and named == identity.current.seccode
            return not (identity.created_by_us or by_link)
        case Belonging.MISSING:
            return resync
        case Belonging.UNKNOWN_LINK:
            return False
    passive = identity.mapped.outcome is Outcome.PASSIVE_EVENT
    return not passive and identity.link is not None and not is_on_sale(identity.link)


def _is_standing(identity: Identity) -> bool:
    return identity.link is not None and identity.current is not None


def _sells(identity: Identity) -> bool:
    return _is_standing(identity) and identity.link is not None and is_on_sale(identity.link)


def _deferred(identity: Identity, code: str, found: str) -> Mapped:
    outcome = Outcome.SKIPPED if identity.link is None else Outcome.REJECTED
    return replace(identity.mapped, outcome=outcome, desired=None, code=code, field=None, found=found)


def _whose(twin: Twin, claim: Claim) -> str:
    address = claim.link.sales_location if claim.link else ""
    return f"{twin.name}, {address}" if address else twin.name
