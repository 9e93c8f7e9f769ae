"""The benchmark of an hour runs, with a library of a few events."""

from benchmarks.hour import measure
from billetbro.store.database import connect
from demo.environment import EmbeddedPostgres
from sandbox.server import Sandbox


def test_hour_of_a_few_events_tries_the_login_and_writes_what_is_new_and_nothing_again(
    postgres: EmbeddedPostgres, database_url: str
) -> None:
    engine = connect(database_url)
    with Sandbox(seeded=False) as sandbox:
        runs = measure(engine, sandbox, 3)
    engine.dispose()
    assert [(run.name, run.writes) for run in runs] == [("first", 7), ("no news", 0), ("5 % news", 1)]
