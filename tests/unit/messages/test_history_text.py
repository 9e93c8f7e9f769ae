"""An event's history as staff read it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from billetbro.messages.catalogue import Translator
from billetbro.messages.history import event_line, history_text
from billetbro.models import AppliedPrice, FieldChange, Link, LinkStatus
from billetbro.models.message import Message
from billetbro.reconcile.reasons import Why, rejection_message
from billetbro.store.event.history import HistoryEntry
from billetbro.store.event.lookup import FoundEvent
from tests.cases import cases

AT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Copenhagen")
CMS = Translator("da", "dpl_cms")
NO_PHONE = Message("error.no_phone")
EVENT = FoundEvent(library="solbjerg", uuid="u1", title="Koncert", starts_at=AT, present=True, linked=True)
LINK = Link(
    uuid="u1",
    event_maker=5000,
    event_id=71,
    seccode="abc",
    sales_location="https://www.place2book.com/da/sw2/sales/abc",
    title="Koncert",
    status=LinkStatus.RETIRED,
    prices={"c1": AppliedPrice(price_id=9, name="Voksen", value_ore=7500)},
)


def told(entry: HistoryEntry) -> list[str]:
    return history_text(CMS, EVENT, LINK, [entry], ZONE).splitlines()[5:]


def test_history_begins_with_the_event_and_its_link() -> None:
    assert history_text(CMS, EVENT, LINK, [], ZONE).splitlines() == [
        "Koncert",
        "  solbjerg, 01.07.2026 14:00, uuid u1",
        "  Place2book: 71 (afsluttet), arrangør 5000",
        "  https://www.place2book.com/da/sw2/sales/abc",
        "",
        "Der er intet sket endnu.",
    ]


@cases(
    "entry lines",
    (
        "failed",
        HistoryEntry(
            at=AT,
            kind="update",
            status="failed",
            fields=(FieldChange(field="begin_at", old="2026-07-01T10:00:00Z", new="2026-07-01T11:00:00Z"),),
            why=Why.SOURCE_CHANGED,
            error=NO_PHONE,
            error_code="server_error",
        ),
        [
            "01.07.2026 14:00  opdateret i Place2book  [mislykket]",
            "    starter: 01.07.2026 12:00 -> 01.07.2026 13:00",
            "    årsag: arrangementet er ændret i CMS",
            f"    fejl: {CMS.say(NO_PHONE)}",
        ],
    ),
    (
        "of a price",
        HistoryEntry(
            at=AT,
            kind="update_price",
            status="applied",
            fields=(FieldChange(field="value", old=7500, new=None),),
            price_id=9,
        ),
        ["01.07.2026 14:00  pris ændret ”Voksen”  [gennemført]", "    beløb: 75,00 kr. -> -"],
    ),
    (
        "resolved",
        HistoryEntry(at=AT, kind="resolved", why="title_missing", message=rejection_message("title_missing")),
        ["01.07.2026 14:00  løst", "    title_missing", "    Arrangementet har ingen titel. Giv det en titel i CMS."],
    ),
    (
        "asked for",
        HistoryEntry(
            at=AT,
            kind="asked",
            fields=(FieldChange(field="capacity", old=50, new=60),),
            why="accept",
            message=Message("action.accept.asked", {"who": "vera"}),
        ),
        ["01.07.2026 14:00  vera accepterede personalets rettelser", "    antal billetter: 50 -> 60"],
    ),
    (
        "long text",
        HistoryEntry(
            at=AT,
            kind="record",
            status="applied",
            fields=(FieldChange(field="description_long", old="<p>Et</p>", new="<p>To</p>"),),
        ),
        [
            "01.07.2026 14:00  noteret, intet sendt  [gennemført]",
            "    lang beskrivelse:",
            "      - <p>Et</p>",
            "      + <p>To</p>",
        ],
    ),
)
def test_history_tells_an_entry_in_local_time(entry: HistoryEntry, lines: list[str]) -> None:
    assert told(entry) == lines


def test_history_cuts_a_long_value_and_folds_it() -> None:
    entry = HistoryEntry(
        at=AT, kind="update", status="applied", fields=(FieldChange(field="name", old=None, new="æ\n" * 90),)
    )
    (_, line) = told(entry)
    assert (line.startswith("    navn: æ æ æ"), line.endswith("…"), len(line)) == (True, True, 106)


def test_event_without_a_start_that_left_the_list_is_a_line_of_the_same_width() -> None:
    gone = FoundEvent(library="solbjerg", uuid="u1", title="Koncert", starts_at=None, present=False, linked=False)
    expected = f"{'':16}  solbjerg  u1  Koncert  (ikke i CMS' liste)"
    assert event_line(CMS, gone, ZONE) == expected
