"""The form in which a person starts the synchronisation: its fields in Danish and English, and what they accept."""

from __future__ import annotations

from airflow.sdk import Param

AN_ID = {"type": "string", "pattern": r"\S"}

FORCED_UPDATE = {
    "libraries": Param(
        [],
        type="array",
        items=AN_ID,
        title="Biblioteker / Libraries",
        description="Id'er fra libraries.yaml, ét på hver linje. Tom: alle. / "
        "Ids from libraries.yaml, one on each line. Empty: all of them.",
    ),
    "events": Param(
        [],
        type="array",
        items=AN_ID,
        title="Arrangementer / Events",
        description="De arrangementer, der skal ses på: deres uuid i det system, hvor de planlægges, ét på hver linje. "
        "Tom: alle. / The events to look at: their uuids in the system where they are planned, one on each line. "
        "Empty: all of them.",
    ),
    "mode": Param(
        "sync",
        enum=["sync", "plan", "resync"],
        title="Måde / Mode",
        description="sync: opdater. plan: vis kun, hvad der ville ske. resync: overskriv også det, personalet har "
        "rettet i Place2book i felter, som hentes fra det system, hvor arrangementerne planlægges. / sync: the update. "
        "plan: only show what it would do. resync: also overwrite what staff changed in Place2book of the fields that "
        "come from the system where the events are planned.",
    ),
    "allow_mass_removal": Param(
        False,
        type="boolean",
        title="Tillad mange sletninger / Allow mass removal",
        description="Lad kørslen fjerne flere arrangementer, end max_removals tillader. Kun når det er meningen. / "
        "Let the run remove more events than max_removals allows. Only when you know that they are meant.",
    ),
}
"""The params of `place2book_sync`, by name."""
