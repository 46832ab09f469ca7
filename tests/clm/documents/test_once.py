"""The tests' own memory of what workers answered: it knows again only what is the same in everything."""

from __future__ import annotations

import io
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests import once


@pytest.fixture(autouse=True)
def knows_nothing(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answers yet, of this worker or of others."""
    folder = tmp_path_factory.mktemp("answers")
    monkeypatch.setattr(once, "_answers", OrderedDict())
    monkeypatch.setattr(once, "_shared", lambda: folder)


@pytest.fixture
def began(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What each worker that really began was given; it answers with that, unless it was told what to say."""
    runs: list[bytes] = []

    def worker(_module: str, *said: str, stdin: BinaryIO | int, wall_seconds: float, sent: bytes | None) -> bytes:
        given = (sent or b"") if isinstance(stdin, int) else stdin.read()
        runs.append(given)
        return said[0].encode() if said else b'{"read": %d}' % len(given)

    monkeypatch.setattr(once, "_real", worker)
    return runs


def run(*said: str, stdin: BinaryIO | int = -1, wall_seconds: float = 5, sent: bytes | None = None) -> bytes:
    return once.run_once("worker", *said, stdin=stdin, wall_seconds=wall_seconds, sent=sent)


def test_the_same_begins_once(began: list[bytes]) -> None:
    assert [run(stdin=io.BytesIO(b"paper")) for _time in range(2)] == [b'{"read": 5}'] * 2
    assert began == [b"paper"]


def test_what_one_worker_was_answered_the_others_know(began: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(stdin=io.BytesIO(b"paper"))
    monkeypatch.setattr(once, "_answers", OrderedDict())  # as another worker has them

    assert run(stdin=io.BytesIO(b"paper")) == said
    assert began == [b"paper"]


def test_another_patience_is_another_question(began: list[bytes]) -> None:
    for seconds in (5, 6, 5):
        run(stdin=io.BytesIO(b"paper"), wall_seconds=seconds)

    assert len(began) == 2


def test_a_file_counts_from_where_it_stands_and_is_left_there(began: list[bytes]) -> None:
    file = io.BytesIO(b"cover paper")
    whole = run(stdin=file)
    file.seek(6)
    rest = run(stdin=file)
    file.seek(6)

    assert run(stdin=file) == rest == b'{"read": 5}'
    assert (whole, began, file.tell()) == (b'{"read": 11}', [b"cover paper", b"paper"], 6)


@pytest.mark.parametrize("said", ["no JSON", "", '{"refused": "too_slow"}'])
def test_what_is_no_answer_is_given_back_and_not_kept(began: list[bytes], said: str) -> None:
    assert [run(said) for _time in range(2)] == [said.encode()] * 2
    assert len(began) == 2


@pytest.mark.parametrize("sent", [b"no JSON", b"[1]", b'{"words": "nothing"}'])
def test_whatever_is_sent_is_told_apart(began: list[bytes], sent: bytes) -> None:
    other = sent.replace(b"no", b"any").replace(b"1", b"2")
    for each in (sent, other, sent):
        run(sent=each)

    assert began == [sent, other]


def test_the_files_of_a_task_are_left_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def worker(_module: str, *, stdin: BinaryIO | int, wall_seconds: float, sent: bytes | None) -> bytes:
        (tmp_path / "made.docx").write_bytes(b"made")
        return b"{}"

    monkeypatch.setattr(once, "_real", worker)
    given: dict[str, Any] = {"sent": b'{"folder": "%s"}' % str(tmp_path).encode()}
    run(**given)
    (tmp_path / "made.docx").unlink()

    run(**given)

    assert (tmp_path / "made.docx").read_bytes() == b"made"
