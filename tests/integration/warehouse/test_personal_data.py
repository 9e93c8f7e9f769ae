"""Nothing of a buyer reaches a table but what the library's policy allows."""

from dataclasses import replace
from traceback import format_exception

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from billetbro.models import Answer, PersonalDataPolicy
from billetbro.store.schema.warehouse_tables import answers, events, prices, purchases
from billetbro.warehouse.privacy.pseudonymise import Privacy
from tests.cases import cases
from tests.integration.warehouse.examples import (
    EVENT,
    FIRST,
    HOUR,
    KEY,
    MONDAY,
    SECOND,
    Till,
    another,
    contents,
    export,
    exported,
    text_of_all_tables,
)

PERSONAL = (
    "testesen",
    "prøvesen",
    "example.com",
    "12 34 56 78",
    "12345678",
    "87654321",
    "77001122",
    "nødder",
    "plakat",
    "sesam",
)
PEOPLE = ("full_name", "email", "phone_number", "customer_key")
KEEP = Privacy(policy=PersonalDataPolicy.KEEP)


@pytest.mark.parametrize("policy", [PersonalDataPolicy.PSEUDONYMISE, PersonalDataPolicy.DROP])
def test_export_policy_that_protects_leaves_no_trace_of_the_buyers(engine: Engine, policy: PersonalDataPolicy) -> None:
    export(engine, Till(), privacy=Privacy(policy=policy, key=KEY))
    stored = text_of_all_tables(engine).casefold()
    assert "foredrag" in stored
    assert [trace for trace in PERSONAL if trace in stored] == []


def test_export_keep_stores_the_buyers_but_no_barcode_and_no_unlisted_answer(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    assert contents(engine, purchases, *PEOPLE, "zip_code") == [
        {
            "full_name": "Test Testesen",
            "email": "test.testesen@example.com",
            "phone_number": "12 34 56 78",
            "customer_key": "77001122",
            "zip_code": "2730",
        },
        {
            "full_name": "Prøve Prøvesen",
            "email": "proeve@example.com",
            "phone_number": "+4587654321",
            "customer_key": None,
            "zip_code": None,
        },
    ]
    stored = text_of_all_tables(engine).casefold()
    assert [trace for trace in ("nødder", "plakat", "sesam") if trace in stored] == []


def test_export_same_person_spelled_otherwise_gets_the_same_pseudonym(engine: Engine) -> None:
    same = replace(
        SECOND,
        full_name=" TEST  test\u200besen",
        email="\u200bTest.Test\u00adesen@Example.com ",
        phone_number="\u202atlf. +45 12 34 56 78\u202c",
        customer_profile_id=77001122,
    )
    export(engine, Till({10: (FIRST, same)}))
    first, second = contents(engine, purchases, *PEOPLE)
    assert (first, {len(str(pseudonym)) for pseudonym in first.values()}) == (second, {64})


def test_export_stricter_policy_replaces_what_was_stored(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    export(engine, Till(), MONDAY + HOUR, privacy=Privacy(policy=PersonalDataPolicy.DROP), force=True)
    assert "testesen" not in text_of_all_tables(engine).casefold()


def given(engine: Engine) -> list[tuple[object, ...]]:
    rows = contents(engine, answers, "purchase_id", "ticket_id", "name", "position", "value")
    return [tuple(row.values()) for row in rows]


def test_export_listed_answers_are_kept_and_emptied_when_withdrawn(engine: Engine) -> None:
    listing = replace(KEEP, policy=PersonalDataPolicy.DROP, keep_answers=frozenset({"Hørt om os", "Allergi"}))
    twice = replace(FIRST, answers=(*FIRST.answers, Answer(name="Hørt om os", value="Avis")))
    till = exported(engine, Till({10: (twice,)}), privacy=listing)
    export(engine, till, privacy=listing, now=MONDAY + HOUR, force=True)
    assert given(engine) == [
        (900, None, "Hørt om os", 1, "Plakat"),
        (900, None, "Hørt om os", 2, "Avis"),
        (900, 901, "Allergi", 1, "Nødder"),
    ]
    till.sold[10] = (replace(twice, answers=(Answer(name="Hørt om os", value="Nabo"),)),)
    export(
        engine, till, MONDAY + 2 * HOUR, privacy=replace(listing, keep_answers=frozenset({"Hørt om os"})), force=True
    )
    assert given(engine) == [
        (900, None, "Hørt om os", 1, "Nabo"),
        (900, None, "Hørt om os", 2, None),
        (900, 901, "Allergi", 1, None),
    ]


@cases(
    "broken",
    ("a column is missing", "DROP COLUMN zip_code CASCADE"),
    ("a value is refused while it is copied", "ALTER COLUMN full_name TYPE bigint USING 1"),
    ("a row is refused while it is stored", "ADD CHECK (email IS NULL)"),
)
def test_export_database_error_does_not_tell_the_buyers(own_engine: Engine, broken: str) -> None:
    with own_engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE warehouse.purchases {broken}"))
    with pytest.raises(DBAPIError) as caught:
        export(own_engine, Till(), privacy=KEEP)
    told = "".join(format_exception(caught.value)).casefold()
    assert ("sqlstate" in told, [trace for trace in PERSONAL if trace in told]) == (True, [])


def test_export_database_error_of_a_changed_row_does_not_tell_the_buyers(own_engine: Engine) -> None:
    export(own_engine, Till(), privacy=KEEP)
    with own_engine.begin() as connection:
        connection.execute(text("ALTER TABLE warehouse.purchases ADD CHECK (email IS NULL) NOT VALID"))
    moved = replace(FIRST, zip_code="9999")
    with pytest.raises(DBAPIError) as caught:
        export(own_engine, Till({10: (moved, SECOND)}), MONDAY + HOUR, privacy=KEEP, force=True)
    told = "".join(format_exception(caught.value)).casefold()
    assert ("sqlstate" in told, [trace for trace in PERSONAL if trace in told]) == (True, [])


def test_export_error_in_the_middle_of_an_event_stores_none_of_it(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        connection.execute(text("ALTER TABLE warehouse.tickets DROP COLUMN seating CASCADE"))
    with pytest.raises(DBAPIError):
        export(own_engine, Till())
    assert [contents(own_engine, table, "library") for table in (events, prices, purchases)] == [[], [], []]


def test_export_event_that_the_database_refuses_keeps_none_out_that_was_read_before_it(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        connection.execute(text("ALTER TABLE warehouse.events ADD CHECK (event_id < 12)"))
    till = Till({10: (FIRST,), 11: (), 12: (SECOND,)})
    with pytest.raises(DBAPIError):
        export(own_engine, till, events=[EVENT, another(11), another(12)])
    assert [row["event_id"] for row in contents(own_engine, events, "event_id")] == [10, 11]
