"""Papers of the tests are read, filled and written by the real bounded process, and each of them once in a run.

What a worker answers goes by what it is given alone, and most tests begin with the same few papers. Refusals, and what
cannot be read as an answer, are never kept. Where the system can, the processes are forked (`tests.forked`); tests of
the processes themselves (`ITSELF`) start them every time, as the app does.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import pytest

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
_real = run_forked if sys.platform == "linux" else sandbox.run_module
_answers: OrderedDict[str, tuple[bytes, Files]] = OrderedDict()


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
    if key not in _answers:
        output = _real(module, *arguments, stdin=stdin, wall_seconds=wall_seconds, sent=sent)
        if not _is_answer(output):
            return output
        _answers[key] = output, {name: content for name, content in _files(folder).items() if name not in given}
        while len(_answers) > KEPT:
            _answers.popitem(last=False)
    _answers.move_to_end(key)
    output, made = _answers[key]
    for name, content in made.items():
        assert folder is not None
        (folder / name).write_bytes(content)
    return output


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
