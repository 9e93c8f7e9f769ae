"""Which columns of the warehouse hold personal data: the one list that removal, files and the record go by.

Every text column of every table stands here; a test fails when somebody adds one without saying what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Holds(StrEnum):
    """What a text column holds, as far as people go."""

    PERSON = "person"
    """Tells of a buyer: removed by retention and by `forget`, protected by the policy."""
    NOBODY = "nobody"
    """Tells of an event, a price or a thing sold."""
    OURS = "ours"
    """A word or id of our own."""


TEXT_COLUMNS: Mapping[str, Mapping[str, Holds]] = {
    "events": {
        "library": Holds.OURS,
        "source_uuid": Holds.NOBODY,
        "title": Holds.NOBODY,
        "branch": Holds.NOBODY,
        "category": Holds.NOBODY,
    },
    "prices": {"library": Holds.OURS, "name": Holds.NOBODY},
    "purchases": {
        "library": Holds.OURS,
        "transaction_type": Holds.NOBODY,
        "full_name": Holds.PERSON,
        "email": Holds.PERSON,
        "phone_number": Holds.PERSON,
        "zip_code": Holds.PERSON,
        "customer_key": Holds.PERSON,
    },
    "tickets": {"library": Holds.OURS, "seating": Holds.NOBODY},
    "additional_sales": {"library": Holds.OURS, "name": Holds.NOBODY},
    "answers": {"library": Holds.OURS, "name": Holds.NOBODY, "value": Holds.PERSON},
    "data_quality": {"library": Holds.OURS, "problem": Holds.OURS},
    "view_versions": {"view": Holds.OURS, "fingerprint": Holds.OURS},
    "file_exports": {"library": Holds.OURS, "store": Holds.OURS},
    "forgotten": {"library": Holds.OURS},
    "privacy_policies": {
        "library": Holds.OURS,
        "policy": Holds.OURS,
        "key_fingerprint": Holds.OURS,
        "keep_answers": Holds.OURS,
    },
    "retention_sweeps": {"library": Holds.OURS},
}
"""Table -> text column -> what it holds."""

PERSONAL: Mapping[str, tuple[str, ...]] = {
    table: tuple(name for name, holds in columns.items() if holds is Holds.PERSON)
    for table, columns in TEXT_COLUMNS.items()
    if Holds.PERSON in columns.values()
}
"""Table -> its columns that hold personal data. Each such table has `library` and `purchase_id`."""
