"""The forms for starting a DAG by hand: their fields, and what they accept.

They are in Danish and English: parsing a DAG must not read the reader's language from a database. Airflow's page, the
command line and the API may send null for an empty field. Airflow marks a field as required when its `type` is given
without null.
"""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param, get_current_context, get_parsing_context

from billetbro.models.message import Message

AN_ID = {"type": "string", "pattern": r"\S"}

FORCED_UPDATE = {
    "libraries": Param(
        [],
        type=["array", "null"],
        items=AN_ID,
        title="Biblioteker / Libraries",
        description="Id'er fra libraries.yaml, ét på hver linje. Tom: alle. / "
        "Ids from libraries.yaml, one on each line. Empty: all of them.",
    ),
    "events": Param(
        [],
        type=["array", "null"],
        items=AN_ID,
        title="Arrangementer / Events",
        description="De arrangementer, der skal ses på: deres uuid i det system, hvor de planlægges, ét på hver linje. "
        "Tom: alle. / The events to look at: their uuids in the system where they are planned, one on each line. "
        "Empty: all of them.",
    ),
    "mode": Param(
        "sync",
        type="string",
        enum=["sync", "plan", "resync"],
        title="Måde / Mode",
        description="sync: opdater. plan: vis kun, hvad der ville ske. resync: overskriv også det, personalet har "
        "rettet i Place2book i felter, som hentes fra det system, hvor arrangementerne planlægges. / sync: the update. "
        "plan: only show what it would do. resync: also overwrite what staff changed in Place2book of the fields that "
        "come from the system where the events are planned.",
    ),
    "allow_mass_removal": Param(
        False,
        enum=[False, True],
        title="Tillad mange sletninger / Allow mass removal",
        description="Lad kørslen fjerne flere arrangementer, end max_removals tillader. Kun når det er meningen. / "
        "Let the run remove more events than max_removals allows. Only when you know that they are meant.",
    ),
    "read_all_prices": Param(
        False,
        enum=[False, True],
        title="Læs alle priser / Read all prices",
        description="Læs alle arrangementers priser i Place2book, også hvor intet tyder på, at de er ændret; ellers "
        "ses det, personalet har rettet i en pris, inden for et døgn. / Read the prices of all events in Place2book, "
        "also where nothing tells that they have changed; otherwise a price that staff edited is seen within a day.",
    ),
}
"""The params of `place2book_sync`, by name."""

RETENTION = {"libraries": FORCED_UPDATE["libraries"]}
"""The params of `personal_data_retention`, by name."""

MONTHLY_REPORT = {
    "month": Param(
        "",
        type=["string", "null"],
        pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$",
        title="Måned / Month",
        description="Som 2026-10. Tom: sidste måned. / As 2026-10. Empty: last month.",
    ),
    "libraries": FORCED_UPDATE["libraries"],
}
"""The params of `monthly_report`, by name."""


def to_choose_from(form: Mapping[str, Param]) -> dict[str, Param]:
    """Return a form that offers the libraries of libraries.yaml; as it is when that cannot be read, or a task reads it.

    Any id may still be given by the API: the run checks it.
    """
    from billetbro.settings.file import names_by_id

    names = {} if get_parsing_context().dag_id else names_by_id()
    if not names:
        return dict(form)
    field = form["libraries"]
    shown = {library: f"{name} ({library})" for library, name in names.items()}
    description = "Vælg biblioteker. Tom: alle. / Choose libraries. Empty: all of them."
    choices = {**field.schema, "examples": list(names), "values_display": shown}
    return {**form, "libraries": Param(field.value, description=description, schema=choices)}


def filled_in(form: Mapping[str, Param]) -> Mapping[str, Any]:
    """Return the values of a form for this run, by field.

    Raises LibrariesFileError for an unknown param: a mistyped `libraries` would mean all of them.
    """
    from billetbro.settings.file import LibrariesFileError, suggestion

    params = get_current_context()["params"]
    if unknown := sorted(set(params) - set(form)):
        parameters = tuple(
            Message("settings.unknown_parameter", {"name": name, "suggestion": suggestion(name, form)})
            for name in unknown
        )
        raise LibrariesFileError("settings.unknown_parameters", parameters=parameters)
    return as_meant(form, params)


def as_meant(form: Mapping[str, Param], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a form, null as an empty list (which means all) or text."""
    empty = {name: [] if "array" in param.schema.get("type", ()) else "" for name, param in form.items()}
    return {name: empty.get(name) if value is None else value for name, value in params.items()}
