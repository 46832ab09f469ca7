"""`make reset` removes everything after a yes, and nothing before."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from clm.embedded import preflight, reset
from clm.embedded.places import private_subfolder, service_home
from clm.embedded.running import Trouble


@pytest.fixture
def filled(var: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `var` with data in it, and the one that the command sees."""
    monkeypatch.setenv("COVENANT_VAR", str(var))
    service_home(var, "postgres")
    (var / "blobs").mkdir()
    return var


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return reset.main()


@pytest.mark.parametrize("text", ["no\n", "y\n", "\n", ""])
def test_anything_but_yes_removes_nothing(filled: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert answer(monkeypatch, text) == 1
    assert sorted(path.name for path in filled.iterdir()) == ["blobs", "postgres"]


def test_yes_removes_the_folder(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(monkeypatch, "yes\n") == 0
    assert not filled.exists()


def test_data_that_stands_outside_goes_too(closed_parent: Path) -> None:
    var = closed_parent / "var"
    var.mkdir(mode=0o700)
    home = service_home(var, "postgres").folder
    reset.remove_data(var)
    assert not home.exists()
    assert not var.exists()


def test_it_refuses_while_covenant_runs(filled: Path) -> None:
    with preflight.only_one(private_subfolder(filled, "run") / "lock"), pytest.raises(Trouble, match="already runs"):
        reset.remove_data(filled)
    assert (filled / "blobs").exists()
