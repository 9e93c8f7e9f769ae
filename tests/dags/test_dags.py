"""Every DAG of the folder: exactly these, each from its own file, read without asking anybody for anything."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from airflow.sdk import DAG

from demo.environment import ROOT

DAGS = ["monthly_report", "personal_data_retention", "place2book_sync", "ticket_status"]
ReadDags = Callable[[Path], dict[str, DAG]]


def test_dags_are_exactly_these_each_in_the_file_of_its_name(dags: dict[str, DAG]) -> None:
    assert {dag.dag_id: Path(dag.fileloc) for dag in dags.values()} == {
        dag_id: ROOT / "dags" / f"{dag_id}.py" for dag_id in DAGS
    }
    assert sorted(ROOT.glob("dags/*.py")) == sorted(Path(dag.fileloc) for dag in dags.values())


def test_empty_folder_is_not_taken_for_a_folder_in_order(read_dags: ReadDags, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="there is no DAG"):
        read_dags(tmp_path)


def test_dags_are_read_without_network_connections_or_settings(
    read_dags: ReadDags, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened while the DAGs were read")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(tmp_path / "missing.yaml"))
    assert sorted(read_dags(ROOT / "dags")) == DAGS


def test_dags_have_a_text_for_those_who_look_at_them(dags: dict[str, DAG]) -> None:
    assert [dag.dag_id for dag in dags.values() if len(dag.doc_md or "") < 200] == []
