"""How our DAGs appear in Airflow: whose they are, where more can be read, and how they may be run."""

from airflow.configuration import conf
from airflow.sdk.api.datamodels._generated import DagRunType

OWNER = "Billetbro"
NO_BACKFILL = [one for one in DagRunType if one.value != "backfill"]
"""A run goes by how things are now, whatever its date: one for a date that has passed would do the same again."""


def owner_links() -> dict[str, str]:
    """Return the address of our pages as the owner's; Airflow takes no relative one, so it needs its `base_url`."""
    return {OWNER: f"{_base_url()}/billetbro/"} if _base_url() else {}


def linked(doc: str | None) -> str:
    """Return a DAG's documentation with a link to our pages."""
    return f"{doc}\n[Overblik: hvad er solgt, og hvad mangler / Overview]({_base_url()}/billetbro/)\n"


def _base_url() -> str:
    return str(conf.get("api", "base_url", fallback="") or "").rstrip("/")
