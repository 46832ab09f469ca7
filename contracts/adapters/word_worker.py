"""`python -m contracts.adapters.word_worker`: one task as JSON from standard input, of writing or reading Word files.

Writes {"answer": ..., "refused": [code, message] or null}. The bounds are set before anything of a document is read.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from clm.documents.extraction.extracted import MESSAGES, Refused
from clm.documents.extraction.limits import DEFAULT, MEBIBYTE

FILE_BYTES = 256 * MEBIBYTE


def main() -> int:
    task = json.loads(sys.stdin.read())
    out = os.dup(1)
    os.dup2(2, 1)
    confine()
    with os.fdopen(out, "wb") as stream:
        stream.write(json.dumps(answer_for(task)).encode())
    return 0


def confine() -> None:
    """macOS does not enforce the address space; there the wall clock of the parent is the bound."""
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_CPU: DEFAULT.cpu_seconds,
        resource.RLIMIT_AS: DEFAULT.memory_bytes,
    }
    for which, bound in bounds.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (bound, bound + 1 if which == resource.RLIMIT_CPU else bound))


def answer_for(task: dict[str, Any]) -> dict[str, Any]:
    """An error nobody foresaw is a damaged document."""
    try:
        return {"answer": DOINGS[task["do"]](task), "refused": None}
    except Refused as refused:
        return {"answer": None, "refused": [refused.code, refused.message]}
    except MemoryError:
        return {"answer": None, "refused": ["too_much_memory", MESSAGES["too_much_memory"]]}
    except Exception:
        return {"answer": None, "refused": ["corrupt", MESSAGES["corrupt"]]}


def write(task: dict[str, Any]) -> list[str]:
    from contracts.adapters.word_build import built
    from contracts.adapters.word_clauses import DraftText, OriginText
    from contracts.adapters.word_writing import BASE, MADE

    folder = Path(task["folder"])
    base = folder / BASE
    clauses = [DraftText.from_json(each) for each in task["clauses"]]
    origins = [OriginText(**each) for each in task["origins"]]
    told: list[str] = []
    made = built(base.read_bytes() if base.exists() else None, clauses, origins, told)
    (folder / MADE).write_bytes(made)
    return told


def changes(task: dict[str, Any]) -> Any:
    from contracts.adapters.word_changes import RECEIVED, read_in_process

    return read_in_process((Path(task["folder"]) / RECEIVED).read_bytes()).as_json()


def fill(task: dict[str, Any]) -> Any:
    from contracts.adapters.word_filling import TEMPLATE, fill_in_process
    from contracts.adapters.word_writing import MADE

    folder = Path(task["folder"])
    made, answer = fill_in_process((folder / TEMPLATE).read_bytes(), task)
    (folder / MADE).write_bytes(made)
    return answer


DOINGS = {"write": write, "changes": changes, "fill": fill}


if __name__ == "__main__":
    sys.exit(main())
