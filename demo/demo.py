"""`make demo`: the whole synchronisation against stand-in APIs, told as a librarian would want to read it.

PostgreSQL, the stand-ins and Airflow are started here and stopped at the end; nothing stays but what was installed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import requests
from sqlalchemy import Engine, text

from billetbro.messages.libraries import translator_of_libraries
from billetbro.messages.pluralize import pluralize
from billetbro.steps.report import make_report
from billetbro.store.database import connect
from demo.airflow_runs import AirflowRuns, RunFailedError
from demo.edits import edit
from demo.environment import (
    LIBRARIES,
    airflow_environment,
    child_environment,
    ids_in,
    make_live,
    migrate_sqlite,
    sandbox_connections,
)
from demo.postgres import EmbeddedPostgres
from sandbox.server import Sandbox

TIMEZONE = ZoneInfo("Europe/Copenhagen")
PURCHASES = text("""
    SELECT library, count(DISTINCT purchase_id) AS purchases,
           count(DISTINCT purchase_id) FILTER (WHERE transaction_type = 'cancel') AS cancelled,
           coalesce(sum(income_ore), 0) AS income_ore
    FROM warehouse.purchases GROUP BY library ORDER BY library
""")


def main() -> int:
    """Run the demo; 0 when everything it shows came true, else 1."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="billetbro-demo-") as folder:
        home = Path(folder) / "airflow"
        say("Starting PostgreSQL, two libraries' CMS, a venue's Yesplan, Place2book and Airflow on this machine ...")
        migrate_sqlite(home)
        with EmbeddedPostgres() as postgres, Sandbox() as sandbox:
            engine = connect(postgres.create_database("billetbro"))
            make_live(engine, ids_in(), "make demo")
            connections = sandbox_connections(sandbox, postgres.airflow_connection_json("billetbro"))
            environment = child_environment(airflow_environment(home), connections)
            try:
                with AirflowRuns(environment, home / "demo.log") as runs:
                    passed = tell(runs, sandbox, engine)
            except RunFailedError as error:
                print(error, file=sys.stderr)
                return 1
            finally:
                engine.dispose()
    say(f"Done in {time.monotonic() - began:.0f} s; everything that was started is stopped again.")
    return 0 if passed else 1


def tell(runs: AirflowRuns, sandbox: Sandbox, engine: Engine) -> bool:
    """Tell the story: a first run, a few edits, a second run, and a third that has nothing to do."""
    heading("1. The first run: every event that should be on sale is created")
    passed = run_and_report(runs, sandbox, engine)
    passed &= show_links(sandbox)
    passed &= show_custom_data(sandbox)
    show_purchases(engine)

    heading("2. Meanwhile, at the library and in the ticket shop")
    for sentence in edit(sandbox):
        print(f"  - {sentence}")

    heading("3. The second run: only what changed")
    passed &= run_and_report(runs, sandbox, engine)
    passed &= show_custom_data(sandbox)
    show_purchases(engine)

    heading("4. A third run right after")
    sandbox.log.clear()
    runs.run()
    writes = sandbox.log.writes()
    print(f"  {len(sandbox.log.entries)} requests, {len(writes)} of them POST, PUT, PATCH or DELETE")
    return passed and not writes


def run_and_report(runs: AirflowRuns, sandbox: Sandbox, engine: Engine) -> bool:
    """Run the DAG once and print its report; whether the run succeeded."""
    sandbox.log.clear()
    run_id, state = runs.run()
    print(make_report(engine, run_id, translator_of_libraries(environ={"BILLETBRO_LIBRARIES": str(LIBRARIES)})).text)
    print(f"\nAirflow: run {run_id}: {state}; {len(sandbox.log.writes())} writes sent to the two systems")
    return state == "success"


def show_links(sandbox: Sandbox) -> bool:
    """Print the ticket links as they now stand in each CMS, each tried out; whether all that are ours answer."""
    heading("The ticket links as they now stand in the CMS")
    broken = 0
    for library, url in sandbox.cms_urls.items():
        events = requests.get(f"{url}/api/v1/events", params={"_format": "json"}, timeout=10).json()
        print(f"  {library}")
        for event in sorted(events, key=lambda event: event["date_time"]["start"]):
            link = (event.get("external_data") or {}).get("url")
            answer = answers(link, sandbox)
            broken += answer == "BROKEN"
            title = " ".join(unescape(event["title"]).split()) or "(uden titel / no title)"
            print(f"    {when(event)}  {title[:44]:44}  {event['state']:17}  {link or '-'}  {answer}")
    return not broken


def show_custom_data(sandbox: Sandbox) -> bool:
    """Print what stands in each venue's custom data, each link tried out; whether all that are ours answer."""
    heading("The ticket links and figures as they now stand in Yesplan")
    broken = 0
    for venue, installation in sandbox.yesplan.items():
        print(f"  {venue}")
        for event in sorted(installation.events, key=lambda event: event.start):
            held = event.custom
            link = held.get("ticket_link")
            answer = answers(str(link) if link else None, sandbox)
            broken += answer == "BROKEN"
            figures = f"{held.get('tickets_sold') or 0} sold, {held.get('tickets_available') or '-'} left"
            starts = event.start.astimezone(TIMEZONE).strftime("%d.%m.%Y %H:%M")
            state = held.get("ticket_state") or event.status
            print(
                f"    {starts}  {event.name[:44]:44}  {state!s:17}  {link or '-'}  {figures if link else ''}  {answer}"
            )
    return not broken


def answers(link: str | None, sandbox: Sandbox) -> str:
    """Return what came of following a ticket link; only links into the stand-in are followed."""
    if link is None:
        return ""
    if not link.startswith(sandbox.place2book_url):
        return "(entered by staff, not followed)"
    return "answers" if requests.get(link, timeout=10).status_code == requests.codes.ok else "BROKEN"


def when(event: dict[str, dict[str, str]]) -> str:
    """Return a CMS event's start as staff write it."""
    return datetime.fromisoformat(event["date_time"]["start"]).astimezone(TIMEZONE).strftime("%d.%m.%Y %H:%M")


def show_purchases(engine: Engine) -> None:
    """Print the totals of the warehouse's purchases; the buyers themselves are pseudonyms or nothing."""
    with engine.connect() as connection:
        rows = connection.execute(PURCHASES).all()
    print("\n  warehouse.purchases")
    for library, purchases, cancelled, income_ore in rows:
        kroner = f"{income_ore / 100:.2f}".replace(".", ",")
        made = pluralize(purchases, "purchase", "purchases")
        print(f"    {library}: {made}, {cancelled} cancelled, income {kroner} kr.")
    if not rows:
        print("    none yet")


def heading(words: str) -> None:
    """Print what comes next."""
    print(f"\n{words}\n{'-' * len(words)}", flush=True)


def say(words: str) -> None:
    """Print a line at once."""
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
