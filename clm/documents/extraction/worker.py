"""`python -m clm.documents.extraction.worker LIMITS`: reads one document from standard input.

Writes one JSON object: the document, or {"refused": [code, message]}. The bounds are set here, before
anything of the document is read, because setting them between fork and exec is unsafe in a threaded
parent.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import Limits


def main(arguments: list[str]) -> int:
    limits = Limits(**json.loads(arguments[1]))
    out = os.dup(1)
    # Whatever a native library prints must not get between the lines of the answer.
    os.dup2(2, 1)
    confine(limits)
    answer = json.dumps(answer_for(limits)).encode()
    with os.fdopen(out, "wb") as stream:
        stream.write(answer)
    return 0


def confine(limits: Limits) -> None:
    """This process can use no more than the limits say, dump no core and write no file.

    macOS does not enforce RLIMIT_AS; there the wall clock of the parent is the bound.
    """
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.memory_bytes,
    }
    for which, bound in bounds.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (bound, bound + 1 if which == resource.RLIMIT_CPU else bound))


def answer_for(limits: Limits) -> dict[str, Any]:
    """The document or its refusal as JSON; an error nobody foresaw is a damaged document."""
    try:
        from clm.documents.extraction.reading import read_document

        data = sys.stdin.buffer.read(limits.file_bytes + 1)
        return read_document(data, limits).as_json()
    except Refused as refused:
        return refused_answer(refused)
    except MemoryError:
        return refused_answer(Refused("too_much_memory"))
    except Exception:
        return refused_answer(Refused("corrupt"))


def refused_answer(refused: Refused) -> dict[str, Any]:
    return {"refused": [refused.code, refused.message]}


if __name__ == "__main__":
    sys.exit(main(sys.argv))
