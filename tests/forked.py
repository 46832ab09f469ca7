"""Bounded processes that are forked from one which has their modules loaded: Python's own start takes longer than most
papers of the tests. All else is as `sandbox.run_module` does it: a process group, the bounds that the worker sets
itself, no environment of ours. `python -m tests.forked FD` is the process that forks.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from contextlib import suppress
from functools import cache
from typing import BinaryIO

from clm.documents.extraction import sandbox
from clm.documents.extraction.extracted import Refused

LOADED = (
    "clm.documents.extraction.worker",
    "clm.documents.extraction.reading",
    "clm.documents.extraction.pdf",
    "contracts.adapters.active_content",
    "contracts.adapters.archive_worker",
    "contracts.adapters.csv_rows_worker",
    "contracts.adapters.redline_worker",
    "contracts.adapters.sheet_worker",
    "contracts.adapters.signatures_read",
    "contracts.adapters.signatures_worker",
    "contracts.adapters.signing_paper_worker",
    "contracts.adapters.word_asking",
    "contracts.adapters.word_build",
    "contracts.adapters.word_changes",
    "contracts.adapters.word_filling",
    "contracts.adapters.word_standing",
    "contracts.adapters.word_template",
    "contracts.adapters.word_worker",
    "contracts.adapters.word_writing",
    "encodings.cp437",
    "openpyxl",
    "PIL.Image",
)
TOLD = struct.Struct("q")  # first the worker's process id, then how it ended
_asking = threading.Lock()


def run_forked(
    module: str, *arguments: str, stdin: BinaryIO | int, wall_seconds: float, sent: bytes | None = None
) -> bytes:
    """As `sandbox.run_module`."""
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    with ours, open(reading, "rb", buffering=0) as answer, tempfile.TemporaryFile() as given:
        if sent is not None:
            given.write(sent)
            given.seek(0)
        source = given.fileno() if isinstance(stdin, int) else stdin.fileno()
        with theirs, _asking:
            socket.send_fds(_server(), [json.dumps([module, *arguments]).encode()], [source, writing, theirs.fileno()])
            os.close(writing)
        (pid,) = TOLD.unpack(ours.recv(TOLD.size))
        output = _all_of(answer, time.monotonic() + wall_seconds)
        if output is None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            raise Refused("too_slow")
        (ended,) = TOLD.unpack(ours.recv(TOLD.size))
    if ended:
        raise sandbox.refusal_for_exit(ended)
    return output


def _all_of(answer: BinaryIO, deadline: float) -> bytes | None:
    """What comes until the other end is closed; None where that is too late."""
    chunks: list[bytes] = []
    while select.select([answer], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunks.append(os.read(answer.fileno(), 1 << 20))
        if not chunks[-1]:
            return b"".join(chunks)
    return None


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-B", "-s", "-m", "tests.forked", str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=sandbox.ROOT,
        env=sandbox.worker_environment(),
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve(control: socket.socket) -> None:
    """Until whoever asks has gone. Each worker has a process that waits for it and tells how it ended."""
    for module in LOADED:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asked, given, _flags, _address = socket.recv_fds(control, 1 << 16, 3)
        if not asked:
            return
        if os.fork() == 0:
            control.close()
            _watch(json.loads(asked), *given)
            os._exit(0)
        for each in given:
            os.close(each)


def _watch(command: list[str], source: int, output: int, told: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(told)
        _work(command, source, output)
    os.close(source)
    os.close(output)
    with suppress(BrokenPipeError, ConnectionResetError):
        os.write(told, TOLD.pack(pid))
        os.write(told, TOLD.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))


def _work(command: list[str], source: int, output: int) -> None:
    os.setsid()
    for own, standard in ((source, 0), (output, 1)):
        os.dup2(own, standard)
        os.close(own)
    sys.argv = command
    warnings.simplefilter("ignore")  # that the module is loaded already
    code = 1
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
