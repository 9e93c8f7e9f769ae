"""The workflow that GitHub runs: what it names is there."""

import re
import subprocess
import sys
from typing import Any

import yaml

from demo.environment import ROOT
from tests.compose import compose_file

FILE = ROOT / ".github" / "workflows" / "check.yaml"
JOBS: dict[str, Any] = yaml.safe_load(FILE.read_text())["jobs"]
COMMANDS = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
SERVICES = compose_file()["services"]


def test_workflow_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", FILE]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stdout.strip()) == (0, "ok -- validation done")


def test_files_that_the_workflow_names_are_there() -> None:
    named = {word for command in COMMANDS for word in re.findall(r"(?<![\w/.-])(?:\.ci|deploy|demo)/[\w./-]+", command)}
    named |= {word for command in COMMANDS for word in re.findall(r"\brequirements\S*\.txt", command)}
    in_image = {path for command in COMMANDS for path in re.findall(r"/opt/(deploy/\S+)", command)}

    assert (len(named) >= 4, len(in_image)) == (True, 1)
    assert [path for path in sorted(named | in_image) if not (ROOT / path).is_file()] == []


def test_targets_that_are_run_are_in_the_makefile() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    run = re.findall(r"(?m)^make (\S+)$", (ROOT / ".ci" / "run").read_text())

    assert ".ci/run" in COMMANDS
    assert (run, set(run) <= targets) == (["lint", "test", "test-long"], True)


def test_workflow_waits_for_every_service_that_goes_on() -> None:
    up = next(command for command in COMMANDS if "compose up" in command)
    waited_for = set(up.partition("--wait-timeout 900")[2].split())
    profiles = set(JOBS["compose"]["env"]["COMPOSE_PROFILES"].split(","))

    assert waited_for == {name for name, service in SERVICES.items() if "healthcheck" in service}
    assert profiles == {profile for service in SERVICES.values() for profile in service.get("profiles", [])}


def test_workflow_may_only_read_and_knows_no_secret() -> None:
    content = yaml.safe_load(FILE.read_text())

    assert content["permissions"] == {"contents": "read"}
    assert "secrets." not in FILE.read_text()
