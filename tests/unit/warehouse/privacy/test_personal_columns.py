"""The list of what tells of a person is whole: nobody adds a text column without saying what it holds."""

import pytest

import billetbro.store.file_exports
import billetbro.store.schema.privacy_tables
import billetbro.store.schema.warehouse_tables  # noqa: F401
from billetbro.messages.catalogue import Translator, languages
from billetbro.store.schema.metadata import warehouse_metadata
from billetbro.warehouse.privacy.personal_columns import PERSONAL, TEXT_COLUMNS
from billetbro.warehouse.privacy.redact_stored import PERSONAL_TABLES

NUMBERS_AND_TIMES = {"BIGINT", "INTEGER", "BOOLEAN", "DATETIME"}


def test_text_columns_of_every_table_are_classified() -> None:
    found = {
        table.name: {column.name for column in table.columns if str(column.type) not in NUMBERS_AND_TIMES}
        for table in warehouse_metadata.sorted_tables
    }
    assert found == {table: set(columns) for table, columns in TEXT_COLUMNS.items()}


def test_personal_columns_are_the_buyers_and_their_answers() -> None:
    assert PERSONAL == {
        "purchases": ("full_name", "email", "phone_number", "zip_code", "customer_key"),
        "answers": ("value",),
    }


def test_personal_columns_can_be_emptied() -> None:
    nullable = {
        table.name: tuple(name for name in PERSONAL[table.name] if table.c[name].nullable) for table in PERSONAL_TABLES
    }
    assert nullable == PERSONAL


@pytest.mark.parametrize("language", languages())
def test_personal_columns_are_explained_in_the_record(language: str) -> None:
    say = Translator(language)
    unexplained = [
        f"{table}.{column}"
        for table, columns in PERSONAL.items()
        for column in columns
        if not say.knows(f"personal_data.{table}.{column}")
    ]
    assert unexplained == []
