"""What other libraries sell for a library's event makers, which they may have had before: nobody else's to find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from billetbro.errors import SettingsError
from billetbro.models import Link, LinkStatus, Mapped, TicketEventKey
from billetbro.settings.libraries import Library
from billetbro.store.links import linked_by_other_libraries


def read_foreign_claims(
    connection: Connection,
    library: Library,
    twin: Library | None,
    links: Sequence[Link],
    snapshot: Sequence[Mapped],
) -> frozenset[TicketEventKey]:
    """Return the Place2book events that other libraries have linked, of those event makers that we look at.

    Raises SettingsError when they are those of the very source events that this library shows: then it is the same
    library under another id, and whatever is known of its events stands under the one before. A twin's source may
    number its events as this one's does.
    """
    section = library.place2book
    makers = {section.event_maker, *section.event_makers_by_branch.values()}
    makers |= {link.event_maker for link in links if link.status is LinkStatus.LIVE}
    foreign = linked_by_other_libraries(connection, library.id, makers)
    strangers = [found for found in foreign if twin is None or found[0] != twin.id]
    _ensure_id_is_unchanged(library.id, strangers, {mapped.uuid for mapped in snapshot})
    return frozenset(key for _, _, key in foreign)


def _ensure_id_is_unchanged(
    library: str, foreign: Sequence[tuple[str, str, TicketEventKey]], present: Collection[str]
) -> None:
    same = Counter(other for other, uuid, _ in foreign if uuid in present)
    for before, count in same.most_common(1):
        raise SettingsError("error.renamed_library", library=library, events=count, before=before)
