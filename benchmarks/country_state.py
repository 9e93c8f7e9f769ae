"""A country after its first transfer: one library is transferred, and the others are copies of it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.copies import copy_rows
from benchmarks.country import Country
from benchmarks.country_sandbox import CountrySandbox
from benchmarks.hour_ours import apis_of
from benchmarks.steps import run_steps
from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import RunRequest
from billetbro.store.database import connect
from demo.environment import make_live


def transfer(country: Country, sandbox: CountrySandbox, database_url: str, settings: Path) -> None:
    """Fill the sandbox and the database with a country whose events are all in Place2book.

    The steps are run without Airflow. A run after it settles what they remember of a whole row: hashes, say.
    """
    sandbox.publish()
    engine, library = connect(database_url), load_settings(settings, {}).libraries[0]
    # The others get its row, like all rows.
    make_live(engine, [library.id])
    begin(engine, [library], RunRequest(run_id="first"), country.now)
    apis = apis_of(sandbox.addresses, library.id)
    run_steps(engine, library, RunRequest(run_id="first"), apis, country.now)
    copy_rows(database_url.replace("+psycopg", ""), library.id, sandbox.multiply())
    engine.dispose()
