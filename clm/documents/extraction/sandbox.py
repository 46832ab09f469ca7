"""Runs the reading of one document in a process with bounds, so that no input can harm this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, BinaryIO

from clm.documents.extraction.extracted import ExtractedDocument, Refused, from_json
from clm.documents.extraction.limits import DEFAULT, Limits

ROOT = Path(__file__).resolve().parents[3]
WORKER = "clm.documents.extraction.worker"

# How a process ends when it meets one of its bounds: the CPU limit raises SIGXCPU (then SIGKILL), and a
# native library that is refused memory stops itself by one of the others.
TIME_SIGNALS = frozenset({signal.SIGXCPU})
MEMORY_SIGNALS = frozenset({signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGKILL})


def extract(path: Path, *, limits: Limits = DEFAULT) -> ExtractedDocument:
    """The document's text and blocks.

    Raises Refused for every input that is not taken, whatever it is, within `limits.wall_seconds`.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused("empty_file")
    if size > limits.file_bytes:
        raise Refused("too_large")
    with path.open("rb") as file:
        output = run_worker(file, limits)
    return parse_answer(output)


def run_worker(file: BinaryIO, limits: Limits) -> bytes:
    """The worker's answer; the worker and whatever it started are gone afterwards."""
    return run_module(WORKER, json.dumps(asdict(limits)), stdin=file, wall_seconds=limits.wall_seconds)


def run_module(
    module: str, *arguments: str, stdin: BinaryIO | int, wall_seconds: float, sent: bytes | None = None
) -> bytes:
    """What a module of ours prints, run by this interpreter in a process group of its own that is gone afterwards.

    `stdin` is a file, or subprocess.PIPE for what is `sent`. Raises Refused by how the process ended.
    """
    process = start_module(module, *arguments, stdin=stdin)
    try:
        output, _ = process.communicate(sent, timeout=wall_seconds)
    except subprocess.TimeoutExpired:
        raise Refused("too_slow") from None
    finally:
        end_process_group(process)
    if process.returncode:
        raise refusal_for_exit(process.returncode)
    return output


def start_module(module: str, *arguments: str, stdin: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """The process of its own group, whose answer can be read: who starts it ends it by `end_process_group`."""
    # This interpreter, a module of ours, and its bounds: nothing of a document is in the command.
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-B", "-s", "-m", module, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=worker_environment(),
        start_new_session=True,
    )


def answer_about(content: bytes, module: str, **asked: Any) -> dict[str, Any]:
    """What a module of ours answers, as JSON, about bytes that it reads from its input, within the default limits,
    which it is told with what is `asked`. Raises Refused, also where the answer is a refusal."""
    task = json.dumps({"limits": asdict(DEFAULT), **asked})
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        output = run_module(module, task, stdin=file, wall_seconds=DEFAULT.wall_seconds)
    answer: dict[str, Any] = json.loads(output)
    if "refused" in answer:
        raise Refused(*answer["refused"])
    return answer


def worker_environment() -> dict[str, str]:
    """No secret of this process reaches the worker: only what Python needs to start."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}


def end_process_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def refusal_for_exit(returncode: int) -> Refused:
    if -returncode in TIME_SIGNALS:
        return Refused("too_slow")
    if -returncode in MEMORY_SIGNALS:
        return Refused("too_much_memory")
    return Refused("corrupt")


def parse_answer(output: bytes) -> ExtractedDocument:
    try:
        answer = json.loads(output)
    except ValueError:
        raise Refused("corrupt") from None
    if "refused" in answer:
        raise Refused(*answer["refused"])
    return from_json(answer)
