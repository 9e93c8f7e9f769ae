"""`airflow billetbro personal-data`: what is stored about whom, where and for how long."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict
from datetime import date

from include.pipeline.personal_data import Kept, kept_libraries, stored_libraries
from include.settings import load_settings
from include.warehouse.personal_data_record import Record, record_of
from include.warehouse.personal_data_text import COMMON, record_text
from jobs.billetbro_db import values_kept_out_of_errors, warehouse_engine
from jobs.personal_data import exported_files, keys_of_pseudonyms


def run(args: Namespace) -> int:
    """Print the record of each library, also of those that are no longer listed and whose data is still stored."""
    warehouse, files, keys = warehouse_engine(), exported_files(), keys_of_pseudonyms()
    libraries = kept_libraries(load_settings(), stored_libraries(warehouse, files), args.libraries)
    with values_kept_out_of_errors(), warehouse.connect() as connection:
        records = [(one, record_of(connection, one.id, one.retention, keys, files)) for one in libraries]
    if args.json:
        print(json.dumps([_plain(one, record) for one, record in records], ensure_ascii=False, indent=2, default=_iso))
    else:
        print("\n\n".join(record_text(record, one.name, one.retention.timezone) for one, record in records))
    return 0


def _plain(library: Kept, record: Record) -> dict[str, object]:
    common = {heading: {"da": danish, "en": english} for heading, (danish, english) in COMMON.items()}
    return {"name": library.name, **asdict(record), **common}


def _iso(value: date) -> str:
    """Return a day, or a moment, in ISO 8601."""
    return value.isoformat()
