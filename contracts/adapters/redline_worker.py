"""`python -m contracts.adapters.redline_worker`: reads one task as JSON from standard input, and makes its redline.

Writes {"refused": [code, message]}, or null for it. The bounds are set here, before anything of the documents is read;
the engine, which this process starts, inherits them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from clm.documents.extraction.extracted import DOCX, MESSAGES, Refused
from clm.documents.extraction.reading import read_document
from clm.documents.extraction.sandbox import refusal_for_exit
from contracts.adapters.metadata import without_metadata
from contracts.adapters.redline import NEW, OLD, REDLINE, RedlineLimits
from contracts.adapters.redline_lists import with_lists_of
from contracts.adapters.revisions import accept_all, reject_all

# Written by the engine, read by nothing but the checks below.
RAW = "raw.docx"


def main() -> int:
    task = json.loads(sys.stdin.read())
    out = os.dup(1)
    os.dup2(2, 1)
    limits = RedlineLimits(**task["limits"])
    confine(limits)
    with os.fdopen(out, "wb") as stream:
        stream.write(json.dumps({"refused": refusal_of(task, limits)}).encode())
    return 0


def confine(limits: RedlineLimits) -> None:
    """This process and its children use no more; macOS does not enforce the address space, the engine its own heap."""
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.memory_bytes,
    }
    for which, bound in bounds.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (bound, bound + 1 if which == resource.RLIMIT_CPU else bound))


def refusal_of(task: dict[str, Any], limits: RedlineLimits) -> list[str] | None:
    """None where the redline stands in the folder; an error nobody foresaw is a damaged document."""
    try:
        make(task, limits)
    except Refused as refused:
        return [refused.code, refused.message]
    except MemoryError:
        return ["too_much_memory", MESSAGES["too_much_memory"]]
    except Exception:
        return ["corrupt", MESSAGES["corrupt"]]
    return None


def make(task: dict[str, Any], limits: RedlineLimits) -> None:
    folder = Path(task["folder"])
    before, after = (settled(folder / name) for name in (OLD, NEW))
    made = run_engine(task, limits)
    if not is_exact(made, before, after):
        alike = with_lists_of((folder / OLD).read_bytes(), (folder / NEW).read_bytes())
        if text_of(alike) == after:
            (folder / NEW).write_bytes(alike)
            made = run_engine(task, limits)
    if not is_exact(made, before, after):
        raise Refused("corrupt", "No exact redline of these two documents could be made.")
    (folder / REDLINE).write_bytes(made)


def is_exact(made: bytes, before: str, after: str) -> bool:
    return text_of(accept_all(made)) == after and text_of(reject_all(made)) == before


def settled(path: Path) -> str:
    """The document's text, after its own tracked changes were accepted in place."""
    accepted = accept_all(path.read_bytes())
    path.write_bytes(accepted)
    return text_of(accepted)


def text_of(docx: bytes) -> str:
    document = read_document(docx)
    if document.media_type != DOCX:
        raise Refused("wrong_type")
    return document.text


def run_engine(task: dict[str, Any], limits: RedlineLimits) -> bytes:
    """What the engine makes of the two files in the folder, without metadata."""
    folder = Path(task["folder"])
    command = [
        task["engine"],
        *(str(folder / name) for name in (OLD, NEW, RAW)),
        f"--author={task['author']}",
        f"--date-time={task['at']}",
        "--detect-moves",
        "--no-conflate-spaces",
    ]
    environment = engine_environment(folder, limits)
    # The engine's own path, three files of ours, and options that begin with their names.
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        # .NET says so, or falls over its own heap's end.
        said = "OutOfMemory" in done.stderr or "sufficient memory" in done.stderr
        out_of_memory = said or done.returncode == -signal.SIGSEGV
        raise Refused("too_much_memory") if out_of_memory else refusal_for_exit(done.returncode)
    return without_metadata((folder / RAW).read_bytes())


def engine_environment(folder: Path, limits: RedlineLimits) -> dict[str, str]:
    """No secret reaches the engine. It needs no ICU, opens no port for debuggers and keeps to its heap."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        "DOTNET_EnableDiagnostics": "0",
        "DOTNET_gcConcurrent": "0",
        # It lives for seconds: what it would learn of its own running costs a quarter of its time.
        "DOTNET_TieredPGO": "0",
        "DOTNET_GCHeapHardLimit": hex(limits.heap_bytes),
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    }


if __name__ == "__main__":
    sys.exit(main())
