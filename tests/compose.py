"""The Compose files as data, and what a service gets of them once a `.env` is filled in."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from demo.environment import ROOT

_VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>[A-Z_0-9]+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def compose_file(name: str = "docker-compose.yaml") -> dict[str, Any]:
    """Return a Compose file of the project."""
    content: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())
    return content


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Return a text of a Compose file as Compose fills in its variables; raises KeyError for a required one."""

    def value(found: re.Match[str]) -> str:
        if values.get(found["name"]):
            return values[found["name"]]
        if found["kind"] == "-":
            return str(found["rest"])
        raise KeyError(found["name"])

    return _VARIABLE.sub(value, text).replace("$$", "$")


def variables_in(text: str) -> set[str]:
    """Return the names of the variables that a Compose file reads."""
    return {found["name"] for found in _VARIABLE.finditer(text)}
