"""What docs/yesplan.md tells an operator to try works as it stands there."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.integration.webhooks.door import SECRETS, Door

DOCS = Path(__file__).parents[3] / "docs" / "yesplan.md"


def test_program_that_tries_the_webhook_out_is_answered_with_its_configuration(door: Door) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.S)
    program = re.sub(r"(?m)^address = .*", f'address = "{door.address}/theater"', program)
    # Without a terminal of its own the secret is read from standard input.
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=SECRETS["theater"].decode() + "\n",
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
        start_new_session=True,
    )
    status, answer = ran.stdout.strip().split(" ", 1)
    assert (status, list(json.loads(answer))) == ("200", ["states", "actions"])
