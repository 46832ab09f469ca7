"""The installer knows what is current without asking anybody, and says what is wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clm.embedded import install
from clm.embedded.places import PROJECT

SYSTEM = "/usr/bin/python3"


def test_pins_are_read_from_a_lock_with_hashes(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("amqp==5.4.2 \\\n    --hash=sha256:aa\nasync-timeout==5.0.1 ; python_version < '3.12'\n# x==1\n")
    assert install.pins(lock) == {"amqp==5.4.2", "async-timeout==5.0.1"}


def test_the_development_lock_brings_everything_that_runs() -> None:
    assert install.pins(PROJECT / "requirements.lock") <= install.pins(PROJECT / "requirements-dev.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_have_hashes_and_no_addresses(name: str) -> None:
    text = (PROJECT / name).read_text()
    assert "://" not in text
    packages = [block for block in text.split("\n") if block and not block.startswith((" ", "#"))]
    assert len(packages) == len(install.pins(PROJECT / name))
    assert text.count("--hash=sha256:") >= len(packages)


def test_the_front_end_lock_has_no_addresses_of_packages() -> None:
    assert '"resolved"' not in (PROJECT / "static/package-lock.json").read_text()


def test_a_stamp_is_good_for_exactly_its_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "PROJECT", tmp_path)
    source = tmp_path / "app.css"
    source.write_text("a {}")
    stamp = tmp_path / "stamp"
    assert not install.has_stamp(stamp, install.digest(source))
    stamp.write_text(install.digest(source))
    assert install.has_stamp(stamp, install.digest(source))
    source.write_text("b {}")
    assert not install.has_stamp(stamp, install.digest(source))


def test_what_npm_and_the_build_make_is_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "STATIC", tmp_path)
    for name in ("css/app.css", "node_modules/x/index.js", "dist/app.css"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert install.bundle_sources() == [tmp_path / "css/app.css"]


def test_a_failing_step_shows_its_output_and_the_mend() -> None:
    with pytest.raises(install.Trouble) as trouble:
        install.run([sys.executable, "-c", "print('why'); raise SystemExit(2)"], trouble="Do this.")
    assert str(trouble.value) == "why\n\nDo this."


def test_the_apps_are_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "model.py").write_text("ANSWER = 1\n")
    monkeypatch.setattr(install, "PROJECT", tmp_path)
    monkeypatch.setattr(install, "APPS", ["app"])
    install.compile_apps()
    assert len(list((tmp_path / "app" / "__pycache__").glob("model.*.pyc"))) == 1


def test_a_full_disk_is_said_before_the_first_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "NEEDED_BYTES", 2**60)
    with pytest.raises(install.Trouble, match=r"nearly full: \d+ MB free"):
        install.check_disk()


def test_no_python_at_all_is_said_in_plain_words(tmp_path: Path) -> None:
    for tool in ("dirname", "uname"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    (tmp_path / "clm/embedded").mkdir(parents=True)
    script = PROJECT / "clm/embedded/setup.sh"
    done = subprocess.run(
        ["/bin/sh", str(script), "runtime"], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Covenant needs Python 3.11 or newer, and none was found.\nInstall it with `")


@pytest.fixture
def chosen(tmp_path: Path) -> Callable[..., str]:
    """Which Python is taken, where the folder has some of these names: they say who they are, and `old` is too old."""
    said = 'case $1 in -c) exit 0 ;; esac; echo "$0: here I am"'
    for name, does in {"python3.11": said, "named": said, "old": "exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    script = PROJECT / "clm/embedded/setup.sh"

    def asked(*path: str, **more: str) -> str:
        command = ["/bin/sh", "-c", f'. "{script}"', str(tmp_path / "setup.sh"), "runtime"]
        environment = {"PATH": ":".join((str(tmp_path), *path)), **more}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        return (done.stdout or done.stderr).partition(":")[0]

    return asked


def test_the_systems_python_is_preferred_where_the_path_has_it(chosen: Callable[..., str], tmp_path: Path) -> None:
    asks = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"
    can = Path(SYSTEM).exists() and subprocess.run([SYSTEM, "-c", asks], capture_output=True).returncode == 0
    assert chosen("/usr/bin") == (SYSTEM if can else str(tmp_path / "python3.11"))
    assert chosen() == str(tmp_path / "python3.11")


def test_the_python_that_is_named_goes_before_others_unless_it_is_too_old(
    chosen: Callable[..., str], tmp_path: Path
) -> None:
    assert chosen("/usr/bin", PYTHON=str(tmp_path / "named")) == str(tmp_path / "named")
    assert chosen(PYTHON=str(tmp_path / "old")) == str(tmp_path / "python3.11")
