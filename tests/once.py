"""Papers of the tests are read, filled and written by the real bounded process, and each of them once in a run.

What a worker answers goes by what it is given alone, and most tests begin with the same few papers. Refusals are never
kept, and tests of the processes themselves (`ITSELF`) start them every time.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from clm.documents.extraction import sandbox
from contracts.adapters import word_writing

ITSELF = ("tests/clm/documents/", "tests/contracts/templates/test_code.py", "tests/concurrency/")
KEPT = 300
Files = dict[str, bytes]
_real = sandbox.run_module
_answers: OrderedDict[str, tuple[bytes, Files]] = OrderedDict()


@pytest.fixture(autouse=True)
def papers_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.nodeid.startswith(ITSELF):
        return
    for module in (sandbox, word_writing):
        monkeypatch.setattr(module, "run_module", run_once)


def run_once(
    module: str, *arguments: str, stdin: BinaryIO | int, wall_seconds: float, sent: bytes | None = None
) -> bytes:
    """As `sandbox.run_module`; the files that the worker leaves in its task's folder are left there again."""
    task: dict[str, Any] = json.loads(sent) if sent is not None else {}
    folder = Path(task.pop("folder")) if "folder" in task else None
    given = _files(folder)
    key = _digest(module, arguments, task, given, stdin)
    if key not in _answers:
        output = _real(module, *arguments, stdin=stdin, wall_seconds=wall_seconds, sent=sent)
        if json.loads(output).get("refused"):
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


def _digest(module: str, arguments: tuple[str, ...], task: object, given: Files, stdin: BinaryIO | int) -> str:
    total = hashlib.sha256(repr((module, arguments, task)).encode())
    for name, content in given.items():
        total.update(f"{name} {len(content)} ".encode() + content)
    if not isinstance(stdin, int):
        total.update(stdin.read())
        stdin.seek(0)
    return total.hexdigest()
