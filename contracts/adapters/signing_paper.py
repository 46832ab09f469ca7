"""A PDF made ready to be signed, and pictures of its pages, in a bounded process: the PDF may be the other side's."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from clm.documents.extraction.sandbox import answer_about

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
    answer = answer_about(content, WORKER, as_it_is=as_it_is)
    pages = tuple(PagePicture(width, height, base64.b64decode(drawn)) for width, height, drawn in answer["pages"])
    made = base64.b64decode(answer["content"]) if answer["content"] else content
    return SigningPaper(made, pages, tuple(answer["removed"]), bool(answer["is_signed"]))
