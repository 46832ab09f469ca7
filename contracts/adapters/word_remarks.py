"""The comments in a Word file as they are read: who, when, about which words, in answer to what, and settled or not.

ECMA-376 part 1, 17.13.4 (comments); MS-DOCX 2.5.1 (`commentsExtended`: answers, and which are done, by the `paraId` of
a comment's last paragraph).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import part_names
from clm.documents.extraction.extracted import BLOCK_SEPARATOR
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.lines import squeeze
from clm.documents.extraction.package import check_package, parse_xml
from contracts.adapters.parts import W
from contracts.adapters.word_blocks import Located, WordFile, open_word
from contracts.adapters.word_words import letters_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
MAX_COMMENTS = 2_000
MAX_NAME = 120
MAX_WORDS = 20_000
MAX_ANCHOR = 1_000


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment in the file; `anchor` are the words that it is about, `start` their block in the accepted text. `key`
    names it in this file and, where programs keep it, in the next; `parent` is the key of what it answers."""

    author: str
    at: str
    text: str
    anchor: str
    start: int
    key: str = ""
    parent: str = ""
    is_done: bool = False


def read_remarks(docx: bytes) -> list[Remark]:
    """In the order of the file. Some programs keep no answers: where the file says of no comment what it answers,
    those on the very same words answer the first of them. Only inside the bounds of the worker."""
    found = list(_remarks(docx))
    if any(each.parent for each in found):
        return found
    heads: dict[tuple[int, str], str] = {}
    for at, each in enumerate(found):
        head = heads.setdefault((each.start, each.anchor), each.key)
        if each.anchor and each.key and head != each.key:
            found[at] = replace(each, parent=head)
    return found


def _remarks(docx: bytes) -> Iterator[Remark]:
    file = open_word(docx)
    with check_package(docx, DEFAULT) as package:
        names = part_names(package)
    if "comments" not in names:
        return
    anchors = _anchors(file.root)
    starts = {block.element: start for start, block in starts_of(file.located)}
    said = _extended(file, names)
    for comment in list(parse_xml(file.parts[names["comments"]]).iter(W + "comment"))[:MAX_COMMENTS]:
        words, paragraph = anchors.get(str(comment.get(W + "id")), ("", None))
        paragraphs = list(comment.iter(W + "p"))
        key = str(paragraphs[-1].get(W14 + "paraId", "")).upper()[:8] if paragraphs else ""
        parent, is_done = said.get(key, ("", False))
        anchor, start = squeeze(words)[:MAX_ANCHOR], _start(paragraph, starts)
        yield Remark(name_of(comment), time_of(comment), _text(paragraphs), anchor, start, key, parent, is_done)


def _start(paragraph: Element | None, starts: Mapping[Element, int]) -> int:
    """Of the block that the paragraph is, or stands in: a row of a table, a footnote."""
    above = [paragraph, *paragraph.iterancestors()] if paragraph is not None else []
    return next((starts[each] for each in above if each in starts), -1)


def _text(paragraphs: Sequence[Element]) -> str:
    lines = ("".join(letter.character for letter in letters_of(each)).strip() for each in paragraphs)
    return "\n".join(line for line in lines if line)[:MAX_WORDS]


def starts_of(located: Sequence[Located]) -> Iterator[tuple[int, Located]]:
    """Each block with the offset at which it begins in the text."""
    at = 0
    for block in located:
        yield at, block
        at += len(block.text) + len(BLOCK_SEPARATOR)


def _extended(file: WordFile, names: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
    """By key: the key of what it answers, and whether it is settled."""
    name = names.get("commentsextended")
    found = {}
    for entry in list(parse_xml(file.parts[name]).iter(W15 + "commentEx"))[:MAX_COMMENTS] if name else ():
        parent = str(entry.get(W15 + "paraIdParent", "")).upper()[:8]
        is_done = entry.get(W15 + "done", "0") in ("1", "true", "on")
        found[str(entry.get(W15 + "paraId", "")).upper()[:8]] = (parent, is_done)
    return found


def name_of(element: Element) -> str:
    return squeeze(str(element.get(W + "author", "")))[:MAX_NAME]


def time_of(element: Element) -> str:
    """As the file says it, in UTC where it names no zone; "" for what is no time."""
    try:
        at = datetime.fromisoformat(str(element.get(W + "date", "")))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def _anchors(root: Element) -> dict[str, tuple[str, Element | None]]:
    """By comment: the words between its marks and the paragraph in which they begin."""
    found: dict[str, tuple[str, Element | None]] = {}
    opened: dict[str, list[str]] = {}
    for element in root.iter():
        identifier = str(element.get(W + "id")) if isinstance(element.tag, str) else ""
        if element.tag == W + "commentRangeStart" and len(opened) < MAX_COMMENTS:
            opened[identifier] = []
            found[identifier] = ("", _paragraph_of(element))
        elif element.tag == W + "commentRangeEnd" and identifier in opened:
            found[identifier] = ("".join(opened.pop(identifier)), found[identifier][1])
        elif element.tag == W + "t":
            for words in opened.values():
                words.append((element.text or "")[:MAX_WORDS])
        elif element.tag == W + "commentReference" and identifier not in found:
            found[identifier] = ("", _paragraph_of(element))
    return found


def _paragraph_of(mark: Element) -> Element | None:
    """The paragraph in which the mark stands, or before which it does."""
    above = next(mark.iterancestors(W + "p"), None)
    return above if above is not None else next(mark.itersiblings(W + "p"), None)
