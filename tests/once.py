"""Papers of the tests are read, filled and written by the real bounded process, and each of them once in a run.

What a process answers goes by what it is given alone, and most tests begin with the same few papers: all workers of the
tests keep the answers in one folder. Refusals, and what cannot be read as an answer, are never kept. Where the system
can, the processes are forked (`tests.forked`); tests of the processes themselves (`ITSELF`) start them every time, as
the app does.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import pickle
import shutil
import sys
import tempfile
from collections import OrderedDict
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.conf import settings

from clm.documents.extraction import sandbox
from contracts.adapters import redline, sheets, word_writing
from tests.forked import run_forked

ITSELF = (
    "tests/clm/documents/",
    "tests/contracts/redlines/test_redline.py",
    "tests/contracts/templates/test_code.py",
    "tests/concurrency/",
)
KEPT = 300
Files = dict[str, bytes]
Answer = tuple[bytes, Files]
_real = run_forked if sys.platform == "linux" else sandbox.run_module
_answers: OrderedDict[str, Answer] = OrderedDict()


@pytest.fixture(autouse=True)
def papers_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.nodeid.startswith(ITSELF):
        return
    for module in (sandbox, redline, sheets, word_writing):
        monkeypatch.setattr(module, "run_module", run_once)


def run_once(
    module: str, *arguments: str, stdin: BinaryIO | int, wall_seconds: float, sent: bytes | None = None
) -> bytes:
    """As `sandbox.run_module`; the files that the worker leaves in its task's folder are left there again."""
    task = _task(sent)
    folder = Path(task.pop("folder")) if "folder" in task else None
    given = _files(folder)
    key = _digest((module, arguments, wall_seconds, task), given, stdin)
    known = _known(key)
    if known is None:
        output = _real(module, *arguments, stdin=stdin, wall_seconds=wall_seconds, sent=sent)
        if not _is_answer(output):
            return output
        known = output, {name: content for name, content in _files(folder).items() if name not in given}
        _tell_others(key, known)
    _answers[key] = known
    _answers.move_to_end(key)
    while len(_answers) > KEPT:
        _answers.popitem(last=False)
    output, made = known
    for name, content in made.items():
        assert folder is not None
        (folder / name).write_bytes(content)
    return output


def _known(key: str) -> Answer | None:
    """As this worker has it, or another."""
    if key in _answers:
        return _answers[key]
    try:
        return pickle.loads((_shared() / key).read_bytes())  # type: ignore[no-any-return]  # noqa: S301 (by `_tell_others`)
    except FileNotFoundError:
        return None


def _tell_others(key: str, answer: Answer) -> None:
    """Whole, or not at all at the very end, when the first of them has taken the folder away."""
    with suppress(FileNotFoundError):
        with tempfile.NamedTemporaryFile(dir=_shared(), delete=False) as file:
            file.write(pickle.dumps(answer))
        os.replace(file.name, _shared() / key)


@cache
def _shared() -> Path:
    """One folder for all workers of this run, which is gone when it ends."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        folder = Path(tempfile.mkdtemp(prefix="covenant-test-papers-"))
    else:
        folder = settings.TEST_FOLDER / f"covenant-test-papers-{os.getuid()}-{run}"
        folder.mkdir(mode=0o700, exist_ok=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _files(folder: Path | None) -> Files:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())} if folder is not None else {}


def _task(sent: bytes | None) -> dict[str, Any]:
    """What the worker is sent: by its names where it is JSON of that shape, else as it is."""
    try:
        task = json.loads(sent) if sent is not None else {}
    except ValueError:
        task = None
    return task if isinstance(task, dict) else {"sent": sent}


def _is_answer(output: bytes) -> bool:
    """Whether it may be given again: JSON that is no refusal."""
    try:
        said = json.loads(output)
    except ValueError:
        return False
    return not (isinstance(said, dict) and said.get("refused"))


def _digest(asked: tuple[Any, ...], given: Files, stdin: BinaryIO | int) -> str:
    """Of what is asked, of the files, and of what a file has from where it stands; it stands there again."""
    total = hashlib.sha256(repr(asked).encode())
    for name, content in given.items():
        total.update(f"{name} {len(content)} ".encode() + content)
    if not isinstance(stdin, int):
        begun = stdin.tell()
        total.update(stdin.read())
        stdin.seek(begun)
    return total.hexdigest()
