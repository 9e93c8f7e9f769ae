"""A person is found in every table and file under every policy and key, and nothing but the sums is left of them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from deltalake import DeltaTable
from sqlalchemy import Engine, text, update

from billetbro.errors import Fatal, SettingsError
from billetbro.models import Purchase
from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.personal_data import Kept, keep_in_order
from billetbro.steps.request import RunRequest
from billetbro.store.schema.privacy_tables import forgotten
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.privacy.erasure import Forgotten, Sought, forget, sought
from billetbro.warehouse.privacy.erasure_log import bring_forgotten, repeat_erasures
from billetbro.warehouse.privacy.pseudonymise import Keys, Row, pseudonym
from billetbro.warehouse.privacy.retention import remove_past
from billetbro.warehouse.privacy.retention_rule import Retention
from demo.environment import LIBRARIES
from tests.cases import cases
from tests.integration.warehouse.examples import FIRST, HOUR, KEY, LIBRARY, MONDAY, SECOND, Till, contents, export
from tests.integration.warehouse.files import everything_in, export_to, lake_in, stored_bytes, write
from tests.integration.warehouse.personal import (
    DROP,
    FIRST_BUYER,
    KEEP,
    NOTHING,
    POLICIES,
    PSEUDONYMISE,
    SECOND_BUYER,
    found_in,
    given_answers,
    people,
    sums,
    traces,
)

pytestmark = pytest.mark.slow

OTHER_KEY = b"another key made up for the tests"
KEYS = Keys(current=KEY)
LIBRARY_SETTINGS = load_settings(LIBRARIES, environ={}).libraries[0]
EMAIL = "Test.Testesen@EXAMPLE.com "
FOUND = Forgotten(purchases=1, tables={"purchases": 1, "answers": 2})


def remove(
    engine: Engine, who: Sought, root: Path | None = None, *, dry_run: bool = False, library: str = LIBRARY
) -> Forgotten:
    return forget(engine, library, who, MONDAY + HOUR, lake_in(root) if root else None, dry_run=dry_run)


def noted(engine: Engine) -> dict[object, tuple[object, object]]:
    """Return by purchase that is noted whether retention did it, and when the files were gone through."""
    rows = contents(engine, forgotten, "purchase_id", "past_retention", "in_files_at")
    return {row["purchase_id"]: (row["past_retention"], row["in_files_at"]) for row in rows}


@pytest.mark.parametrize("policy", ["keep", "pseudonymise"])
@cases(
    "who",
    ("e-mail", sought(KEYS, EMAIL)),
    ("phone", sought(KEYS, phone="+45 12 34 56 78")),
    ("e-mail and a phone of nobody", sought(KEYS, EMAIL, "87 65 43 29")),
    ("purchase", sought(KEYS, purchase_ids=[900])),
)
def test_forget_removes_the_person_everywhere_and_leaves_sums_and_the_others(
    engine: Engine, tmp_path: Path, policy: str, who: Sought
) -> None:
    privacy = POLICIES[policy]
    export_to(tmp_path, engine, Till(), privacy=privacy)
    other, before = people(engine)[910], sums(engine)
    before_told = people(engine)[900]
    found = remove(engine, who, tmp_path)
    assert (found, people(engine)) == (replace(FOUND, files={"purchases": 1, "answers": 2}), {900: NOTHING, 910: other})
    assert (given_answers(engine), sums(engine)) == ([None, None], before)
    wanted = [*FIRST_BUYER, *(str(value).casefold() for value in before_told.values())]
    assert traces(engine, wanted, tmp_path) == []
    assert len(traces(engine, SECOND_BUYER, tmp_path)) == (len(SECOND_BUYER) if policy == "keep" else 0)


def test_forget_under_drop_finds_nobody_but_by_the_number_of_the_purchase(engine: Engine) -> None:
    export(engine, Till(), privacy=DROP)
    assert remove(engine, sought(KEYS, EMAIL)) == Forgotten()
    assert remove(engine, sought(KEYS, purchase_ids=[900])) == replace(FOUND, tables={"purchases": 0, "answers": 2})
    assert given_answers(engine) == [None, None]


@pytest.mark.parametrize("policy", POLICIES)
def test_forget_is_not_undone_by_the_next_exports(engine: Engine, policy: str) -> None:
    export(engine, Till(), privacy=POLICIES[policy])
    remove(engine, sought(KEYS, purchase_ids=[900]))
    for hours in (2, 3):
        export(engine, Till(), MONDAY + hours * HOUR, privacy=POLICIES[policy], force=True)
    assert (people(engine)[900], given_answers(engine)) == (NOTHING, [None, None])
    assert noted(engine) == {900: (False, None)}


def test_forget_concerns_what_was_bought_until_then(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    remove(engine, sought(KEYS, EMAIL))
    again = replace(FIRST, purchase_id=920, tickets=())
    export(engine, Till({10: (FIRST, again)}), MONDAY + 2 * HOUR, privacy=KEEP, force=True)
    assert (people(engine)[900], people(engine)[920]["full_name"]) == (NOTHING, "Test Testesen")


def test_forget_twice_finds_nothing_more(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=PSEUDONYMISE)
    remove(engine, sought(KEYS, EMAIL), tmp_path)
    assert remove(engine, sought(KEYS, EMAIL), tmp_path) == Forgotten()


@cases(
    "keys purchases",
    ("new key alone", Keys(current=OTHER_KEY), 0),
    ("former key too", Keys(current=OTHER_KEY, former=(KEY,)), 1),
    ("no key now", Keys(former=(KEY,)), 1),
)
def test_forget_finds_pseudonyms_of_the_keys_that_are_known(engine: Engine, keys: Keys, purchases: int) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    assert remove(engine, sought(keys, EMAIL)).purchases == purchases


def test_forget_finds_what_is_stored_under_several_policies_and_keys_at_once(engine: Engine) -> None:
    for number, privacy in enumerate((KEEP, PSEUDONYMISE, replace(PSEUDONYMISE, key=OTHER_KEY))):
        same = replace(FIRST, purchase_id=920 + number, tickets=())
        export(engine, Till({10: (same,)}), MONDAY + number * HOUR, privacy=privacy, library=f"library-{number}")
    who = sought(Keys(current=OTHER_KEY, former=(KEY,)), EMAIL)
    found = [remove(engine, who, library=f"library-{number}") for number in range(3)]
    assert ([one.purchases for one in found], list(people(engine).values())) == ([1, 1, 1], [NOTHING] * 3)


STORED_BEFORE = {
    "direction marks": ({"phone_number": "\u202a+46 70 123 45 67\u202c"}, "46701234567"),
    "behind a word": ({"phone_number": "tlf. +46 70 123 45 67"}, "46701234567"),
    "zeros": ({"phone_number": "0046701234567"}, "+46701234567"),
    "zero width": ({"email": "test.test\u200besen@example.com"}, "test.test\u200besen@example.com"),
    "between marks": ({"email": "\u202aTest.Testesen@example.com\u202c"}, "\u202atest.testesen@example.com\u202c"),
}
ASKED = {
    "phone_number": ["+46 70 123 45 67", "\u202a+46701234567\u202c", "tlf. +46 70 123 45 67", "0046701234567"],
    "email": ["Test.Testesen@example.com", "test.test\u200besen@example.com", "\ufefftest.testesen@example.com"],
}


@pytest.mark.parametrize(("spelt", "form"), STORED_BEFORE.values(), ids=STORED_BEFORE.keys())
def test_forget_finds_what_was_stored_in_an_earlier_form_by_each_spelling(
    engine: Engine, tmp_path: Path, spelt: dict[str, str], form: str
) -> None:
    (column,) = spelt
    name = {"phone_number": "phone"}.get(column, column)
    others = people_with(engine, spelt, column, form)
    write(engine, tmp_path)
    for asked in ASKED[column]:
        assert remove(engine, sought(KEYS, **{name: asked}), tmp_path, dry_run=True).purchases == 1
    assert remove(engine, sought(KEYS, **{name: ASKED[column][0]}), tmp_path).purchases == 1
    assert people(engine) == {900: NOTHING, 910: others}
    assert traces(engine, [pseudonym(KEY, form)], tmp_path) == []


@pytest.mark.parametrize(("spelt", "form"), STORED_BEFORE.values(), ids=STORED_BEFORE.keys())
def test_export_that_sees_a_person_of_an_earlier_form_again_writes_todays_and_leaves_the_others(
    engine: Engine, spelt: dict[str, str], form: str
) -> None:
    (column,) = spelt
    others = people_with(engine, spelt, column, form)
    listed = (replace(FIRST, **spelt), SECOND)
    summary = export(engine, Till({10: listed}), MONDAY + HOUR, privacy=PSEUDONYMISE, force=True)
    plain = {"phone_number": "+46701234567", "email": "test.testesen@example.com"}[column]
    assert (people(engine)[900][column], people(engine)[910]) == (pseudonym(KEY, plain), others)
    moved = form != plain
    dates = [row["changed_at"] for row in contents(engine, purchases, "changed_at")]
    assert (summary.purchases_changed, dates) == (int(moved), [MONDAY + HOUR if moved else MONDAY, MONDAY])


def people_with(engine: Engine, spelt: dict[str, str], column: str, form: str) -> Row:
    export(engine, Till({10: (replace(FIRST, **spelt), SECOND)}), privacy=PSEUDONYMISE)
    stored = update(purchases).where(purchases.c.purchase_id == 900).values({column: pseudonym(KEY, form)})
    with engine.begin() as connection:
        connection.execute(stored)
    return people(engine)[910]


def test_forget_finds_in_files_what_a_row_said_before_it_changed(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    married = replace(FIRST, email="gift@example.com", phone_number=None, full_name="Gift Testesen")
    export(engine, Till({10: (married, SECOND)}), MONDAY + HOUR / 2, privacy=KEEP, force=True)
    assert remove(engine, sought(KEYS, EMAIL)) == Forgotten()
    assert remove(engine, sought(KEYS, EMAIL), tmp_path).purchases == 1
    assert traces(engine, (*FIRST_BUYER, "gift"), tmp_path) == []


def test_forget_leaves_nothing_of_what_an_earlier_version_of_the_files_said(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    married = replace(FIRST, email="gift@example.com", phone_number=None, full_name="Gift")
    export_to(tmp_path, engine, Till({10: (married, SECOND)}), MONDAY + HOUR / 2, privacy=KEEP, force=True)
    assert traces(engine, FIRST_BUYER[1:2], tmp_path) == list(FIRST_BUYER[1:2])
    assert remove(engine, sought(KEYS, EMAIL), tmp_path).purchases == 0
    assert traces(engine, (FIRST_BUYER[1], "gift@example.com"), tmp_path) == ["gift@example.com"]


def test_forget_by_the_number_of_a_purchase_that_is_not_stored_yet_holds_for_the_export_to_come(engine: Engine) -> None:
    assert remove(engine, sought(KEYS, purchase_ids=[900])) == Forgotten(tables={"purchases": 0, "answers": 0})
    export(engine, Till(), privacy=KEEP)
    assert (people(engine)[900], people(engine)[910]["email"]) == (NOTHING, "proeve@example.com")


def test_forget_by_the_number_of_a_purchase_that_retention_emptied_notes_that_somebody_asked(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    remove_past(engine, LIBRARY, Retention(days=1), MONDAY + 9 * 24 * HOUR, None)
    assert remove(engine, sought(KEYS, EMAIL)) == Forgotten()
    assert remove(engine, sought(KEYS, purchase_ids=[900])).purchases == 1
    assert noted(engine) == {900: (False, None), 910: (True, None)}


def test_forget_that_dies_at_the_files_is_finished_by_the_next(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    married = replace(FIRST, email="gift@example.com", phone_number=None)
    export_to(tmp_path, engine, Till({10: (married, SECOND)}), MONDAY + HOUR / 2, privacy=KEEP, force=True)
    (second,) = map(Path, DeltaTable(tmp_path / "purchases").file_uris())
    whole = second.read_bytes()
    second.write_bytes(whole[:-9])
    with pytest.raises(Fatal, match=f"'{re.escape(str(second))}'"):
        remove(engine, sought(KEYS, "gift@example.com"), tmp_path)
    assert (people(engine)[900], noted(engine)) == (NOTHING, {900: (False, None)})
    second.write_bytes(whole)
    found = remove(engine, sought(KEYS, "nobody@example.com"), tmp_path)
    assert (found, noted(engine)) == (Forgotten(files={"purchases": 1, "answers": 2}), {900: (False, MONDAY + HOUR)})
    assert traces(engine, (*FIRST_BUYER, "gift"), tmp_path) == []


def test_forget_with_dry_run_counts_and_removes_nothing(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    stored, written = people(engine), stored_bytes(tmp_path)
    found = remove(engine, sought(KEYS, EMAIL), tmp_path, dry_run=True)
    assert found == replace(FOUND, files={"purchases": 1, "answers": 2})
    assert (people(engine), contents(engine, forgotten), stored_bytes(tmp_path)) == (stored, [], written)


def test_forget_leaves_other_libraries_alone(engine: Engine) -> None:
    for library in (LIBRARY, "ribe"):
        export(engine, Till(), privacy=KEEP, library=library)
    remove(engine, sought(KEYS, EMAIL), library="ribe")
    found = contents(engine, purchases, "library", "email")[:3:2]
    assert found == [{"library": LIBRARY, "email": "test.testesen@example.com"}, {"library": "ribe", "email": None}]


def test_forget_holds_in_a_database_that_the_warehouse_moves_to(engine: Engine, own_engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    remove(engine, sought(KEYS, EMAIL))
    for _ in range(2):
        begin(engine, [LIBRARY_SETTINGS], RunRequest(run_id="moved"), MONDAY, own_engine)
    export(own_engine, Till(), MONDAY + HOUR, privacy=KEEP)
    assert (people(own_engine)[900], people(own_engine)[910]["email"]) == (NOTHING, "proeve@example.com")


def test_forget_holds_for_an_export_that_is_reading_meanwhile(engine: Engine) -> None:
    class Slow(Till):
        def purchases(self, event_maker: int, event_id: int) -> Sequence[Purchase]:
            listed = super().purchases(event_maker, event_id)
            remove(engine, sought(KEYS, EMAIL))
            return listed

    export(engine, Till(), privacy=KEEP)
    export(engine, Slow(), MONDAY + HOUR, privacy=KEEP, force=True)
    assert (people(engine)[900], people(engine)[910]["email"]) == (NOTHING, "proeve@example.com")


def test_forget_reaches_a_copy_of_the_warehouse_that_was_made_before(engine: Engine, own_engine: Engine) -> None:
    for warehouse in (engine, own_engine):
        export(warehouse, Till(), privacy=KEEP)
    remove(engine, sought(KEYS, EMAIL))
    begin(engine, [LIBRARY_SETTINGS], RunRequest(run_id="moved"), MONDAY + HOUR, own_engine)
    assert (people(own_engine)[900], people(own_engine)[910]["email"]) == (NOTHING, "proeve@example.com")


def test_forget_is_brought_from_nowhere_when_there_was_no_warehouse_before(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        connection.execute(text("DROP SCHEMA warehouse CASCADE"))
    bring_forgotten(own_engine, own_engine, MONDAY)
    with own_engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regnamespace('warehouse')")) is None


@cases(
    "given said",
    ("nobody", {}, "Nobody was named"),
    ("white space", {"email": "  "}, "no @"),
    ("a name", {"email": "Test Testesen"}, "no @"),
    ("no number", {"phone": "ukendt"}, "no digits"),
)
def test_sought_without_what_tells_a_person_apart_is_refused_and_not_repeated(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        sought(KEYS, **given)  # type: ignore[arg-type]
    assert "Testesen" not in str(caught.value)


def test_sought_repr_does_not_show_the_person() -> None:
    shown = repr(sought(KEYS, EMAIL, "12 34 56 78"))
    assert [trace for trace in ("testesen", "12345678") if trace in shown.casefold()] == []


def forgotten_since_the_copy(engine: Engine, copy: Engine, root: Path) -> None:
    """Export to both, and forget the first buyer where the files are written from."""
    for warehouse in (engine, copy):
        export(warehouse, Till(), privacy=KEEP)
    write(engine, root)
    remove(engine, sought(KEYS, EMAIL), root)


def test_forget_is_repeated_in_a_database_that_was_restored_from_a_copy_made_before(
    engine: Engine, own_engine: Engine, tmp_path: Path
) -> None:
    forgotten_since_the_copy(engine, own_engine, tmp_path)
    assert people(own_engine)[900]["email"] == "test.testesen@example.com"
    lake = lake_in(tmp_path)
    assert repeat_erasures(own_engine, LIBRARY, MONDAY + 2 * HOUR, lake) == {"purchases": 1, "answers": 2}
    assert repeat_erasures(own_engine, LIBRARY, MONDAY + 2 * HOUR, lake) == {}
    export(own_engine, Till(), MONDAY + 3 * HOUR, privacy=KEEP, force=True)
    assert (people(own_engine)[900], people(own_engine)[910]["email"]) == (NOTHING, "proeve@example.com")


def test_forget_keeps_beside_the_files_no_more_than_the_number_of_the_purchase(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    remove(engine, sought(KEYS, EMAIL), tmp_path)
    kept = DeltaTable(tmp_path / "forgotten").to_pyarrow_table().to_pylist()
    assert [(row["library"], row["purchase_id"]) for row in kept] == [(LIBRARY, 900)]
    assert found_in(everything_in(tmp_path / "forgotten"), FIRST_BUYER) == []
    assert lake_in(tmp_path).erasures("nordvig") == frozenset()


def test_night_forgets_again_whom_a_restored_database_has_back(
    engine: Engine, own_engine: Engine, tmp_path: Path
) -> None:
    forgotten_since_the_copy(engine, own_engine, tmp_path)
    kept = Kept(id=LIBRARY, retention=Retention(days=3000), settings=LIBRARY_SETTINGS)
    keep_in_order(own_engine, own_engine, kept, lambda _: KEEP, KEYS, lake_in(tmp_path))
    assert (people(own_engine)[900], people(own_engine)[910]["email"]) == (NOTHING, "proeve@example.com")
