"""The domain model, as frozen types.

The core works with these types only; the API clients and the store convert to and from them. Money is integer øre and
times are aware UTC datetimes, unless stated otherwise.
"""

from billetbro.models.purchases import AdditionalSale, Answer, Purchase, Ticket, UnreadablePurchase
from billetbro.models.rules import LibraryRules, Mode, PersonalDataPolicy, PriceUnit
from billetbro.models.source import (
    LISTED_TWICE,
    SHOWN_BY_A_WEBSITE,
    KnownRows,
    Snapshot,
    SourceAddress,
    SourceEvent,
    SourceRow,
    SourceState,
    TicketCategory,
    TicketStatus,
    Validator,
)
from billetbro.models.sync import (
    AppliedPrice,
    Change,
    FieldChange,
    Kind,
    Link,
    LinkStatus,
    LookalikeChoice,
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
    PriceReading,
    SaleState,
    TicketEvent,
    TicketEventKey,
    Written,
)
from billetbro.models.webhook import WebhookAction, WebhookState
