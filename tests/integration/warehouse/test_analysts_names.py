"""One name for one thing in the views, each library under its name, and the same told to dbt."""

from collections import defaultdict
from collections.abc import Mapping

import pytest
import yaml
from sqlalchemy import Engine, text

from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import RunRequest
from billetbro.store.library_names import store_names
from billetbro.warehouse.dbt_sources import FORMER, TABLES, dbt_sources
from demo.environment import LIBRARIES, ROOT
from tests.integration.warehouse.examples import FIRST, MONDAY, SECOND, VIEWS, Till, export, view
from tests.integration.warehouse.test_views_of_sales import OVER

COMMENTS = text("""
SELECT c.relname AS relation, a.attname AS column, col_description(c.oid, a.attnum) AS comment
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'warehouse'::regnamespace AND c.relname = ANY(:relations)
ORDER BY c.relname, a.attnum
""")


def comments(engine: Engine, relations: list[str]) -> dict[str, dict[str, str]]:
    """Return the comments of the columns, in their order."""
    found: dict[str, dict[str, str]] = {name: {} for name in relations}
    with engine.connect() as connection:
        for row in connection.execute(COMMENTS, {"relations": relations}):
            found[row.relation][row.column] = row.comment
    return found


def test_column_of_a_name_says_the_same_in_every_view(engine: Engine) -> None:
    said: Mapping[str, set[str]] = defaultdict(set)
    for columns in comments(engine, VIEWS).values():
        for column, comment in columns.items():
            if not comment.startswith(FORMER):
                said[column].add(comment)
    assert {column: texts for column, texts in said.items() if len(texts) > 1} == {}
    assert {"tickets", "share", "revenue_ore"}.isdisjoint(said)


@pytest.mark.parametrize("name", VIEWS)
def test_column_under_its_former_name_is_the_same(engine: Engine, name: str) -> None:
    export(engine, Till({10: (FIRST, SECOND)}), OVER)
    (columns,) = comments(engine, [name]).values()
    former = {old: text.removeprefix(FORMER) for old, text in columns.items() if text.startswith(FORMER)}
    rows = view(engine, name, "library")
    assert rows
    assert [{old: row[old] for old in former} for row in rows] == [
        {old: row[new] for old, new in former.items()} for row in rows
    ]


@pytest.mark.parametrize("name", VIEWS)
def test_view_names_the_library_as_its_latest_run_did_and_by_its_id_before(engine: Engine, name: str) -> None:
    export(engine, Till({10: (FIRST, SECOND)}), OVER)
    seen = [names(engine, name)]
    for given in ({"herlev": "Herlev", "odder": "Odder"}, {"herlev": "Herlev Bibliotek"}, {"odder": "Odder"}):
        store_names(engine, given)
        seen.append(names(engine, name))
    assert seen == [{"herlev"}, {"Herlev"}, {"Herlev Bibliotek"}, {"Herlev Bibliotek"}]


def test_run_stores_the_names_of_its_libraries(own_engine: Engine) -> None:
    libraries = load_settings(LIBRARIES).libraries
    begin(own_engine, libraries, RunRequest(run_id="first"), MONDAY, own_engine)
    renamed = [libraries[0].model_copy(update={"name": "Solbjerg og Omegn"})]
    begin(own_engine, renamed, RunRequest(run_id="second"), MONDAY, own_engine)
    with own_engine.connect() as connection:
        stored = connection.execute(text("SELECT library, name FROM warehouse.libraries ORDER BY library")).all()
    assert [tuple(row) for row in stored] == [
        ("nordvig", "Nordvig Bibliotekerne"),
        ("solbjerg", "Solbjerg og Omegn"),
        ("theater", "Havneteatret"),
    ]


def names(engine: Engine, name: str) -> set[object]:
    return {row["library_name"] for row in view(engine, name, "library")}


def test_name_that_did_not_change_is_not_stored_again(engine: Engine) -> None:
    versions = text("SELECT library, xmin::text FROM warehouse.libraries ORDER BY library")
    store_names(engine, {"herlev": "Herlev", "odder": "Odder"})
    with engine.connect() as connection:
        before = connection.execute(versions).all()
    store_names(engine, {"herlev": "Herlev", "odder": "Odder Bibliotek"})
    with engine.connect() as connection:
        after = connection.execute(versions).all()
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)


def test_sources_for_dbt_are_those_of_the_database(engine: Engine) -> None:
    views, tables = yaml.safe_load(dbt_sources())["sources"]
    assert (views["schema"], tables["schema"]) == ("warehouse", "warehouse")
    of_views = {
        name: {column: text for column, text in columns.items() if not text.startswith(FORMER)}
        for name, columns in comments(engine, VIEWS).items()
    }
    assert described(views) == of_views
    assert described(tables) == comments(engine, [table.name for table in TABLES])


def described(source: dict[str, list[dict[str, list[dict[str, str]]]]]) -> dict[object, dict[str, str]]:
    return {
        table["name"]: {column["name"]: column["description"] for column in table["columns"]}
        for table in source["tables"]
    }


def test_sources_for_dbt_in_the_documentation_are_up_to_date() -> None:
    assert (ROOT / "docs" / "dbt" / "sources.yml").read_text() == dbt_sources(), "make dbt-sources"
