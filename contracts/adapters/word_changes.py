"""What somebody did to a Word file that came back: its tracked changes, its comments, and how it read before them.

ECMA-376 part 1, 17.13.4 (comments) and 17.13.5 (revisions). Who and when are what the file says: its writer can set
both. Changed looks alone (`rPrChange`, `pPrChange` ...) are no changes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from clm.documents.extraction.package import parse_xml
from clm.documents.extraction.revisions import settle
from clm.documents.extraction.signs import SYMBOL, M, symbol_text
from clm.lib.outside import outside_transactions
from contracts.adapters.parts import W, as_bytes, put_together
from contracts.adapters.revisions import reject_all
from contracts.adapters.surroundings import Surroundings, surroundings_of
from contracts.adapters.word_blocks import open_word
from contracts.adapters.word_remarks import MAX_WORDS, Remark, name_of, read_remarks, starts_of, time_of
from contracts.engine.outline import outline

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

RECEIVED = "received.docx"
KINDS = {W + "ins": "inserted", W + "del": "deleted", W + "moveTo": "moved_to", W + "moveFrom": "moved_from"}
NEW = frozenset({"inserted", "moved_to"})
TEXTS = (W + "t", W + "delText", M + "t", SYMBOL)
MAX_CHANGES = 20_000


@dataclass(frozen=True, slots=True)
class Tracked:
    """A tracked change. `start` is where its block begins: of what is new, in the text with every change accepted; of
    what is gone, in the text with every change rejected. -1 where that block is not read. `at` is "" or ISO 8601."""

    kind: str
    author: str
    at: str
    text: str
    start: int

    @property
    def is_new(self) -> bool:
        return self.kind in NEW


@dataclass(frozen=True, slots=True)
class ReadClause:
    number: str
    heading: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """`rejected` is the text with every change rejected, `before` its clauses, and `around` what stood beside them."""

    is_tracked: bool
    rejected: str
    before: tuple[ReadClause, ...]
    changes: tuple[Tracked, ...]
    remarks: tuple[Remark, ...]
    around: Surroundings = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_changes(docx: bytes) -> Reading:
    """The file's changes and comments, read in a process with bounds. Raises Refused for what no upload may be. Call
    outside of a transaction."""
    from contracts.adapters.word_writing import run_task

    outside_transactions("tracked changes are read")
    answer, _ = run_task({"do": "changes"}, {RECEIVED: docx})
    return from_json(answer)


def from_json(data: Mapping[str, Any]) -> Reading:
    return Reading(
        is_tracked=data["is_tracked"],
        rejected=data["rejected"],
        before=tuple(ReadClause(**each) for each in data["before"]),
        changes=tuple(Tracked(**each) for each in data["changes"]),
        remarks=tuple(Remark(**each) for each in data["remarks"]),
        around=data["around"],
    )


def read_in_process(docx: bytes) -> Reading:
    """The same, read in this process: only inside the bounds of the worker."""
    rejected = reject_all(docx)
    before = open_word(rejected)
    text = before.text()
    clauses = outline([each.block for each in before.located])
    return Reading(
        is_tracked=_is_tracked(docx),
        rejected=text,
        before=tuple(ReadClause(each.number, each.heading, each.text, each.start, each.end) for each in clauses),
        changes=tuple(_changes(docx)),
        remarks=tuple(read_remarks(docx)),
        around=surroundings_of(rejected),
    )


def _main(docx: bytes) -> tuple[dict[str, bytes], str, Element]:
    file = open_word(docx)
    return file.parts, file.main, parse_xml(file.parts[file.main])


def _is_tracked(docx: bytes) -> bool:
    _, _, root = _main(docx)
    return next(root.iter(*KINDS), None) is not None


def _changes(docx: bytes) -> Iterator[Tracked]:
    """In reading order, pieces of one author and minute that follow each other in one paragraph as one."""
    parts, main, root = _main(docx)
    found = list(_pieces(root))[:MAX_CHANGES]
    spots = {is_new: _spots(parts, main, root, is_accepted=is_new) for is_new in (True, False)}
    placed = [
        Tracked(kind, author, at, words, spots[kind in NEW].get(index, -1))
        for index, (kind, author, at, words) in enumerate(found)
    ]
    yield from _joined(placed)


def _pieces(root: Element) -> Iterator[tuple[str, str, str, str]]:
    """(kind, author, at, words) of each change that holds words."""
    for element in _holders(root):
        words = _words(element)
        yield KINDS[str(element.tag)], name_of(element), time_of(element), words[:MAX_WORDS]


def _holders(root: Element) -> Iterator[Element]:
    """The changes that hold words, but not those within another."""
    for element in root.iter(*KINDS):
        parent = element.getparent()
        is_mark = parent is None or parent.tag in (W + "rPr", W + "trPr", W + "numPr")
        if not is_mark and _words(element).strip():
            yield element


def _words(element: Element) -> str:
    return "".join(symbol_text(text) if text.tag == SYMBOL else text.text or "" for text in element.iter(*TEXTS))


def _spots(parts: dict[str, bytes], main: str, root: Element, *, is_accepted: bool) -> dict[int, int]:
    """Where the block of each change begins, by the change's place, once all are accepted or rejected."""
    copied = deepcopy(root)
    for index, holder in enumerate(list(_holders(copied))[:MAX_CHANGES]):
        for text in holder.iter(*TEXTS):
            text.set("change", str(index))
    settle(copied, is_accepted=is_accepted)
    located = open_word(put_together(parts | {main: as_bytes(copied)})).located
    found: dict[int, int] = {}
    for start, block in starts_of(located):
        for text in block.element.iter(*TEXTS):
            if (mark := text.get("change")) is not None:
                found.setdefault(int(mark), start)
    return found


def _joined(changes: Sequence[Tracked]) -> Iterator[Tracked]:
    held: Tracked | None = None
    for each in changes:
        if held is not None and _key(held) == _key(each):
            held = Tracked(held.kind, held.author, held.at, (held.text + each.text)[:MAX_WORDS], held.start)
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def _key(change: Tracked) -> tuple[str, str, str, int]:
    return change.kind, change.author, change.at[:16], change.start
