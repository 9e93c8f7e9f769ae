"""What tests of personal data look at: who is stored, and what must stay whoever is removed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from billetbro.models import PersonalDataPolicy
from billetbro.store.schema.warehouse_tables import answers, purchases
from billetbro.warehouse.lake.rewrite import RewritableFiles
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.policy import Privacy, Row
from tests.integration.warehouse.examples import KEY, contents, everything, text_of_all_tables, view
from tests.integration.warehouse.files import a_store, rows

LISTED = frozenset({"Hørt om os", "Allergi"})
KEEP = Privacy(policy=PersonalDataPolicy.KEEP, keep_answers=LISTED)
DROP = Privacy(policy=PersonalDataPolicy.DROP, keep_answers=LISTED)
PSEUDONYMISE = Privacy(policy=PersonalDataPolicy.PSEUDONYMISE, key=KEY, keep_answers=LISTED)
POLICIES = {"keep": KEEP, "pseudonymise": PSEUDONYMISE, "drop": DROP}
FIRST_BUYER = ("testesen", "test.testesen@example.com", "12 34 56 78", "2730", "77001122", "plakat", "nødder")
SECOND_BUYER = ("prøvesen", "proeve@example.com", "87654321")
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


def files_in(root: Path) -> RewritableFiles:
    """Return the files under a folder as what removes personal data sees them."""
    return RewritableFiles(a_store(root))


def traces(engine: Engine, wanted: Sequence[str], root: Path | None = None) -> list[str]:
    """Return which of these stand in any table or view, or in any file under the folder."""
    text = text_of_all_tables(engine)
    if root is not None:
        text += "\n".join(str(rows(root, table.name)) for table in root.iterdir())
    return [trace for trace in wanted if trace in text.casefold()]
