"""`python -m contracts.adapters.page_pictures_worker LIMITS`: draws the pages of a PDF from standard input.

Writes one JSON object: {"pages": [[width, height, PNG in base64]]}, or {"refused": [code, message]}.
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
from contracts.adapters.page_pictures import MOST_PAGES, SCALE

COLOURS = 32


def main(arguments: list[str]) -> int:
    limits = Limits(**json.loads(arguments[1]))
    out = os.dup(1)
    os.dup2(2, 1)
    confine(limits)
    with os.fdopen(out, "wb") as stream:
        stream.write(json.dumps(answer_for(limits)).encode())
    return 0


def answer_for(limits: Limits) -> dict[str, Any]:
    """The pictures or the refusal as JSON; an error nobody foresaw is a damaged document."""
    try:
        from clm.documents.extraction.pdf import open_pdf

        document = open_pdf(sys.stdin.buffer.read(limits.file_bytes + 1))
        if len(document) > MOST_PAGES:
            raise Refused("too_large")
        return {"pages": [_drawn(page) for page in document]}
    except Refused as refused:
        return refused_answer(refused)
    except MemoryError:
        return refused_answer(Refused("too_much_memory"))
    except Exception:
        return refused_answer(Refused("corrupt"))


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
