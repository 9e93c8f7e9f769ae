"""What a night does for each library, whatever is wrong with its key, its settings or the task before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billetbro.errors import Fatal, Retriable
from billetbro.messages.catalogue import Translator
from billetbro.settings.libraries import LibrariesFileError, Library, PersonalData, Settings, load_settings
from billetbro.steps.personal_data import Kept, Night, keep_in_order, kept_libraries, night_lines, stored_libraries
from billetbro.store.database import library_lock
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.privacy.pseudonymise import Keys, Privacy
from billetbro.warehouse.privacy.retention import Removed
from billetbro.warehouse.privacy.retention_rule import Retention
from demo.environment import LIBRARIES
from tests.cases import cases
from tests.integration.warehouse.examples import EVENT, KEY, MONDAY, Till, contents, export
from tests.integration.warehouse.files import export_to, lake_in
from tests.integration.warehouse.personal import FIRST_BUYER, KEEP, PSEUDONYMISE, SECOND_BUYER, traces

DEMONSTRATED = load_settings(LIBRARIES, environ={})
SETTINGS = replace(DEMONSTRATED, unlisted=PersonalData(retention_days=7))
HERLEV = Kept(id="herlev", retention=Retention(days=30), settings=DEMONSTRATED.libraries[0])
DAY = timedelta(days=1)
ENDED = MONDAY + 7 * DAY
BUYERS = (*FIRST_BUYER, *SECOND_BUYER)


def night(
    engine: Engine,
    now: datetime,
    privacy: Privacy = KEEP,
    *,
    library: Kept = HERLEV,
    keys: Keys | None = None,
    root: Path | None = None,
) -> Night:
    def policy(_: Library) -> Privacy:
        return privacy

    files = lake_in(root) if root else None
    return keep_in_order(engine, engine, library, policy, keys or Keys(current=KEY), files, lambda: now)


def test_night_brings_tables_and_files_under_a_policy_that_no_export_brought(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    done = night(engine, MONDAY + DAY, replace(PSEUDONYMISE, keep_answers=frozenset()), root=tmp_path)
    assert done.counts == {
        "purchases by policy": 2,
        "answers by policy": 2,
        "purchases by policy in files": 2,
        "answers by policy in files": 2,
    }
    assert traces(engine, [buyer for buyer in BUYERS if buyer != "2730"], tmp_path) == []
    assert night(engine, MONDAY + 2 * DAY, replace(PSEUDONYMISE, keep_answers=frozenset()), root=tmp_path).counts == {}


def test_night_removes_what_is_past_retention_before_it_asks_for_the_key(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)

    def without_key(_: Library) -> Privacy:
        return replace(PSEUDONYMISE, key=None)

    with pytest.raises(Fatal, match="billetbro_privacy"):
        keep_in_order(engine, engine, HERLEV, without_key, Keys(), None, lambda: ENDED + 31 * DAY)
    assert traces(engine, BUYERS) == []


def test_night_tells_of_pseudonyms_that_nobody_can_find(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    caplog.clear()
    other = replace(PSEUDONYMISE, key=b"another key made up for the tests")
    night(engine, MONDAY + DAY, other, keys=Keys(current=other.key))
    night(engine, MONDAY + DAY, other, keys=Keys(current=other.key, former=(KEY,)))
    told = [message for message in caplog.messages if "2 purchases have pseudonyms of a key that is neither" in message]
    assert len(told) == 1


def test_night_of_a_library_that_is_listed_no_longer_goes_by_its_own_retention(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP, library="lukket")
    (closed,) = kept_libraries(SETTINGS, stored_libraries(engine, None), ["lukket"])
    assert (closed, closed.name) == (Kept(id="lukket", retention=Retention(days=7)), "lukket")
    assert night(engine, ENDED + 7 * DAY, library=closed).counts == {}
    assert night(engine, ENDED + 8 * DAY, library=closed).counts == {"purchases": 2, "answers": 2}


def test_night_of_a_library_that_is_worked_on_is_left_for_another_try(engine: Engine) -> None:
    with library_lock(engine, "herlev"), pytest.raises(Retriable, match="still being worked on"):
        keep_in_order(engine, engine, HERLEV, lambda _: KEEP, Keys(), None, wait_seconds=0.01)


def test_night_takes_its_moment_when_it_has_the_lock(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    night(engine, ENDED + 31 * DAY)
    assert contents(engine, purchases, "changed_at") == [{"changed_at": ENDED + 31 * DAY}] * 2


@cases(
    "wanted chosen",
    ("all", [], ["solbjerg", "nordvig", "theater", "lukket"]),
    ("one", ["nordvig"], ["nordvig"]),
    ("one that is gone too", ["lukket", "solbjerg"], ["solbjerg", "lukket"]),
)
def test_kept_libraries_are_the_listed_and_the_stored_ones(wanted: Sequence[str], chosen: Sequence[str]) -> None:
    found = kept_libraries(SETTINGS, {"lukket", "nordvig"}, wanted)
    shown = ([one.id for one in found], [one.settings is None for one in found])
    assert shown == (chosen, [one == "lukket" for one in chosen])


def test_kept_libraries_that_are_neither_listed_nor_stored_are_a_mistake() -> None:
    with pytest.raises(
        LibrariesFileError, match="unknown library: nowhere; known are: solbjerg, nordvig, theater, lukket"
    ):
        kept_libraries(Settings(libraries=SETTINGS.libraries), {"lukket"}, ["nowhere"])


def test_stored_libraries_are_those_of_tables_and_files(engine: Engine, tmp_path: Path) -> None:
    export_to(tmp_path, engine, Till(), privacy=KEEP)
    export(engine, Till({}), library="ribe", events=[EVENT])
    found = (stored_libraries(engine, None), stored_libraries(engine, lake_in(tmp_path)))
    assert found == ({"herlev", "ribe"}, {"herlev", "ribe"})


def test_night_lines_nights_is_a_line_for_each_library() -> None:
    nights = {"herlev": Night(removed=Removed(tables={"purchases": 2, "answers": 0})), "ribe": Night(removed=Removed())}
    assert night_lines(Translator("da"), nights) == ["herlev: purchases: 2", "ribe: intet at fjerne"]
