"""Writes of unknown outcome: which of them Place2book can still tell of. Pure."""

from __future__ import annotations

from billetbro.models import BegunChange
from billetbro.reconcile.operations import operation_of


def can_be_told(change: BegunChange) -> bool:
    """Return whether Place2book can tell that we carried a change out, and not staff.

    Staff may do all of it but a create with its whole text. So it is ours only the first time that anybody looks: what
    still stood then was not done by us, whoever does it later.
    """
    return operation_of(change.kind).makes_event or not change.looks
