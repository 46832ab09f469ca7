"""Where things stand on disk: the `var/` folder and, under root, the folder the service account can reach."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from clm.embedded.account import Account, can_enter, can_run, private_folder, service_account

PROJECT = Path(__file__).resolve().parent.parent.parent
OUTSIDE = Path("/var/lib/covenant")


def wanted_var() -> Path:
    """Where the data folder belongs: `COVENANT_VAR`, else `var/` in the project."""
    return Path(os.environ.get("COVENANT_VAR", PROJECT / "var")).absolute()


def var_folder() -> Path:
    """The data folder, made when missing.

    A new one is traversable (0711) so that the service account reaches its own subfolder in it.
    """
    folder = wanted_var()
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)
    return folder


def private_subfolder(var: Path, name: str) -> Path:
    """A subfolder of `var` that only the caller can open."""
    folder = var / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Home:
    """The folder of one service and the account that owns it and runs the service (None: the caller)."""

    folder: Path
    account: Account | None


def service_home(var: Path, service: str) -> Home:
    """The folder of one service, owned by the account that runs it.

    It is `var/<service>`. When the service account cannot walk there (a closed home folder), no parent is
    opened: the folder stands in /var/lib/covenant and `var/<service>.location` holds its path.
    """
    pointer = var / f"{service}.location"
    folder = Path(pointer.read_text().strip()) if pointer.exists() else var / service
    account = service_account(folder)
    if not pointer.exists() and not can_enter(var, account):
        folder = outside_folder(var) / service
        pointer.write_text(f"{folder}\n")
    return Home(private_folder(folder, account), account)


def outside() -> Path:
    """/var/lib/covenant: traversable by all, readable by root."""
    OUTSIDE.mkdir(parents=True, exist_ok=True)
    OUTSIDE.chmod(0o711)
    return OUTSIDE


def outside_folder(var: Path) -> Path:
    """The reachable folder outside a closed project, named by a digest of the path of its `var`."""
    folder = outside() / hashlib.sha256(str(var).encode()).hexdigest()[:12]
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    return folder


def reachable_package(package: Path, program: str, account: Account | None) -> Path:
    """A Python package with a program that the account can run: itself, or a copy outside a closed folder.

    Wheels keep shared libraries in `<package>.libs` beside the package, found relative to the program.
    """
    if can_run(package / program, account):
        return package
    digest = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = outside() / f"{package.name}-{digest}"
    if not copy.exists():
        partial = copy.with_suffix(f".{os.getpid()}")
        for tree in (package, package.with_name(f"{package.name}.libs")):
            if tree.exists():
                shutil.copytree(tree, partial / tree.name, symlinks=True)
        _readable(partial)
        with contextlib.suppress(OSError):  # another start was quicker; its copy is as good
            partial.rename(copy)
        shutil.rmtree(partial, ignore_errors=True)
    return copy / package.name


def _readable(tree: Path) -> None:
    """Everything below our own copy can be read by all, and run where its owner can run it."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)


def remove_service_home(var: Path, service: str) -> None:
    """The service's data is gone, wherever it stood."""
    pointer = var / f"{service}.location"
    home = Path(pointer.read_text().strip()) if pointer.exists() else var / service
    shutil.rmtree(home, ignore_errors=True)
    if pointer.exists():
        pointer.unlink()
        with contextlib.suppress(OSError):  # the other service may still stand in it
            home.parent.rmdir()
