"""The settings of a library and a run that the core depends on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from billetbro.models.ticketing import Address


class PriceUnit(StrEnum):
    """The unit of a CMS's prices; required for each library, never guessed."""

    KRONER = "kroner"
    MINOR = "minor"


class PersonalDataPolicy(StrEnum):
    """What happens to a buyer's personal data before it is stored."""

    PSEUDONYMISE = "pseudonymise"
    DROP = "drop"
    KEEP = "keep"


class Mode(StrEnum):
    """What a run does: only plan, synchronise, or push every source-owned field that differs."""

    PLAN = "plan"
    SYNC = "sync"
    RESYNC = "resync"


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRules:
    """The library's settings for the core. `sales_hosts`: the hosts of Place2book's sales links."""

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
        """Return all event makers of the library without duplicates, the main one first."""
        return tuple(dict.fromkeys((self.event_maker, *self.event_makers_by_branch.values())))
