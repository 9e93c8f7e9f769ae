"""The version of the code that reads, maps and plans: what it made before does not hold for another version."""

from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

DECIDES = ("api", "models", "reconcile", "sources")
"""The packages on which it depends how an event is read, mapped and planned."""
LIBRARIES = ("nh3", "pydantic", "pydantic-core")
"""Libraries on which it depends, too."""


@cache
def code_version() -> str:
    """Return a hash of the code that reads, maps and plans, the same in every process of an installation."""
    found = blake2b(digest_size=16)
    for name in LIBRARIES:
        found.update(f"{name} {version(name)}\n".encode())
    root = Path(__file__).parent
    for package in DECIDES:
        for file in sorted((root / package).rglob("*.py")):
            found.update(f"{file.relative_to(root).as_posix()}\n".encode())
            found.update(file.read_bytes())
    return found.hexdigest()
