"""The unprivileged account that the embedded services run under when Covenant is started by root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Account:
    """A system account that already exists; none is created."""

    name: str
    uid: int
    gid: int


def service_account(existing: Path | None = None) -> Account | None:
    """The account to drop to, or None when the caller is not root and runs the services itself.

    PostgreSQL refuses to run as root. Data that exists keeps its owner (`existing` is its folder); otherwise
    it is `nobody`, which every Debian and macOS has, or the account that `COVENANT_SERVICE_USER` names.
    """
    if os.geteuid() != 0:
        return None
    if existing is not None and existing.exists() and existing.stat().st_uid != 0:
        return Account("owner of the data", existing.stat().st_uid, existing.stat().st_gid)
    entry = pwd.getpwnam(os.environ.get("COVENANT_SERVICE_USER", "nobody"))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def as_account(account: Account | None) -> dict[str, Any]:
    """Arguments of `subprocess` that start a child under the account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def can_enter(folder: Path, account: Account | None) -> bool:
    """Whether the account may walk into the folder, asked of the kernel and not of mode bits."""
    return _succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], account)


def can_run(program: Path, account: Account | None) -> bool:
    """Whether the account can start the program and load its libraries."""
    return _succeeds([str(program), "--version"], account)


def _succeeds(command: list[str], account: Account | None) -> bool:
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, check=False, **as_account(account))
    except OSError:
        return False
    return done.returncode == 0


def private_folder(folder: Path, account: Account | None) -> Path:
    """The folder exists, belongs to the account and is closed to all others; its parents are untouched."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return folder
