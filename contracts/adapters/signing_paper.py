"""A PDF made ready to be signed, and pictures of its pages, in a bounded process: the PDF may be the other side's."""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import asdict, dataclass

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.sandbox import run_module

WORKER = "contracts.adapters.signing_paper_worker"
MOST_PAGES = 300
# Pixels a point: 108 to the inch.
SCALE = 1.5


@dataclass(frozen=True)
class PagePicture:
    """A page's size in points, as it is seen, and its picture (PNG)."""

    width: float
    height: float
    picture: bytes


@dataclass(frozen=True)
class SigningPaper:
    """What is signed, page by page. `removed` are the kinds of what was taken out because it could act or change (see
    `active_content`); a paper that bears signatures is as it came."""

    content: bytes
    pages: tuple[PagePicture, ...]
    removed: tuple[str, ...]
    is_signed: bool


def signing_paper(content: bytes, *, as_it_is: bool = False) -> SigningPaper:
    """The PDF upright, its forms a part of the page, without anything that acts. `as_it_is`: a copy of what was signed,
    of which no byte is changed.

    Raises Refused for what is no PDF or has too many pages, `active_signed` for what acts in a file that cannot be
    changed any more, `active_form` for a form whose pages are made by a program (XFA).
    """
    task = json.dumps({"limits": asdict(DEFAULT), "as_it_is": as_it_is})
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        output = run_module(WORKER, task, stdin=file, wall_seconds=DEFAULT.wall_seconds)
    answer = json.loads(output)
    if "refused" in answer:
        raise Refused(*answer["refused"])
    pages = tuple(PagePicture(width, height, base64.b64decode(drawn)) for width, height, drawn in answer["pages"])
    made = base64.b64decode(answer["content"]) if answer["content"] else content
    return SigningPaper(made, pages, tuple(answer["removed"]), bool(answer["is_signed"]))
