"""The DAG folder as Airflow's DAG processor reads it."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag, DagBag, sync_bag_to_db
from airflow.sdk import DAG

from demo.environment import ROOT

DAGS = ROOT / "dags"


@pytest.fixture(scope="package")
def read_dags() -> Callable[[Path], dict[str, DAG]]:
    """Give what reads a folder's DAGs; it fails when a file cannot be imported, or when there is no DAG at all."""
    return _read


@pytest.fixture(scope="package")
def dags() -> dict[str, DAG]:
    """Give the project's DAGs by id."""
    return _read(DAGS)


@pytest.fixture
def dag(dags: dict[str, DAG]) -> DAG:
    """Give the hourly job."""
    return dags["place2book_sync"]


@pytest.fixture
def serialized(airflow_home: Path) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        DagBundlesManager().sync_bundles_to_db()  # type: ignore[no-untyped-call]
        bag = BundleDagBag(ROOT / "dags", bundle_path=ROOT / "dags", bundle_name="dags-folder")
        sync_bag_to_db(bag, "dags-folder", None)
        yield


def _read(folder: Path) -> dict[str, DAG]:
    with warnings.catch_warnings():
        # Airflow's reader of .airflowignore uses a deprecated name of its library.
        warnings.filterwarnings("ignore", message="GitWildMatchPattern", category=DeprecationWarning)
        bag = DagBag(folder)
    assert bag.import_errors == {}
    assert bag.dags, f"there is no DAG in {folder}"
    return dict(bag.dags)
