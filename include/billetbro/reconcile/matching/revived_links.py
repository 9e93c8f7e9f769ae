"""Bring links up to date before matching: new dates of the source event, late answers of Place2book. Pure."""

from dataclasses import replace

from billetbro.models import LinkStatus
from billetbro.reconcile.matching.defer_to_twin import is_claimed_by_twin
from billetbro.reconcile.operations.create import sales_location
from billetbro.reconcile.state import ReconcileState


def revive(state: ReconcileState) -> ReconcileState:
    """Return the state with retired links live again where the source event, already over, was given new dates."""
    retired = {link.uuid: link for link in state.links if link.status is LinkStatus.RETIRED}
    return state.with_links(
        replace(retired[mapped.uuid], status=LinkStatus.LIVE, starts_at=mapped.starts_at, ends_at=mapped.ends_at)
        for mapped in state.wanted
        if mapped.uuid in retired and state.run.asked_for(mapped.uuid) and not is_claimed_by_twin(mapped, state)
    )


def complete(state: ReconcileState) -> ReconcileState:
    """Return the state with links completed by a seccode and a sales location that Place2book now provides."""
    shown = ((link, state.events.get(link.key)) for link in state.links)
    completed = (
        replace(
            link, seccode=link.seccode or event.seccode, sales_location=link.sales_location or sales_location(event)
        )
        for link, event in shown
        if event is not None and not (link.seccode and link.sales_location)
    )
    return state.with_links(link for link in completed if link not in state.links)
