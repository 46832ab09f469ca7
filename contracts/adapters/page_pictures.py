"""Pictures of a PDF's pages, drawn in a bounded process: the PDF may be the other side's."""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import asdict, dataclass

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.sandbox import run_module

WORKER = "contracts.adapters.page_pictures_worker"
MOST_PAGES = 300
# Pixels a point: 108 to the inch.
SCALE = 1.5


@dataclass(frozen=True)
class PagePicture:
    """A page's size in points, as it is seen, and its picture (PNG)."""

    width: float
    height: float
    picture: bytes


def page_pictures(content: bytes) -> list[PagePicture]:
    """One for each page. Raises Refused for what is no PDF, or has too many pages."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        limits = json.dumps(asdict(DEFAULT))
        output = run_module(WORKER, limits, stdin=file, wall_seconds=DEFAULT.wall_seconds)
    answer = json.loads(output)
    if "refused" in answer:
        raise Refused(*answer["refused"])
    return [PagePicture(width, height, base64.b64decode(drawn)) for width, height, drawn in answer["pages"]]
