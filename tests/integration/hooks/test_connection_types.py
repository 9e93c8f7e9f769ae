"""What Airflow's connection form shows for our connection types."""

import json
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
from airflow.providers_manager import ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from billetbro_airflow.hooks.dpl_cms_hook import DplCmsHook
from billetbro_airflow.hooks.place2book_hook import Place2bookHook
from billetbro_airflow.hooks.yesplan_hook import YesplanHook
from billetbro_airflow.provider import PORT, get_provider_info

ROOT = Path(__file__).resolve().parents[3]
OURS = {"dpl_cms": DplCmsHook.hook_name, "place2book": Place2bookHook.hook_name, "yesplan": YesplanHook.hook_name}


def test_installed_project_is_an_airflow_provider() -> None:
    found = [
        point
        for point in entry_points(group="apache_airflow_provider")
        if point.dist and point.dist.name == "billetbro"
    ]
    assert [point.load() for point in found] == [get_provider_info]
    providers = ProvidersManager().providers  # type: ignore[no-untyped-call]
    assert providers["billetbro"].data["name"] == "Billetbro"


@pytest.mark.parametrize("schema", ["provider_info.schema.json", "provider.yaml.schema.json"])
def test_provider_info_keeps_to_the_schema_of_airflow(schema: str) -> None:
    whole = json.loads(files("airflow").joinpath(schema).read_text("utf-8"))
    types = whole["properties"]["connection-types"]
    errors = list(jsonschema.Draft7Validator(types).iter_errors(get_provider_info()["connection-types"]))
    assert errors == []


@pytest.mark.parametrize("conn_type", OURS)
def test_connection_type_has_a_hook_that_can_be_tested(conn_type: str) -> None:
    hook = ProvidersManagerTaskRuntime().hooks[conn_type]  # type: ignore[no-untyped-call]
    assert hook is not None
    found = (hook.connection_type, hook.connection_id_attribute_name, hook.connection_testable)
    assert found == (conn_type, "conn_id", True)
    assert hook.hook_name == OURS[conn_type]


def form_of(conn_type: str) -> dict[str, object]:
    (meta,) = [meta for meta in HookMetaService.hook_meta_data() if meta.connection_type == conn_type]
    standard = meta.standard_fields.model_dump() if meta.standard_fields else {}
    shown = {name: None if field["hidden"] else field["title"] for name, field in standard.items() if field}
    extra = {name: field["schema"]["title"] for name, field in (meta.extra_fields or {}).items()}
    return {"type": meta.hook_name, **shown, **extra}


FORMS = {
    "dpl_cms": {
        "type": "Folkebibliotekernes CMS",
        "host": "Bibliotekets hjemmeside / Library website",
        "login": "Bruger / User (rolle: Eksternt system)",
        "password": "Adgangskode / Password",
        "url_schema": None,
        "port": PORT,
    },
    "place2book": {
        "type": "Place2book",
        "host": "Adresse / Address",
        "login": None,
        "password": "API-token",
        "url_schema": None,
        "port": PORT,
        "event_makers": "Arrangører, der skal være adgang til / Event makers to test",
    },
    "yesplan": {
        "type": "Yesplan",
        "host": "Spillestedets Yesplan / The venue's Yesplan",
        "login": None,
        "password": "API-nøgle / API key",
        "url_schema": None,
        "port": PORT,
    },
}


@pytest.mark.parametrize("conn_type", FORMS)
def test_form_of_a_connection_has_labelled_fields(conn_type: str) -> None:
    assert form_of(conn_type) == FORMS[conn_type]


def test_plugins_folder_tells_airflow_not_to_run_hooks_as_plugins() -> None:
    ignored = (ROOT / "plugins" / ".airflowignore").read_text("utf-8").split()
    assert ignored == ["billetbro_airflow/**"]
