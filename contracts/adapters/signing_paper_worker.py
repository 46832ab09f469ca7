"""`python -m contracts.adapters.signing_paper_worker TASK`: makes a PDF from standard input ready, and draws it.

Writes one JSON object: {"pages": [[width, height, PNG in base64]], "content": the PDF in base64 or "" where it is as it
came, "removed": [kind], "is_signed": bool}, or {"refused": [code, message]}.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.worker import confine, refused_answer
from contracts.adapters.signing_paper import MOST_PAGES, SCALE

COLOURS = 32


def main(arguments: list[str]) -> int:
    task = json.loads(arguments[1])
    limits = Limits(**task["limits"])
    out = os.dup(1)
    os.dup2(2, 1)
    confine(limits)
    with os.fdopen(out, "wb") as stream:
        stream.write(json.dumps(answer_for(limits, as_it_is=task["as_it_is"])).encode())
    return 0


def answer_for(limits: Limits, *, as_it_is: bool) -> dict[str, Any]:
    """The paper or the refusal as JSON; an error nobody foresaw is a damaged document."""
    try:
        return _made(sys.stdin.buffer.read(limits.file_bytes + 1), as_it_is=as_it_is)
    except Refused as refused:
        return refused_answer(refused)
    except MemoryError:
        return refused_answer(Refused("too_much_memory"))
    except Exception:
        return refused_answer(Refused("corrupt"))


def _made(content: bytes, *, as_it_is: bool) -> dict[str, Any]:
    from clm.documents.extraction.pdf import open_pdf
    from contracts.adapters.active_content import as_signed, quiet

    open_pdf(content)  # what is no PDF, or has a password, is refused in its own words
    found = as_signed(content) if as_it_is else quiet(content)
    document = open_pdf(found.content)
    if len(document) > MOST_PAGES:
        raise Refused("too_large")
    return {
        "pages": [_drawn(page) for page in document],
        "content": "" if found.content is content else base64.b64encode(found.content).decode(),
        "removed": list(found.removed),
        "is_signed": found.is_signed,
    }


def _drawn(page: Any) -> list[Any]:
    width, height = page.get_size()
    # A page of the size of a wall is drawn no larger than a sheet of A2.
    scale = min(SCALE, 2600 / max(width, height))
    drawn = page.render(scale=scale).to_pil().convert("RGB").quantize(COLOURS)
    made = io.BytesIO()
    drawn.save(made, "PNG", optimize=True)
    page.close()
    return [round(width, 1), round(height, 1), base64.b64encode(made.getvalue()).decode()]


if __name__ == "__main__":
    sys.exit(main(sys.argv))
