"""A link that we wrote to the source, and that somebody replaced by another of our event makers' events. Pure.

Whoever did it knows of an event that we do not: staff who entered one by hand, or another installation that sells the
same events. Two installations that each restored their own link would take turns for ever. So the source event is left
as it is, and a person decides: `resync` of the event alone writes our link again.
"""

from billetbro.models.sales_links import seccode_of
from billetbro.models.sync import Link, Mapped, Outcome, Rejection
from billetbro.reconcile.planning.plan_parts import rejection_of
from billetbro.reconcile.sale_status.write_back import NEVER_WRITTEN
from billetbro.reconcile.state import ReconcileState

LINK_REPLACED = "link_replaced"
"""Rejection code; nothing is written back to the event while it is open."""


def replaced_links(state: ReconcileState) -> list[Rejection]:
    """Return a rejection for each link of ours that was replaced by that of an unlinked event, still to come."""
    if state.run.resync and state.run.events:
        return []
    hosts, free = state.rules.sales_hosts, {event.seccode for event in state.free_to_come}
    return [
        rejection_of(mapped, LINK_REPLACED, "link", f"{mapped.link}, {link.sales_location}")
        for mapped, link in _written_to(state)
        if mapped.link and (shown := seccode_of(mapped.link, hosts)) != link.seccode and shown in free
    ]


def _written_to(state: ReconcileState) -> list[tuple[Mapped, Link]]:
    """Return the source events that a run may write to, with their links, where we wrote the link before."""
    linked = {link.uuid: link for link in state.live_links}
    linked |= {uuid: identity.link for uuid, identity in state.identities.items() if identity.link}
    left_alone = (*NEVER_WRITTEN, Outcome.SKIPPED)
    return [
        (mapped, link)
        for mapped in state.snapshot
        if (link := linked.get(mapped.uuid)) is not None
        and link.sales_location
        and link.echo.get("url") == link.sales_location
        and mapped.outcome not in left_alone
        and state.concerns(mapped.uuid)
    ]
