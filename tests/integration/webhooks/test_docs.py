"""What docs/yesplan.md tells an operator to type."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tests.integration.webhooks.door import SECRETS, Door

DOCS = Path(__file__).parents[3] / "docs" / "yesplan.md"


def test_commands_that_try_the_webhook_out_are_answered_with_its_configuration(door: Door) -> None:
    (commands,) = (block for block in re.findall(r"(?:^    .*\n)+", DOCS.read_text(), re.M) if "openssl" in block)
    script = re.sub(r"(?m)^ {4}address=.*", f"address={door.address}/theater", commands)
    secret = SECRETS["theater"].decode() + "\n"
    ran = subprocess.run(["bash", "-euc", script], input=secret, capture_output=True, text=True, timeout=30, check=True)
    answer, status = ran.stdout.splitlines()
    assert (status, list(json.loads(answer))) == ("200", ["states", "actions"])
