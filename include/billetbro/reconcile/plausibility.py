"""Whether what Place2book shows can be believed, asked while it is read: nothing is planned otherwise. Pure."""

from __future__ import annotations

from billetbro.models import LibraryRules
from billetbro.models.message import Message


def distrust(*, missing: int, unlisted: int, live_links: int, rules: LibraryRules) -> Message | None:
    """Return why Place2book's answers cannot be believed, or None.

    `unlisted` are linked events that exist but were not in the list: the list is not whole, so what it lacks may
    exist, and creating it would sell it twice. `missing` are linked events that no longer exist: more than a removal
    by hand can explain means that it is the answer that is wrong.
    """
    if unlisted:
        return Message("error.list_not_whole", {"library": rules.library, "unlisted": unlisted})
    if missing > rules.max_removals_count and missing * 100 > rules.max_removals_percent * live_links:
        return Message("error.many_missing", {"library": rules.library, "missing": missing, "links": live_links})
    return None
