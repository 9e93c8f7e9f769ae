"""The record of processing says what is stored about whom, where, for how long, and when it goes."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine

from billetbro.messages.catalogue import Translator
from billetbro.warehouse.privacy.erasure import forget, sought
from billetbro.warehouse.privacy.processing_record import Record, record_of, record_text
from billetbro.warehouse.privacy.pseudonymise import Keys, Privacy
from billetbro.warehouse.privacy.retention import remove_past
from billetbro.warehouse.privacy.retention_rule import Retention
from tests.cases import cases
from tests.integration.warehouse.examples import EVENT, KEY, LIBRARY, MONDAY, Till, export
from tests.integration.warehouse.files import export_to, lake_in
from tests.integration.warehouse.personal import DROP, FIRST_BUYER, KEEP, PSEUDONYMISE, SECOND_BUYER

THIRTY = Retention(days=30)
KEYS = Keys(current=KEY)
DAY = timedelta(days=1)
COLUMNS = ("full_name", "email", "phone_number", "zip_code", "customer_key", "value")


def record(engine: Engine, root: Path | None = None, keys: Keys = KEYS) -> Record:
    with engine.connect() as connection:
        return record_of(connection, LIBRARY, THIRTY, keys, lake_in(root) if root else None)


def counted(found: Record, where: str = "warehouse") -> dict[str, tuple[int, int]]:
    return {held.column: (held.rows, held.plain) for held in found.held if held.where == where}


@cases(
    "privacy rows",
    ("keep", KEEP, [(2, 2), (2, 2), (2, 2), (1, 1), (1, 1), (2, 2)]),
    ("pseudonymise", PSEUDONYMISE, [(2, 0), (2, 0), (2, 0), (1, 1), (1, 0), (2, 2)]),
    ("drop", DROP, [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (2, 2)]),
)
def test_record_counts_the_rows_that_hold_something_and_how(
    engine: Engine, tmp_path: Path, privacy: Privacy, rows: list[tuple[int, int]]
) -> None:
    export_to(tmp_path, engine, Till(), privacy=privacy)
    found = record(engine, tmp_path)
    expected = dict(zip(COLUMNS, rows, strict=True))
    assert (counted(found), counted(found, "files")) == (expected, expected)
    assert (found.policy, found.since, found.keep_answers) == (privacy.policy, MONDAY, ["allergi", "hørt om os"])
    assert (found.oldest, found.removed_on) == (EVENT.end_at, date(2026, 4, 9))


def test_record_names_the_night_in_which_retention_removes_the_oldest(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    goes = record(engine).removed_on
    nights = []
    for days in range(30, 45):
        now = MONDAY + days * DAY
        nights += [now.date()] * any(remove_past(engine, LIBRARY, THIRTY, now, None).tables.values())
    assert [goes] == nights
    after = record(engine)
    assert (after.oldest, after.removed_on, after.last_removal) == (None, None, MONDAY + 44 * DAY)


def test_record_counts_who_was_forgotten_and_who_cannot_be_found(engine: Engine) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    forget(engine, LIBRARY, sought(KEYS, purchase_ids=[900]), MONDAY, None, dry_run=False)
    found = record(engine, keys=Keys())
    assert (found.forgotten_purchases, found.under_unknown_keys) == (1, 1)


def test_record_of_a_library_without_exports_says_so(engine: Engine) -> None:
    found = record(engine)
    assert (found.policy, found.oldest, set(counted(found).values())) == (None, None, {(0, 0)})
    assert "nothing exported yet" in record_text(Translator("en"), found, "Herlev Bibliotek", "Europe/Copenhagen")


@cases(
    "language expected",
    (
        "da",
        "da",
        [
            "  Regel: keep siden 02.03.2026; keep_answers: allergi, hørt om os",
            "  Opbevares: 30 dage efter arrangementet",
            "  Ældste: arrangement 09.03.2026, fjernes 09.04.2026",
            "    files: purchases.email: 2 rækker, heraf i klartekst 2 - køberens e-mail",
        ],
    ),
    (
        "en",
        "en",
        [
            "  Policy: keep since 02.03.2026; keep_answers: allergi, hørt om os",
            "  Kept: 30 days after the event",
            "  Oldest: event 09.03.2026, removed 09.04.2026",
            "    files: purchases.email: 2 rows, of them in plain text 2 - the buyer's e-mail",
        ],
    ),
)
def test_record_as_text_is_in_one_language_and_names_nobody(
    engine: Engine, tmp_path: Path, language: str, expected: list[str]
) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    told = replace(record(engine, tmp_path), under_unknown_keys=3)
    lines = record_text(Translator(language), told, "Herlev Bibliotek", "Europe/Copenhagen").splitlines()
    assert (lines[0], [line for line in expected if line not in lines]) == ("== Herlev Bibliotek (herlev) ==", [])
    assert [buyer for buyer in (*FIRST_BUYER, *SECOND_BUYER) if buyer in "\n".join(lines).casefold()] == []
