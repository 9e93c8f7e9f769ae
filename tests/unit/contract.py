"""The website's own contract (OpenAPI 2.0), which is no part of the project: it lies in `shared/` beside the checkout.

Where the site itself is known not to keep its contract, it is taken as the site does: in an address the serializer
leaves out what has no value, a PATCH without a login is answered with 401, and one that was carried out with the event.
"""

import copy
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis

from demo.environment import ROOT

LIST, EVENT = "/api/v1/events", "/api/v1/events/{uuid}"
FOLDER = Path(os.environ.get("BILLETBRO_CONTRACTS") or ROOT.parent / "shared" / "contracts")
"""Where contracts lie; the environment may name another place."""
FILE = FOLDER / "dpl-cms-openapi.json"

needs_contract = pytest.mark.skipif(
    not FILE.exists(), reason=f"the website's contract is missing: {FILE}; BILLETBRO_CONTRACTS names another folder"
)


@cache
def contract() -> dict[str, Any]:
    """Return the contract as the site keeps it."""
    told: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    item = told["paths"][LIST]["get"]["responses"]["200"]["schema"]["items"]
    del item["properties"]["address"]["required"]
    update = told["paths"][EVENT]["patch"]["responses"]
    update |= {"200": {"description": "OK", "schema": item}, "401": {"description": "No login"}}
    return told


def operation(method: str, path: str) -> Any:
    """Return an operation of the contract, which validates answers and generates requests."""
    return schemathesis.openapi.from_dict(copy.deepcopy(contract()))[path][method]


def list_schema() -> dict[str, Any]:
    return dict(contract()["paths"][LIST]["get"]["responses"]["200"]["schema"])


def body_schema() -> dict[str, Any]:
    parameters = contract()["paths"][EVENT]["patch"]["parameters"]
    return dict(next(one["schema"] for one in parameters if one["in"] == "body"))


def see_that_it_fits(schema: dict[str, Any], data: object) -> None:
    """Raise schemathesis' error unless the data fit a schema of the contract."""
    answering = {"get": {"responses": {"200": {"description": "OK", "schema": copy.deepcopy(schema)}}}}
    of_one = {"swagger": "2.0", "info": {"title": "", "version": ""}, "paths": {"/": answering}}
    answer = schemathesis.Response(
        status_code=200,
        headers={"content-type": ["application/json"]},
        content=json.dumps(data).encode(),
        request=requests.Request("GET", "http://127.0.0.1/").prepare(),
        elapsed=0.0,
        verify=False,
    )
    schemathesis.openapi.from_dict(of_one)["/"]["GET"].validate_response(answer)


def generated(schema: dict[str, Any]) -> Any:
    """Return a strategy of data that fit a schema of the contract."""
    taking = {"in": "body", "name": "data", "required": True, "schema": copy.deepcopy(schema)}
    answering = {"post": {"parameters": [taking], "responses": {"200": {"description": "OK"}}}}
    of_one = {
        "swagger": "2.0",
        "info": {"title": "", "version": ""},
        "consumes": ["application/json"],
        "paths": {"/": answering},
    }
    return schemathesis.openapi.from_dict(of_one)["/"]["POST"].as_strategy().map(lambda case: case.body)
