"""Events as Place2book shows them and as they are read."""

from datetime import UTC, datetime, timedelta

from billetbro.models import Address, CurrentEvent, DesiredPrice, TicketEvent

BEGIN = datetime(2027, 6, 21, 12, 0, tzinfo=UTC)
ADDRESS = Address(name="Salen", address1="Torvet 1", postal_code="2735", city="Solbjerg", phone="+45 00 00 00 01")
DESIRED = TicketEvent(
    name="Forfatteraften",
    description_short="Kort",
    description_long="<p>Lang</p>",
    begin_at=BEGIN,
    end_at=BEGIN + timedelta(hours=2),
    capacity=40,
    passive=False,
    address=ADDRESS,
    prices=(DesiredPrice(key="a", name="Voksen", value_ore=7550), DesiredPrice(key="b", name="Barn", value_ore=0)),
)
SHOWN: dict[str, object] = {
    "id": 123,
    "seccode": "abc",
    "name": "Forfatteraften",
    "mute": False,
    "bank_account_id": 354,
    "description_short": "Kort",
    "description_long": None,
    "begin_at": "2027-06-21T12:00:00Z",
    "end_at": "2027-06-21T16:00:00+02:00",
    "sale_open_at": None,
    "sale_close_at": "2027-06-21T10:00:00Z",
    "capacity": 1500,
    "kultunaut_age_group": "Voksen",
    "ticket_fee": 2.5,
    "passive": False,
    "something_new": {"of": ["any", "kind"]},
    "address": {"name": "Salen", "address1": "Torvet 1", "address2": None, "postal_code": "2735", "city": "Solbjerg",
                "phone": "", "country": "DK", "floor": 1},
    "state": "published",
    "active": True,
    "waiting_list": False,
    "links": {"prices": "https://p", "sales_location": "https://www.place2book.com/da/sw2/sales/abc"},
    "metadata": {"event_state": "published", "sales_status": "open", "available_tickets": 1499, "deleteable": 1},
    "prices": [{"id": 1}],
}  # fmt: skip
READ_ONLY = {"id", "seccode", "state", "active", "waiting_list", "links", "metadata", "prices"}
CURRENT = CurrentEvent(
    event_maker=5000,
    event_id=123,
    seccode="abc",
    name="Forfatteraften",
    description_short="Kort",
    begin_at=BEGIN,
    end_at=BEGIN + timedelta(hours=2),
    sale_close_at=BEGIN - timedelta(hours=2),
    capacity=1500,
    address=Address(name="Salen", address1="Torvet 1", postal_code="2735", city="Solbjerg"),
    state="published",
    active=True,
    paused=False,
    available_tickets=1499,
    deletable=True,
    sales_location="https://www.place2book.com/da/sw2/sales/abc",
)


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in SHOWN.items() if name not in names}
