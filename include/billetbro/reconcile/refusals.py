"""What was refused before, by Place2book or by the source. Pure.

It is tried again when something changed, by hand, or once a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from billetbro.models import Change, Refusal
from billetbro.reconcile.operations import operation_of

RETRY_REFUSED_AFTER = timedelta(days=1)


def refused_before(
    changes: Sequence[Change], refusals: Mapping[str, Refusal], now: datetime, *, by_hand: bool
) -> frozenset[str]:
    """Return the source events whose very same changes were refused less than a day ago; none `by_hand`."""
    by_event: dict[str, list[Change]] = {}
    for change in changes:
        by_event.setdefault(change.uuid, []).append(change)
    return frozenset(
        uuid
        for uuid, refusal in refusals.items()
        if not by_hand
        and uuid in by_event
        and now - refusal.tried_at < RETRY_REFUSED_AFTER
        and refusal.fingerprint == fingerprint(by_event[uuid])
    )


def fingerprint(changes: Iterable[Change]) -> str:
    """Return what identifies the changes of one event: the same again means that nothing changed since."""
    content = [
        [change.kind, change.event_maker, change.price_key]
        + ([] if operation_of(change.kind).varies_with_time else [[field.field, field.new] for field in change.fields])
        for change in changes
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
