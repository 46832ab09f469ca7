"""`python -m contracts.adapters.signatures_worker TASK`: reads the signatures of a PDF from standard input.

Writes one JSON object: the reading, or {"refused": [code, message]}.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.worker import confine, refused_answer


def main(arguments: list[str]) -> int:
    task = json.loads(arguments[1])
    out = os.dup(1)
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    answer = json.dumps(answer_for(task)).encode()
    with os.fdopen(out, "wb") as stream:
        stream.write(answer)
    return 0


def answer_for(task: dict[str, Any]) -> dict[str, Any]:
    """The reading or its refusal as JSON; an error nobody foresaw is a damaged document."""
    limits = Limits(**task["limits"])
    try:
        from contracts.adapters.sealing_keys import certificates_in
        from contracts.adapters.signatures_read import Trust, read_signatures

        roots = [each for file in task["roots"] for each in certificates_in(file)]
        stamp_roots = [each for file in task["stamp_roots"] for each in certificates_in(file)]
        confine(limits)
        content = sys.stdin.buffer.read(limits.file_bytes + 1)
        return read_signatures(content, Trust(tuple(roots), tuple(stamp_roots))).as_json()
    except Refused as refused:
        return refused_answer(refused)
    except MemoryError:
        return refused_answer(Refused("too_much_memory"))
    except Exception:
        return refused_answer(Refused("corrupt"))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
