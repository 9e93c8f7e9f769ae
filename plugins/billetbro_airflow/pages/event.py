"""`GET /billetbro/libraries/{id}/events/{uuid}`: an event's story, and why it has no ticket button."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import LONG_TEXTS, WIDTH, label_of
from billetbro.messages.history import heading_of, sentences_of, shown_change, value_text
from billetbro.messages.lookalikes import lookalike_message
from billetbro.models import Link, LinkStatus, Written
from billetbro.reconcile.diagnosis.checklist import checklist
from billetbro.reconcile.diagnosis.comparison import Mark, compare_fields, compare_prices
from billetbro.reconcile.diagnosis.facts import EventFacts
from billetbro.reconcile.diagnosis.why import why
from billetbro.reconcile.mapping.html import plain_line
from billetbro.reconcile.sale_status.replaced_link import LINK_REPLACED
from billetbro.reconcile.sale_status.write_back import admin_page
from billetbro.settings.libraries import Library
from billetbro.steps.request import utc_now
from billetbro.store.drift import Drift, read_drift
from billetbro.store.event.facts import event_facts
from billetbro.store.event.history import ASKED, HistoryEntry, read_history
from billetbro.store.lookalikes import is_adoptable, read_undecided
from billetbro.store.pages.event import read_actions
from billetbro_airflow.pages import shown
from billetbro_airflow.pages.access import ReaderDep
from billetbro_airflow.pages.library import of_library
from billetbro_airflow.pages.rendering import page
from billetbro_airflow.tasks.databases import billetbro_engine

LATEST = 100
"""How much of the history is shown at first."""
router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """A field or a price as it is shown, at the source, in Place2book, and as last applied."""

    label: str
    source: str
    current: str
    applied: str
    mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something in the history: fields as (label, old, new), and sentences."""

    at: datetime
    heading: str
    fields: Sequence[tuple[str, str | None, str]]
    sentences: Sequence[str]
    run_id: str | None


@router.get("/libraries/{library_id}/events/{uuid:path}")
def event(request: Request, reader: ReaderDep, library_id: str, uuid: str, whole: bool = False) -> HTMLResponse:
    """Show the event; 404 for one that was never seen, with what may be the cause."""
    of = reader.library(library_id)
    if "\0" in uuid:
        raise HTTPException(404)
    with billetbro_engine().connect() as connection:
        facts = event_facts(connection, of.id, uuid, timezone=of.timezone, now=utc_now())
        history = [entry for entry in read_history(connection, of.id, uuid)[::-1] if entry.kind != ASKED]
        drift = read_drift(connection, of.id, uuid)
        asked = read_actions(connection, of.id, uuid)
        alike = read_undecided(connection, of.id, uuid)
        adoptable = is_adoptable(connection, of.id, uuid)
    common = of_library(reader, of)
    if facts.source is None:
        return page(request, reader, "event_unknown.html", status=404, **common, uuid=uuid, told=why(facts))
    says, zone, link = reader.say.for_library(of.id), ZoneInfo(of.timezone), facts.link
    prices = _price_names(link)
    return page(
        request,
        reader,
        "event.html",
        **common,
        uuid=uuid,
        facts=facts,
        source=facts.source,
        title=facts.mapped.title if facts.mapped else facts.source.title,
        admin_link=admin_page(link) if link and link.sales_location and link.status is LinkStatus.LIVE else None,
        checked=checklist(facts),
        alike=[(lookalike_message(one), {"place2book_event": one.event_id}) for one in alike],
        adoptable=adoptable,
        actions=[*_actions(facts, drift), *(["another"] if alike else [])],
        fields=tuple(_fields(says, facts, zone)),
        prices=tuple(_prices(facts, reader.say, of)),
        history=[_happened(says, one, prices, zone) for one in (history if whole else history[:LATEST])],
        more=0 if whole else max(0, len(history) - LATEST),
        asked=asked,
        change=partial(shown_change, says, prices=prices, zone=zone),
    )


def _price_names(link: Link | None) -> dict[str, str]:
    return {str(price.price_id): price.name for price in link.prices.values()} if link else {}


def _actions(facts: EventFacts, drift: Drift | None) -> list[str]:
    """Return what a person can ask for of this event."""
    refused = facts.rejections or facts.failed_write_back
    overwritten = (drift and drift.fields) or LINK_REPLACED in facts.rejections
    edited = [*(["accept"] if drift and drift.open else []), *(["overwrite"] if overwritten else [])]
    return ["update", "plan", *(["retry"] if refused else []), *edited]


def _fields(says: Translator, facts: EventFacts, zone: ZoneInfo) -> Iterator[ShownRow]:
    for one in compare_fields(facts):
        source, current, applied = (
            _value(says, one.field, value, zone) for value in (one.source, one.current, one.applied)
        )
        yield ShownRow(
            label=label_of(says, one.field, {}), source=source, current=current, applied=applied, mark=one.mark
        )


def _value(says: Translator, field: str, value: Written, zone: ZoneInfo) -> str:
    """Return a value in a line, a long text without its tags and cut."""
    if field in LONG_TEXTS and isinstance(value, str):
        text = plain_line(value)
        return (text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…") or "–"
    text = value_text(says, field, value, zone)
    return "–" if text == "-" else text


def _prices(facts: EventFacts, say: Translator, library: Library) -> Iterator[ShownRow]:
    def told(price: tuple[str, int] | None) -> str:
        return "–" if price is None else shown.money(price[1], say.language, library.currency)

    for one in compare_prices(facts):
        named = one.source or one.current or one.applied
        label = named[0] if named else ""
        if one.source and one.current and one.source[0] != one.current[0]:
            label = f"{one.source[0]} / {one.current[0]}"
        yield ShownRow(
            label=label, source=told(one.source), current=told(one.current), applied=told(one.applied), mark=one.mark
        )


def _happened(says: Translator, entry: HistoryEntry, prices: Mapping[str, str], zone: ZoneInfo) -> Happened:
    return Happened(
        at=entry.at,
        heading=heading_of(says, entry, prices),
        fields=[shown_change(says, one, prices, zone) for one in entry.fields],
        sentences=sentences_of(says, entry),
        run_id=entry.run_id,
    )
