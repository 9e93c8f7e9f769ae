"""Made-up events and buyers, a till that sells to them, and what the tests look at afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Table, text

from billetbro.errors import BilletbroError
from billetbro.models import AdditionalSale, Answer, CurrentEvent, CurrentPrice, PersonalDataPolicy, Purchase, Ticket
from billetbro.store.schema.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from billetbro.warehouse.ingest.purchases import Export, ExportSummary, export_purchases
from billetbro.warehouse.ingest.reading import ExportEvent
from billetbro.warehouse.privacy.pseudonymise import Privacy, Row

LIBRARY = "herlev"
TABLES = (events, prices, purchases, tickets, additional_sales, answers)
VIEWS = [
    "attendance",
    "booking_curve",
    "buyers_by_postal_code",
    "capacity_used",
    "income_by_month",
    "no_shows",
    "sales_by_day",
    "sales_by_event",
    "sales_by_price",
]
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOUGHT_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
KEY = b"a key made up for the tests"
PSEUDONYMISE = Privacy(policy=PersonalDataPolicy.PSEUDONYMISE, key=KEY)

ADULT = CurrentPrice(price_id=71, name="Voksen", value_ore=7500, sold_tickets=2)
CHILD = CurrentPrice(price_id=72, name="Barn", value_ore=0, sold_tickets=1)
CURRENT = CurrentEvent(
    event_maker=5000,
    event_id=10,
    seccode="39pfs0v0xy",
    name="Foredrag",
    capacity=100,
    available_tickets=97,
    prices=(ADULT, CHILD),
)
EVENT = ExportEvent(
    uuid="5f0c",
    title="Foredrag",
    event_maker=5000,
    event_id=10,
    begin_at=MONDAY + timedelta(days=7),
    end_at=MONDAY + timedelta(days=7, hours=2),
    current=CURRENT,
    branch="Hovedbiblioteket",
    category="Foredrag",
)
COFFEE = AdditionalSale(additional_sale_id=5, additional_id=6, name="Kaffe", amount_ore=2500)
FIRST = Purchase(
    purchase_id=900,
    customer_profile_id=77001122,
    full_name="Test Testesen",
    email="test.testesen@example.com",
    phone_number="12 34 56 78",
    zip_code="2730",
    total_ore=10000,
    transaction_type="completed",
    created_at=BOUGHT_AT,
    tickets=(
        Ticket(
            ticket_id=901,
            price_id=71,
            amount_ore=7500,
            seating="Række 1",
            barcode="SESAM-901",
            answers=(Answer(name="Allergi", value="Nødder"),),
            additional_sales=(COFFEE,),
        ),
        Ticket(ticket_id=902, price_id=72, amount_ore=0, barcode="SESAM-902"),
    ),
    answers=(Answer(name="Hørt om os", value="Plakat"),),
)
SECOND = Purchase(
    purchase_id=910,
    customer_profile_id=None,
    full_name="Prøve Prøvesen",
    email="proeve@example.com",
    phone_number="+4587654321",
    zip_code=None,
    total_ore=7500,
    transaction_type="completed",
    created_at=BOUGHT_AT + timedelta(hours=14),
    tickets=(Ticket(ticket_id=911, price_id=71, amount_ore=7500, arrived_at=MONDAY),),
)


@dataclass
class Till:
    """Answers for Place2book: what was bought for each event, or what goes wrong when it is asked for."""

    sold: dict[int, Sequence[Purchase]] = field(default_factory=lambda: {10: (FIRST, SECOND)})
    trouble: dict[int, BilletbroError] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def purchases(self, event_maker: int, event_id: int) -> Sequence[Purchase]:
        """Return the event's purchases."""
        self.asked.append((event_maker, event_id))
        if event_id in self.trouble:
            raise self.trouble[event_id]
        return self.sold.get(event_id, ())


def export(
    engine: Engine,
    till: Till,
    now: datetime = MONDAY,
    *,
    events: Sequence[ExportEvent] = (EVENT,),
    privacy: Privacy = PSEUDONYMISE,
    library: str = LIBRARY,
    force: bool = False,
) -> ExportSummary:
    """Export as the hourly run does."""
    work = Export(engine=engine, library=library, read_purchases=till.purchases, privacy=privacy, force=force)
    return export_purchases(work, events, now)


def exported(engine: Engine, till: Till, now: datetime = MONDAY, **given: Any) -> Till:
    """Export what was bought, and return where it was."""
    export(engine, till, now, **given)
    return till


def standing(**changes: object) -> ExportEvent:
    """Return the event with another standing in Place2book."""
    return replace(EVENT, current=replace(CURRENT, **changes))


def another(event_id: int) -> ExportEvent:
    """Return an event without prices of its own beside the first."""
    current = replace(CURRENT, event_id=event_id, prices=())
    return replace(EVENT, event_id=event_id, uuid=f"uuid-{event_id}", title=f"Nr. {event_id}", current=current)


def contents(engine: Engine, table: Table, *columns: str) -> list[Row]:
    """Return the table's rows, or only the named columns of them, in order of their key."""
    names = ", ".join(columns or [column.name for column in table.columns])
    order = ", ".join(column.name for column in table.primary_key)
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {names} FROM {table.fullname} ORDER BY {order}"))
        return [dict(row) for row in rows.mappings()]


def everything(engine: Engine, *, without: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Return the whole warehouse but for the named columns."""
    return {
        table.name: contents(engine, table, *(column.name for column in table.columns if column.name not in without))
        for table in TABLES
    }


def view(engine: Engine, name: str, order: str) -> list[Row]:
    """Return the rows of a view."""
    with engine.connect() as connection:
        return [
            dict(row) for row in connection.execute(text(f"SELECT * FROM warehouse.{name} ORDER BY {order}")).mappings()
        ]


def text_of_all_tables(engine: Engine) -> str:
    """Return every row of every table and view of the warehouse and of sync, as text."""
    relations = text(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
        "WHERE table_schema IN ('warehouse', 'sync')"
    )
    with engine.connect() as connection:
        names = list(connection.scalars(relations))
        return "\n".join(
            line for name in names for line in connection.scalars(text(f"SELECT r::text FROM {name} AS r"))
        )
