"""`python -m contracts.adapters.csv_rows_worker LIMITS`: reads a CSV file from standard input.

Writes one JSON object: {"columns": [name], "rows": [[cell]]}, or {"refused": [code, message]}.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.worker import confine, refused_answer
from contracts.adapters.csv_rows import MOST_BYTES, parsed


def main(arguments: list[str]) -> int:
    limits = Limits(**json.loads(arguments[1])["limits"])
    out = os.dup(1)
    os.dup2(2, 1)
    confine(limits)
    with os.fdopen(out, "wb") as stream:
        stream.write(json.dumps(answer_for()).encode())
    return 0


def answer_for() -> dict[str, Any]:
    """The rows or the refusal as JSON; an error nobody foresaw is a damaged file."""
    try:
        return dict(parsed(sys.stdin.buffer.read(MOST_BYTES + 1)))
    except Refused as refused:
        return refused_answer(refused)
    except MemoryError:
        return refused_answer(Refused("too_much_memory"))
    except Exception:
        return refused_answer(Refused("corrupt"))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
