"""An event's history as staff read it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from billetbro.messages.catalogue import Translator
from billetbro.messages.explanation_texts import Explanation
from billetbro.messages.history import event_line, history_text
from billetbro.models import AppliedPrice, FieldChange, Link, LinkStatus
from billetbro.models.message import Message
from billetbro.sources.dpl_cms.words import WORDS as CMS
from billetbro.store.event.history import HistoryEntry
from billetbro.store.event.lookup import FoundEvent

AT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Copenhagen")
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
    """Return the lines of one entry."""
    return history_text(EVENT, LINK, [entry], ZONE, CMS).splitlines()[5:]


def test_history_begins_with_the_event_and_its_link() -> None:
    assert history_text(EVENT, LINK, [], ZONE, CMS).splitlines() == [
        "Koncert",
        "  solbjerg, 01.07.2026 14:00, uuid u1",
        "  Place2book: 71 (afsluttet / over), arrangør / event maker 5000",
        "  https://www.place2book.com/da/sw2/sales/abc",
        "",
        "Der er intet sket endnu. / Nothing has happened yet.",
    ]


@pytest.mark.parametrize(
    ("entry", "lines"),
    [
        pytest.param(
            HistoryEntry(
                at=AT,
                kind="update",
                status="failed",
                fields=(FieldChange(field="begin_at", old="2026-07-01T10:00:00Z", new="2026-07-01T11:00:00Z"),),
                why="the source event changed",
                error=NO_PHONE,
                error_code="server_error",
            ),
            [
                "01.07.2026 14:00  opdateret i Place2book / updated in Place2book  [mislykket / failed]",
                "    starter / begins: 01.07.2026 12:00 -> 01.07.2026 13:00",
                "    fordi / because: arrangementet er ændret i CMS / the source event changed",
                f"    fejl / error: {Translator('da').say(NO_PHONE)}",
                f"      {Translator('en').say(NO_PHONE)}",
            ],
            id="failed",
        ),
        pytest.param(
            HistoryEntry(
                at=AT,
                kind="update_price",
                status="applied",
                fields=(FieldChange(field="value", old=7500, new=None),),
                price_id=9,
            ),
            [
                "01.07.2026 14:00  pris ændret / price changed ”Voksen”  [gennemført / done]",
                "    beløb / amount: 75,00 kr. -> -",
            ],
            id="of a price",
        ),
        pytest.param(
            HistoryEntry(at=AT, kind="resolved", why="title_missing", said=Explanation("Titlen mangler.", "No title.")),
            ["01.07.2026 14:00  løst / resolved", "    title_missing", "    Titlen mangler.", "    No title."],
            id="resolved",
        ),
        pytest.param(
            HistoryEntry(
                at=AT,
                kind="record",
                status="applied",
                fields=(FieldChange(field="description_long", old="<p>Et</p>", new="<p>To</p>"),),
            ),
            [
                "01.07.2026 14:00  noteret, intet sendt / noted, nothing sent  [gennemført / done]",
                "    lang beskrivelse / long description:",
                "      - <p>Et</p>",
                "      + <p>To</p>",
            ],
            id="long text",
        ),
    ],
)
def test_history_tells_an_entry_in_local_time_and_both_languages(entry: HistoryEntry, lines: list[str]) -> None:
    assert told(entry) == lines


def test_history_cuts_a_long_value_and_folds_it() -> None:
    entry = HistoryEntry(
        at=AT, kind="update", status="applied", fields=(FieldChange(field="name", old=None, new="æ\n" * 90),)
    )
    (_, line) = told(entry)
    assert (line.startswith("    navn / name: æ æ æ"), line.endswith("…"), len(line)) == (True, True, 113)


def test_event_without_a_start_that_left_the_list_is_a_line_of_the_same_width() -> None:
    gone = FoundEvent(library="solbjerg", uuid="u1", title="Koncert", starts_at=None, present=False, linked=False)
    expected = f"{'':16}  solbjerg  u1  Koncert  (ikke i CMS' liste / not in the CMS's list)"
    assert event_line(gone, ZONE, CMS) == expected
