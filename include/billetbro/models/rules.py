"""What the rules of the synchronisation need to know of a library and a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from billetbro.models.ticketing import Address


class PriceUnit(StrEnum):
    """The unit of the numbers that a CMS sends as prices; required for each library, never guessed."""

    KRONER = "kroner"
    MINOR = "minor"


class PersonalDataPolicy(StrEnum):
    """What happens to a buyer's personal data before it is stored."""

    PSEUDONYMISE = "pseudonymise"
    DROP = "drop"
    KEEP = "keep"


class Mode(StrEnum):
    """How a run behaves: show only, synchronise, or push every source-owned field that differs."""

    PLAN = "plan"
    SYNC = "sync"
    RESYNC = "resync"


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRules:
    """What the pure rules need to know of a library. `sales_hosts` are the hosts whose sales links are Place2book's."""

    library: str
    price_unit: PriceUnit
    currency: str
    timezone: str
    fallback_address: Address
    contact_phone: str = ""
    import_unpriced_events: bool = False
    event_maker: int
    event_makers_by_branch: Mapping[str, int] = field(default_factory=dict)
    max_removals_count: int = 3
    max_removals_percent: int = 20
    mute: bool = True
    kultunaut_export: bool = False
    kultunaut_age_groups: Mapping[str, str] = field(default_factory=dict)
    kultunaut_categories: Mapping[str, str] = field(default_factory=dict)
    sales_hosts: frozenset[str] = frozenset({"place2book.com", "www.place2book.com"})

    @property
    def event_makers(self) -> tuple[int, ...]:
        """Return every event maker of the library, its own first, each once."""
        return tuple(dict.fromkeys((self.event_maker, *self.event_makers_by_branch.values())))
