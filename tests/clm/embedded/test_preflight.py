"""What stands in the way of a start gets a plain sentence with the mend."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from clm.embedded import places, preflight, system
from clm.embedded.running import Trouble, free_port


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


def test_only_one_run_holds_the_lock(tmp_path: Path) -> None:
    with preflight.only_one(tmp_path / "lock") as lock:
        preflight.note_holder(lock, "http://127.0.0.1:8000/")
        with pytest.raises(Trouble) as trouble:
            preflight.only_one(tmp_path / "lock")
    assert str(trouble.value) == (
        "Covenant already runs from this folder (http://127.0.0.1:8000/). Use that one, or stop it with Ctrl-C first."
    )
    preflight.only_one(tmp_path / "lock").close()


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
