"""`airflow billetbro personal-data`: which personal data is stored, where and for how long."""

import json
from argparse import Namespace
from dataclasses import asdict
from datetime import date

from billetbro.messages.catalogue import Translator
from billetbro.warehouse.privacy.processing_record import COMMON, Record, record_of, record_text, what_is_held
from billetbro.warehouse.privacy.pseudonymise import Keys
from billetbro_airflow.cli.asking import DEFAULT_TIMEZONE
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import values_kept_out_of_errors
from billetbro_airflow.tasks.personal_data import Place, keys_of_pseudonyms, places


def run(args: Namespace) -> int:
    """Print the record of each library, also of unlisted ones whose data is still stored."""
    say, keys = translator(args.language), keys_of_pseudonyms()
    _, everywhere = places(args.libraries, despite_mistakes=True)
    records = [one for place in everywhere for one in _records(place, keys)]
    if args.json:
        told = [_plain(say, name, record) for name, _, record in records]
        print(json.dumps(told, ensure_ascii=False, indent=2, default=_iso))
    else:
        print("\n\n".join(record_text(say, record, name, timezone) for name, timezone, record in records))
    return 0


def _records(place: Place, keys: Keys) -> list[tuple[str, str, Record]]:
    """Return each library's name, time zone and record."""
    with values_kept_out_of_errors(), place.warehouse.connect() as connection:
        return [
            (
                one.name + place.label,
                one.retention.timezone if one.retention else DEFAULT_TIMEZONE,
                record_of(connection, one.id, one.retention, keys, place.files),
            )
            for one in place.libraries
        ]


def _plain(say: Translator, name: str, record: Record) -> dict[str, object]:
    common = {heading: say(f"personal_data.{heading}") for heading in COMMON}
    held = [asdict(held) | {"what": what_is_held(say, held)} for held in record.held]
    return {"name": name, **asdict(record), "held": held, **common}


def _iso(value: date) -> str:
    """Return a day, or a moment, in ISO 8601."""
    return value.isoformat()
