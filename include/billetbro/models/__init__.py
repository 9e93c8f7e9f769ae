"""The words of the domain, as frozen types.

Everything that decides (mapping, matching, planning, policies) speaks only these types; the two APIs and the database
translate to and from them at their own borders. Money is integer øre, times are aware UTC datetimes, unless said
otherwise.
"""

from billetbro.models.purchases import AdditionalSale, Answer, Purchase, Ticket, UnreadablePurchase
from billetbro.models.rules import LibraryRules, Mode, PersonalDataPolicy, PriceUnit
from billetbro.models.source import (
    LISTED_TWICE,
    SHOWN_BY_A_WEBSITE,
    SourceAddress,
    SourceEvent,
    SourceState,
    TicketCategory,
    TicketStatus,
)
from billetbro.models.sync import (
    AppliedPrice,
    Change,
    FieldChange,
    Kind,
    Link,
    LinkStatus,
    Mapped,
    Outcome,
    Refusal,
    Rejection,
    Window,
    WriteInDoubt,
)
from billetbro.models.ticketing import (
    UNLIMITED_TICKETS,
    Address,
    CurrentEvent,
    CurrentPrice,
    DesiredPrice,
    OnCreate,
    SaleState,
    TicketEvent,
    TicketEventKey,
    Written,
)
from billetbro.models.webhook import WebhookAction, WebhookState

__all__ = [
    "LISTED_TWICE",
    "SHOWN_BY_A_WEBSITE",
    "UNLIMITED_TICKETS",
    "AdditionalSale",
    "Address",
    "Answer",
    "AppliedPrice",
    "Change",
    "CurrentEvent",
    "CurrentPrice",
    "DesiredPrice",
    "FieldChange",
    "Kind",
    "LibraryRules",
    "Link",
    "LinkStatus",
    "Mapped",
    "Mode",
    "OnCreate",
    "Outcome",
    "PersonalDataPolicy",
    "PriceUnit",
    "Purchase",
    "Refusal",
    "Rejection",
    "SaleState",
    "SourceAddress",
    "SourceEvent",
    "SourceState",
    "Ticket",
    "TicketCategory",
    "TicketEvent",
    "TicketEventKey",
    "TicketStatus",
    "UnreadablePurchase",
    "WebhookAction",
    "WebhookState",
    "Window",
    "WriteInDoubt",
    "Written",
]
