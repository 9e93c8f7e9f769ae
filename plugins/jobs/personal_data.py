"""What the nightly DAG and the commands about personal data have of Airflow: connections, settings, files."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from airflow.sdk.log import mask_secret
from sqlalchemy import Engine

from hooks.connections import connection_named
from include.api.errors import Fatal, Refused, Retriable, SettingsProblem
from include.pipeline.personal_data import Night, keep_in_order, kept_libraries, said_of, stored_libraries
from include.pipeline.request import in_words
from include.settings import load_settings
from include.store.database import migrate, migrate_warehouse
from include.warehouse.file_rewrite import RewritableFiles
from include.warehouse.personal_files import PersonalDataFiles
from include.warehouse.privacy import KEY_CONNECTION, Keys
from jobs.billetbro_db import billetbro_engine, privacy_of, values_kept_out_of_errors, warehouse_engine
from jobs.export_files import file_store

FORMER_KEYS = "former_keys"
log = logging.getLogger(__name__)


def keys_of_pseudonyms() -> Keys:
    """Return the keys in `billetbro_privacy`, masked in every log: its password, and `former_keys` in its extra.

    Without that connection there are none. Raises SettingsProblem when former_keys is no list of texts.
    """
    try:
        given = connection_named(KEY_CONNECTION)
    except SettingsProblem:
        return Keys()
    former = given.extra_dejson.get(FORMER_KEYS, [])
    if not isinstance(former, list) or not all(isinstance(key, str) and key for key in former):
        raise SettingsProblem(
            f"{FORMER_KEYS} in the extra of the connection '{KEY_CONNECTION}' must list keys as text."
        )
    for key in former:
        mask_secret(key)
    return Keys(current=(given.password or "").encode() or None, former=tuple(key.encode() for key in former))


def exported_files() -> PersonalDataFiles | None:
    """Return the files that exports are written to, None where BILLETBRO_FILES names no place for any."""
    store = file_store()
    return None if store is None else RewritableFiles(store)


def databases() -> tuple[Engine, Engine]:
    """Return the engines of `sync` and of `warehouse`, both up to date."""
    state, warehouse = billetbro_engine(), warehouse_engine()
    migrate(state)
    migrate_warehouse(warehouse)
    return state, warehouse


def keep_personal_data_in_order(libraries: Sequence[str]) -> dict[str, dict[str, int]]:
    """Do the night's work for these libraries, all when none is named; return how many rows it concerned.

    One library's failure leaves the others untouched; raises at the end, naming those that failed.
    """
    state, warehouse = databases()
    files, keys = exported_files(), keys_of_pseudonyms()
    nights: dict[str, Night] = {}
    failed: dict[str, Exception] = {}
    for library in kept_libraries(load_settings(), stored_libraries(warehouse, files), libraries):
        try:
            with values_kept_out_of_errors():
                nights[library.id] = keep_in_order(state, warehouse, library, privacy_of, keys, files)
        except Exception as error:
            failed[library.id] = error
    print("\n".join(said_of(nights)))
    if failed:
        raise together(failed)
    return {library: night.counts for library, night in nights.items()}


def together(failed: dict[str, Exception]) -> Exception:
    """Return one error that names each library that failed and says why: retriable if any of them is."""
    message = " | ".join(f"{library}: {in_words(error)}" for library, error in failed.items())
    hopeless = all(isinstance(error, Fatal | Refused) for error in failed.values())
    made = Fatal(message) if hopeless else Retriable(message)
    made.__cause__ = next(iter(failed.values()))
    return made
