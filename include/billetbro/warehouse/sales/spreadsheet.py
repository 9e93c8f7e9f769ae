"""The events of a period as rows for Excel in Danish: semicolons, decimal commas, UTF-8 with a mark."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from billetbro.messages.catalogue import Translator
from billetbro.warehouse.cells import safe_cell
from billetbro.warehouse.reports.danish import decimal
from billetbro.warehouse.sales.period import DANISH
from billetbro.warehouse.sales.rows import EventSales

COLUMNS = (
    *("library", "event", "event_id", "branch", "category", "begins", "seats", "tickets", "income", "arrived"),
    *("no_shows", "waiting_list"),
)


def spreadsheet_of(events: Iterable[EventSales], names: Mapping[str, str], say: Translator) -> Iterator[bytes]:
    """Yield the file line by line; `names` are the libraries' by id."""
    yield _line([say(f"sales.csv_{column}") for column in COLUMNS], mark=True)
    for event in events:
        yield _line(_row(event, names, say))


def _row(event: EventSales, names: Mapping[str, str], say: Translator) -> list[str | int]:
    return [
        safe_cell(names.get(event.library, event.library)),
        safe_cell(event.title),
        event.event_id,
        safe_cell(event.branch or ""),
        safe_cell(event.category or ""),
        f"{event.begin_at.astimezone(DANISH):%d-%m-%Y %H:%M}",
        say("sales.unlimited_seats") if event.capacity is None else event.capacity,
        event.tickets,
        decimal(event.income_ore, thousands=""),
        "" if event.arrived is None else event.arrived,
        "" if event.no_shows is None else event.no_shows,
        say("sales.yes") if event.waiting_list else say("sales.no"),
    ]


def _line(cells: Iterable[str | int], *, mark: bool = False) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")
