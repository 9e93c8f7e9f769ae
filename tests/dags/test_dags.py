"""Every DAG of the folder: exactly these, each from its own file, read without asking anybody for anything."""

import socket
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from airflow.sdk import DAG, Param
from airflow.serialization.serialized_objects import DagSerialization

from demo.environment import ROOT
from tests.cases import cases

DAGS = ["monthly_report", "personal_data_retention", "place2book_sync", "ticket_status", "venue_updates"]
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


def test_dags_have_a_danish_name_an_owner_and_a_link(dags: dict[str, DAG]) -> None:
    assert {dag_id: (dag.dag_display_name, dag.owner) for dag_id, dag in dags.items()} == {
        "monthly_report": ("Billetbro: månedsrapport", "Billetbro"),
        "personal_data_retention": ("Billetbro: oprydning i persondata", "Billetbro"),
        "place2book_sync": ("Billetbro: arrangementer og billetter", "Billetbro"),
        "ticket_status": ("Billetbro: billetknapper", "Billetbro"),
        "venue_updates": ("Billetbro: opdateringer fra Yesplan", "Billetbro"),
    }
    assert [dag_id for dag_id, dag in dags.items() if "(/billetbro/)" not in (dag.doc_md or "")] == []


def test_dags_link_to_the_pages_where_airflow_knows_its_own_address(
    read_dags: ReadDags, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.lib.example/a/")
    page = "https://airflow.lib.example/a/billetbro/"
    found = {dag_id: (dag.owner_links, page in (dag.doc_md or "")) for dag_id, dag in read_dags(ROOT / "dags").items()}
    assert found == dict.fromkeys(DAGS, ({"Billetbro": page}, True))


def test_dags_offer_no_backfill_and_every_other_kind_of_run(dags: dict[str, DAG]) -> None:
    allowed = {dag_id: DagSerialization.to_dict(dag)["dag"]["allowed_run_types"] for dag_id, dag in dags.items()}
    others = ["asset_materialization", "asset_triggered", "manual", "operator_triggered", "scheduled"]
    assert allowed == dict.fromkeys(DAGS, others)


def test_form_marks_as_required_only_what_may_not_be_empty(dags: dict[str, DAG]) -> None:
    marked = [(dag_id, name) for dag_id, dag in dags.items() for name, param in dag.params.items() if required(param)]
    assert sorted(marked) == [("place2book_sync", "mode"), ("venue_updates", "mode")]


def required(param: Param) -> bool:
    """Tell whether Airflow's form marks a field as required: that is how its page decides."""
    kinds = param.schema.get("type")
    return bool(kinds) and (isinstance(kinds, str) or "null" not in kinds)


WITH_FORM = ["monthly_report", "personal_data_retention", "place2book_sync", "venue_updates"]
LISTED = """
libraries:
  - {id: herlev, name: Herlev Bibliotek}
  - {id: odder, name: "Odder & <b>omegn</b>", max_removals: wrong}
  - {id: ribe}
  - {id: 7, name: A number}
  - {name: Without an id}
  - {id: " "}
  - neither
"""
SHOWN = {"herlev": "Herlev Bibliotek (herlev)", "odder": "Odder & <b>omegn</b> (odder)", "ribe": "ribe (ribe)"}


def test_form_offers_the_libraries_that_can_be_read_whatever_mistakes_the_file_has(
    read_dags: ReadDags, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert offered(read_dags, monkeypatch, tmp_path, LISTED.encode()) == dict.fromkeys(WITH_FORM, SHOWN)


@cases(
    "content",
    ("empty", b""),
    ("not yaml", b"libraries: [\t}"),
    ("not text", b"\xff\xfe\x00\xd8"),
    ("a list", b"- herlev"),
    ("nested too deeply", b"[" * 20_000),
    ("no libraries", b"libraries: herlev"),
    ("a folder", None),
)
def test_form_of_a_file_that_cannot_be_read_takes_ids_as_text(
    read_dags: ReadDags, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    assert offered(read_dags, monkeypatch, tmp_path, content) == dict.fromkeys(WITH_FORM, None)


def test_form_is_not_filled_with_libraries_when_a_task_reads_the_dag(
    read_dags: ReadDags, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "place2book_sync")
    assert offered(read_dags, monkeypatch, tmp_path, LISTED.encode()) == dict.fromkeys(WITH_FORM, None)


def test_form_takes_a_library_that_it_does_not_offer(dags: dict[str, DAG]) -> None:
    param = deepcopy(dags["place2book_sync"].params.get_param("libraries"))
    assert ("examples" in param.schema, param.resolve(["new"])) == (True, ["new"])


def offered(
    read_dags: ReadDags, monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes | None
) -> dict[str, dict[str, str] | None]:
    """Read the DAGs beside a libraries' file, a folder if it has no content; return what each form has to choose from.

    What Airflow's page shows is the names of the ids in `examples`; without these it takes a line of text for each.
    """
    file = folder / "libraries.yaml"
    file.mkdir() if content is None else file.write_bytes(content)
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(file))
    dags = read_dags(ROOT / "dags")
    schemas = {dag_id: dags[dag_id].params.get_param("libraries").schema for dag_id in WITH_FORM}
    assert [list(one.get("values_display", {})) for one in schemas.values()] == [
        one.get("examples", []) for one in schemas.values()
    ]
    return {dag_id: schema.get("values_display") for dag_id, schema in schemas.items()}
