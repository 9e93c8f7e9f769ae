"""What tests of personal data look at: who is stored, and what must stay whoever is removed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from billetbro.models import PersonalDataPolicy
from billetbro.store.schema.warehouse_tables import answers, purchases
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.pseudonymise import Privacy, Row
from tests.integration.warehouse.examples import KEY, contents, everything, text_of_all_tables, view
from tests.integration.warehouse.files import everything_in

LISTED = frozenset({"Hørt om os", "Allergi"})
KEEP = Privacy(policy=PersonalDataPolicy.KEEP, keep_answers=LISTED)
DROP = Privacy(policy=PersonalDataPolicy.DROP, keep_answers=LISTED)
PSEUDONYMISE = Privacy(policy=PersonalDataPolicy.PSEUDONYMISE, key=KEY, keep_answers=LISTED)
POLICIES = {"keep": KEEP, "pseudonymise": PSEUDONYMISE, "drop": DROP}
FIRST_BUYER = ("testesen", "test.testesen@example.com", "12 34 56 78", "2730", "77001122", "plakat", "nødder")
SECOND_BUYER = ("prøvesen", "proeve@example.com", "87654321")
SHORT = 5
NOTHING = dict.fromkeys(PERSONAL["purchases"])


def answering_less(privacy: Privacy, *names: str) -> Privacy:
    """Return the policy with other listed answers."""
    return replace(privacy, keep_answers=frozenset(names))


def people(engine: Engine) -> dict[object, Row]:
    """Return by purchase what stands in its personal columns."""
    found = contents(engine, purchases, "purchase_id", *PERSONAL["purchases"])
    return {row.pop("purchase_id"): row for row in found}


def given_answers(engine: Engine) -> list[object]:
    """Return the answers that are stored, null where one is emptied."""
    return [row["value"] for row in contents(engine, answers, "value")]


def sums(engine: Engine) -> dict[str, object]:
    """Return everything but the personal columns and the moments at which rows were touched, and the sales."""
    personal = [name for names in PERSONAL.values() for name in names]
    moments = ["last_seen_at", "changed_at", "exported_at", "id"]
    return {
        "rows": everything(engine, without=[*personal, *moments]),
        "sales": [
            {name: value for name, value in row.items() if name != "exported_at"}
            for row in view(engine, "sales_by_event", "event_id")
        ],
    }


def traces(engine: Engine, wanted: Sequence[str], root: Path | None = None) -> list[str]:
    """Return which of these stand in any table or view, or in any file under the folder, the log too."""
    text = text_of_all_tables(engine)
    if root is not None:
        text += everything_in(root)
    return found_in(text, wanted)


def found_in(text: str, wanted: Sequence[str]) -> list[str]:
    """Return which of these stand in the text; a few digits only as a word, for any file's name has such."""
    folded = text.casefold()
    return [
        one
        for one in wanted
        if one in folded
        and (len(one) > SHORT or not one.isdigit() or re.search(rf"(?<![\w.-]){one}(?![\w.-])", folded))
    ]
