"""An event and a library that the mapping's tests start from: everything about them is in order."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from billetbro.models import Address, LibraryRules, PriceUnit, SourceAddress, SourceEvent, SourceState, TicketCategory

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

RULES = LibraryRules(
    library="solbjerg",
    price_unit=PriceUnit.KRONER,
    currency="DKK",
    timezone="Europe/Copenhagen",
    fallback_address=Address(name="Solbjerg Bibliotek", address1="Bygaden 12", postal_code="0800", city="Solbjerg"),
    contact_phone="+45 00 00 50 00",
    event_maker=5000,
    event_makers_by_branch={"Havnen": 5001, "Skovby Bibliotek": 5002},
    kultunaut_age_groups={"Børn": "Børn", "Voksne": "Voksne"},
    kultunaut_categories={"Foredrag": "Foredrag"},
    sales_hosts=frozenset({"place2book.com", "www.place2book.com", "127.0.0.1:8100"}),
)

EVENT = SourceEvent(
    uuid="3f1c7c1e-0000-4000-8000-000000000001",
    title="Foredrag om hvaler",
    state=SourceState.TICKET_SALE_NOT_OPEN,
    url="https://solbjerg.example.com/arrangementer/foredrag-om-hvaler",
    starts_at=datetime(2026, 4, 14, 17, 0, tzinfo=UTC),
    ends_at=datetime(2026, 4, 14, 19, 0, tzinfo=UTC),
    description="Kom og hør om havets kæmper.",
    body="<p>Kom og hør om havets kæmper.</p>",
    branches=("Solbjerg Bibliotek",),
    address=SourceAddress(street="Bygaden 12", postal_code="800", city="Solbjerg", country="DK"),
    ticket_categories=(TicketCategory(uuid="cat-1", title="Voksen", amount=Decimal(75), currency="DKK"),),
    capacity=40,
)


def sold_as(*categories: TicketCategory) -> SourceEvent:
    return replace(EVENT, ticket_categories=categories)
