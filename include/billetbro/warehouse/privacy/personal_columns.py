"""Which columns of the warehouse hold personal data: the one list for removal, files and the record of processing.

It names every text column of every table; a test fails for one that is missing.
"""

from collections.abc import Mapping
from enum import StrEnum


class Holds(StrEnum):
    """Whether a text column holds personal data."""

    PERSON = "person"
    """About a buyer: removed by retention and `forget`, protected by the policy."""
    NOBODY = "nobody"
    """About an event, a price or a product."""
    OURS = "ours"
    """Our own word or id."""


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
    "event_sales": {"library": Holds.OURS, "booked": Holds.NOBODY},
    "daily_sales": {"library": Holds.OURS, "day": Holds.NOBODY},
    "libraries": {"library": Holds.OURS, "name": Holds.NOBODY},
    "view_versions": {"view": Holds.OURS, "fingerprint": Holds.OURS},
    "file_exports": {"library": Holds.OURS, "store": Holds.OURS},
    "forgotten": {"library": Holds.OURS},
    "privacy_policies": dict.fromkeys(("library", "policy", "key_fingerprint", "keep_answers"), Holds.OURS),
    "retention_sweeps": {"library": Holds.OURS},
}
"""Table -> text column -> what it holds."""

PERSONAL: Mapping[str, tuple[str, ...]] = {
    table: tuple(name for name, holds in columns.items() if holds is Holds.PERSON)
    for table, columns in TEXT_COLUMNS.items()
    if Holds.PERSON in columns.values()
}
"""Table -> its columns that hold personal data. Each such table has `library` and `purchase_id`."""
