"""A test that misses its data is skipped at a desk and fails in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.cases import PROJECT
from tests.shared_data import shared


@pytest.fixture
def no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COVENANT_DATA", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)


def test_at_a_desk_it_is_skipped_with_the_reason(no_data: None) -> None:
    with pytest.raises(pytest.skip.Exception, match="no einvoices beside the project"):
        shared("einvoices")


def test_in_ci_it_fails(no_data: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="there is no einvoices under COVENANT_DATA"):
        shared("einvoices")


def test_data_that_is_there_is_given(tmp_path: Path, no_data: None) -> None:
    (tmp_path / "einvoices").mkdir()

    assert shared("einvoices") == tmp_path / "einvoices"


def test_no_test_skips_by_other_means() -> None:
    means = ("skip" + "if(", "importor" + "skip(", "pytest." + "skip(", "mark." + "skip")
    apart = {PROJECT / "tests" / "shared_data.py"}
    files = {path: path.read_text() for path in (PROJECT / "tests").rglob("*.py") if path not in apart}

    assert [str(path) for path, text in files.items() if any(each in text for each in means)] == []
