"""Airflow's side of the nightly DAG and the commands about personal data: connections, settings, files."""

import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace

from airflow.sdk.log import mask_secret
from sqlalchemy import Engine

from billetbro.errors import BilletbroError, SettingsError, several
from billetbro.settings.libraries import load_settings
from billetbro.steps.personal_data import (
    Kept,
    Night,
    has_warehouse,
    keep_in_order,
    kept_despite_mistakes,
    kept_libraries,
    longest_waiting_first,
    night_lines,
    stored_libraries,
    tidy_files,
)
from billetbro.steps.request import utc_now
from billetbro.store.database import library_lock, migrate, migrate_warehouse
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.erasure_log import repeat_erasures
from billetbro.warehouse.privacy.pseudonymise import KEY_CONNECTION, Keys
from billetbro_airflow.hooks.connections import connection_named
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine, privacy_of, values_kept_out_of_errors, warehouse_engine
from billetbro_airflow.tasks.export_files import FILES, lake
from billetbro_airflow.tasks.readable_settings import readable_settings

FORMER_KEYS = "former_keys"
LEFT_BEHIND = " (warehouse in billetbro_db)"
LONGEST_TIDYING = 15 * 60.0
"""Seconds after which a night tidies no more libraries' files; the rest waits for the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A warehouse, the files written from it, and its libraries; `label` follows their names."""

    warehouse: Engine
    files: Lake | None
    libraries: tuple[Kept, ...]
    label: str = ""


def keys_of_pseudonyms() -> Keys:
    """Return the keys in `billetbro_privacy`, masked in logs: its password, and `former_keys` in its extra.

    None without that connection; raises SettingsError when former_keys is not a list of texts.
    """
    try:
        given = connection_named(KEY_CONNECTION)
    except SettingsError:
        return Keys()
    former = given.extra_dejson.get(FORMER_KEYS, [])
    if not isinstance(former, list) or not all(isinstance(key, str) and key for key in former):
        raise SettingsError("error.former_keys", field=FORMER_KEYS, connection=KEY_CONNECTION)
    for key in former:
        mask_secret(key)
    return Keys(current=(given.password or "").encode() or None, former=tuple(key.encode() for key in former))


def places(libraries: Sequence[str], *, despite_mistakes: bool = False) -> tuple[Engine, list[Place]]:
    """Return the engine of `sync`, and each place with personal data of these libraries (default: all).

    The second place is an old warehouse in Billetbro's own database that was not dropped when `billetbro_warehouse`
    named another. Raises LibrariesFileError for mistakes in the settings; `despite_mistakes` goes on with all that is
    stored.
    """
    state, warehouse = billetbro_engine(), warehouse_engine()
    migrate(state)
    migrate_warehouse(warehouse)
    files = lake()
    stored, left = stored_libraries(warehouse, files), frozenset[str]()
    if warehouse is not state and has_warehouse(state):
        migrate_warehouse(state)
        left = stored_libraries(state, None)
    chosen = _libraries(stored | left, libraries, despite_mistakes=despite_mistakes)
    remaining = tuple(one for one in chosen if one.id in left)
    left_behind = Place(warehouse=state, files=None, libraries=remaining, label=LEFT_BEHIND)
    return state, [Place(warehouse=warehouse, files=files, libraries=chosen), left_behind]


def _libraries(stored: frozenset[str], wanted: Sequence[str], *, despite_mistakes: bool) -> tuple[Kept, ...]:
    if not despite_mistakes:
        return kept_libraries(load_settings(), stored, wanted)
    readable = readable_settings()
    if readable.settings is None:
        return kept_despite_mistakes(readable.libraries, stored, wanted)
    return kept_libraries(readable.settings, stored, wanted)


def keep_personal_data_in_order(libraries: Sequence[str]) -> dict[str, dict[str, int]]:
    """Do the night's work for these libraries (default: all); return how many rows it concerned.

    Goes on after a library's failure, and raises at the end, naming the libraries that failed.
    """
    state, everywhere = places(libraries)
    keys = keys_of_pseudonyms()
    # An old warehouse's libraries too: only it knows what is past retention.
    files = everywhere[0].files
    nights: dict[str, Night] = {}

    def one(place: Place, library: Kept) -> None:
        nights[library.id + place.label] = keep_in_order(state, place.warehouse, library, privacy_of, keys, files)

    in_turn = [replace(one, libraries=longest_waiting_first(one.warehouse, one.libraries)) for one in everywhere]
    failed = for_each_library_in(in_turn, one)
    if files is not None:
        failed = _tidied(state, files, in_turn[0], leaving=failed) | failed
    print(*night_lines(translator(), nights), sep="\n")
    if failed:
        raise together(failed)
    return {library: night.counts for library, night in nights.items()}


def forget_again(library: str) -> None:
    """Forget again whom a restored database has back of one library; raises Retriable while a task works on it."""
    state, everywhere = places([library])
    for place in everywhere:
        if place.files is not None:
            with library_lock(state, library):
                repeat_erasures(place.warehouse, library, utc_now(), place.files)


def _tidied(state: Engine, files: Lake, place: Place, leaving: Container[str]) -> dict[str, Exception]:
    """Tidy the files, except those of `leaving`; return what went wrong."""
    until = time.monotonic() + LONGEST_TIDYING

    def one(_: Place, library: Kept) -> None:
        if library.id not in leaving and time.monotonic() < until:
            tidy_files(state, place.warehouse, library.id, files)

    failed = for_each_library_in([place], one)
    try:
        files.remove_expired()
    except BilletbroError as error:
        failed[FILES] = error
    return failed


def for_each_library_in(everywhere: Sequence[Place], work: Callable[[Place, Kept], None]) -> dict[str, Exception]:
    """Do the work for each library in each place; return errors by library, without values of rows."""
    failed: dict[str, Exception] = {}
    for place in everywhere:
        for library in place.libraries:
            try:
                with values_kept_out_of_errors():
                    work(place, library)
            except Exception as error:
                failed[library.id + place.label] = error
    return failed


def together(failed: dict[str, Exception]) -> Exception:
    """Return one error that names each failed library and its error, retriable if any is."""
    made = several(failed.values(), list(failed))
    made.__cause__ = next(iter(failed.values()))
    return made
