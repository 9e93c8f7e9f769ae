"""The settings of a theatre, and what it plans."""

from datetime import UTC, date, datetime

from billetbro.api.yesplan.client import YesplanClient
from billetbro.models import SourceAddress, SourceEvent
from billetbro.sources.yesplan.source import YesplanSettings, YesplanSource
from sandbox.yesplan_state import Installation

SETTINGS: dict[str, object] = {
    "type": "yesplan",
    "conn_id": "yesplan_theater",
    "price_unit": "kroner",
    "custom_data": {
        "capacity": "ticketing_capacity",
        "description": "web_text",
        "page": "web_page",
        "relevant": "ticketing_publish",
        "prices": {"Voksen": "price_adult", "Barn": "price_child"},
        "sales_link": "ticket_link",
        "admin_link": "ticket_admin",
        "sale_state": "ticket_state",
        "sold": "tickets_sold",
        "available": "tickets_available",
    },
    "addresses": {
        "Store Sal": {"name": "Havneteatret", "address1": "Kajen 1", "postal_code": "9835", "city": "Nordvig"}
    },
}
HALL = SourceAddress(place="Havneteatret", street="Kajen 1", postal_code="9835", city="Nordvig", country="DK")
FROM = date(2031, 1, 1)
START = datetime(2031, 5, 6, 18, tzinfo=UTC)
LINK, ADMIN = "https://www.place2book.com/da/sw2/sales/abc", "https://www.place2book.com/da/events/1"


def source_of(client: YesplanClient, **different: object) -> YesplanSource:
    return YesplanSource(client, YesplanSettings.model_validate({**SETTINGS, **different}), lookback_days=60)


def plan(theater: Installation, **fields: object) -> str:
    shown = {"ticketing_publish": "Ja", "ticketing_capacity": "240", "price_adult": "75,50", "locations": ["Store Sal"]}
    return theater.add(**{"name": "Hamlet", "start": START, **shown, **fields})


def read_one(client: YesplanClient, **different: object) -> SourceEvent:
    (event,) = source_of(client, **different).read(FROM)
    return event
