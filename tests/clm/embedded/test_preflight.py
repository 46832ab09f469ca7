"""What stands in the way of a start gets a plain sentence with the mend."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clm.embedded import places, preflight, system
from clm.embedded.running import Trouble, free_port, port_is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that a program listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_that_was_asked_for_is_refused(taken: int) -> None:
    with pytest.raises(Trouble) as trouble:
        preflight.choose_port(str(taken))
    assert str(trouble.value) == (
        f"Port {taken} is taken by another program. Stop that one, or choose another port: `make run PORT={taken + 1}`."
    )


def test_a_port_taken_on_all_addresses_is_taken_here() -> None:
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))  # noqa: S104 - that is what is tested
        server.listen()
        assert not port_is_free(server.getsockname()[1])


def test_a_taken_default_port_moves_on_and_says_so(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "DEFAULT_PORT", taken)
    port, note = preflight.choose_port(None)
    assert taken < port < taken + preflight.PORTS_TO_TRY
    assert note == f"Port {taken} is taken by another program; using {port}."


def test_no_free_port_at_all_is_said(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "DEFAULT_PORT", taken)
    monkeypatch.setattr(preflight, "PORTS_TO_TRY", 1)
    with pytest.raises(Trouble, match="Choose a free one: `make run PORT=9000`"):
        preflight.choose_port(None)


def test_a_free_port_that_was_asked_for_is_used() -> None:
    port = free_port()
    assert preflight.choose_port(str(port)) == (port, None)


@pytest.mark.parametrize("wanted", ["web", "0", "70000"])
def test_a_port_that_is_none_is_refused(wanted: str) -> None:
    with pytest.raises(Trouble, match=f"PORT={wanted} is not a port number"):
        preflight.choose_port(wanted)


def test_a_full_disk_is_said_in_megabytes(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"nearly full: \d+ MB free, 1099511627776 MB needed\. Free some room"):
        preflight.check_disk(tmp_path, needed=2**60)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The disk that holds /data is full. Free some room and run `make run` again."),
        (errno.EDQUOT, "The disk that holds /data is full. Free some room and run `make run` again."),
        (errno.EROFS, "/data/run is on a disk that only reads. Choose another folder: `COVENANT_VAR=... make run`."),
        (errno.EACCES, "/data/run belongs to another user. Run as its owner, or make the folder your own."),
        (
            errno.ENOTDIR,
            "/data/run cannot be made: a file stands where the folder /data belongs. Move it away.",
        ),
        (errno.EIO, None),
    ],
)
def test_what_the_system_refuses_is_said_in_words(number: int, sentence: str | None) -> None:
    assert preflight.in_words(OSError(number, "refused", "/data/run"), Path("/data")) == sentence


def test_a_refusal_that_names_no_file_names_the_folder() -> None:
    said = preflight.in_words(OSError(errno.EROFS, "refused"), Path("/data"))

    assert said == "/data is on a disk that only reads. Choose another folder: `COVENANT_VAR=... make run`."


def test_a_disk_with_room_is_not_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not preflight.is_full(tmp_path)
    assert not preflight.is_full(tmp_path / "none")
    monkeypatch.setattr(preflight, "FULL_BYTES", 2**60)
    assert preflight.is_full(tmp_path)


def test_a_file_in_place_of_the_folder_is_named_and_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    done = subprocess.run(
        [sys.executable, "-m", "clm.embedded.run"],
        env={**os.environ, "COVENANT_VAR": str(tmp_path / "var")},
        cwd=places.PROJECT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"\n{tmp_path}/var/run cannot be made: a file stands where the folder {tmp_path}/var belongs. Move it away.\n"
    )


def test_a_start_that_is_refused_does_not_say_that_it_stopped(var: Path, taken: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "clm.embedded.run"],
        env={**os.environ, "COVENANT_VAR": str(var), "PORT": str(taken)},
        cwd=places.PROJECT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"\nPort {taken} is taken by another program.")


def test_only_one_run_holds_the_lock(tmp_path: Path) -> None:
    with preflight.only_one(tmp_path / "lock") as lock:
        preflight.note_holder(lock, "http://127.0.0.1:8000/")
        with pytest.raises(Trouble) as trouble:
            preflight.only_one(tmp_path / "lock")
    assert str(trouble.value) == (
        "Covenant already runs from this folder (http://127.0.0.1:8000/). Use that one, or stop it with Ctrl-C first."
    )
    preflight.only_one(tmp_path / "lock").close()


def test_a_library_that_does_not_load_is_missing(tmp_path: Path) -> None:
    (tmp_path / "libpango-1.0.so.0").touch()

    assert not system.loads(str(tmp_path / "libpango-1.0.so.0"))
    assert not system.loads("libnothing-of-that-name.so.0")
    assert system.loads("libpango-1.0.so.0")


def test_children_on_macos_find_homebrew_and_may_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    assert system.library_environment() == {}
    monkeypatch.setattr("sys.platform", "darwin")
    assert system.library_environment() == {
        "DYLD_FALLBACK_LIBRARY_PATH": "/opt/homebrew/lib:/usr/local/lib",
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    }


def test_a_missing_pango_names_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert system.PANGO.sentence() == (
        "Pango is missing (PDFs are set with it). Install it with "
        "`sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0` and try again."
    )
    monkeypatch.setattr("sys.platform", "darwin")
    assert "`brew install pango`" in system.PANGO.sentence()


def test_a_new_var_can_be_walked_through_but_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COVENANT_VAR", str(tmp_path / "var"))
    assert places.var_folder().stat().st_mode & 0o777 == 0o711
