"""A version's text as the reader shows it: clauses with their marked sentences, and comparisons of two versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contracts.adapters.surroundings import Surroundings, as_sent, differing
from contracts.engine.body import Body
from contracts.engine.compare import ClauseText, compare
from contracts.engine.looks import marked_body
from contracts.engine.marks import words_at
from contracts.engine.printing import BLOCK, CELL
from contracts.engine.words import diff_words
from contracts.models import Change, Clause, Passage, Version
from contracts.papers import Paper
from contracts.states import Side

FIRST_WORDS = 6
_SENTENCE = re.compile(r"[^.!?;]+(?:[.!?;]+(?=\s|$)|$)", re.DOTALL)
_GAP = '<span class="text-gap">{}</span>'


@dataclass(frozen=True)
class Part:
    """A stretch of a clause's text; a marked one leads to what rests on it."""

    text: str
    url: str = ""
    label: str = ""

    @property
    def html(self) -> SafeString:
        """The text with its tables as tables. Not a character is left out: offsets are counted in it."""
        blocks = self.text.split(BLOCK)
        ended = [*((block, BLOCK) for block in blocks[:-1]), (blocks[-1], "")]
        runs = groupby(ended, key=lambda each: CELL in each[0])
        shown = (
            _table(run) if is_table else "".join(escape(words) + end for words, end in run) for is_table, run in runs
        )
        return SafeString("".join(shown))


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Rows with what ends each; the box scrolls by itself where the columns need more room than there is."""
    label = escape(_("Table"))
    shown = "".join(_row(block, end) for block, end in rows)
    return f'<span class="text-table" role="group" aria-label="{label}" tabindex="0"><span>{shown}</span></span>'


def _row(block: str, end: str) -> str:
    """What stands between the cells is in the cell before."""
    cells = block.split(CELL)
    gaps = [*(CELL for _cell in cells[1:]), end]
    shown = "".join(
        f'<span class="text-cell">{escape(cell)}{_GAP.format(gap) if gap else ""}</span>'
        for cell, gap in zip(cells, gaps, strict=True)
    )
    return f'<span class="text-row">{shown}</span>'


def body_offset(clause: Clause) -> int:
    """How many code points of the clause's text are its number and heading, which the page shows above it."""
    return words_at(clause.number, clause.heading, clause.text)


def body_in(clause: Clause) -> Body:
    """The clause's words, without number and heading, as a draft begins with them: with their marks and lists."""
    at = body_offset(clause)
    spans = [(max(start - at, 0), end - at, mark) for start, end, mark in clause.marks if end > at]
    return marked_body(clause.text[at:], spans)


def clauses_of(version: Version, *, mark_url: str = "", marks: bool = True) -> list[dict[str, Any]]:
    """What components/reader.html draws; two queries. `mark_url` offers each sentence for marking without scripts;
    without `marks` nothing shows which sentences are marked."""
    passages = Passage.objects.filter(version=version).order_by("start") if marks else []
    by_clause: dict[Any, list[Passage]] = {}
    for passage in passages:
        by_clause.setdefault(passage.clause_id, []).append(passage)
    rows = Clause.objects.filter(version=version).order_by("position")
    return [_shown(clause, by_clause.get(clause.pk, []), mark_url) for clause in rows]


def _shown(clause: Clause, passages: Sequence[Passage], mark_url: str) -> dict[str, Any]:
    offset = body_offset(clause)
    return {
        "id": clause.pk,
        "number": clause.number,
        "heading": clause.heading,
        "title": clause.heading or _first_words(clause.text[offset:]),
        "level": min(clause.level, 4),
        "has_binding": bool(passages),
        "parts": _parts(clause, offset, passages),
        "sentences": _sentences(clause, offset, mark_url) if mark_url else [],
    }


def _first_words(text: str) -> str:
    """What stands in the outline for a clause without a heading."""
    words = text.split()
    shown = " ".join(words[:FIRST_WORDS]).rstrip(",;:")
    return f"{shown} …" if len(words) > FIRST_WORDS else shown


def _parts(clause: Clause, offset: int, passages: Sequence[Passage]) -> list[Part]:
    parts, at = [], offset
    for passage in passages:
        start, end = passage.start - clause.start, passage.end - clause.start
        if start < at:
            continue
        if clause.text[at:start]:
            parts.append(Part(clause.text[at:start]))
        parts.append(Part(clause.text[start:end], f"/contracts/passages/{passage.pk}/", "What rests on this sentence"))
        at = end
    rest = clause.text[at:].rstrip()
    return [*parts, Part(rest)] if rest.strip() else parts


def _sentences(clause: Clause, offset: int, mark_url: str) -> list[dict[str, str]]:
    """Each sentence with the address that marks it; offsets count from the shown text, as the script's do."""
    found = []
    body = clause.text[offset:]
    for match in _SENTENCE.finditer(body):
        text = match.group().strip()
        if len(text) < 12:
            continue
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        found.append({"text": text, "url": f"{mark_url}?clause={clause.pk}&start={start}&end={start + len(text)}"})
    return found[:40]


WORDS = {"equal": "same", "insert": "added", "delete": "removed"}


def comparison_of(old: Version, new: Version) -> dict[str, Any]:
    """What components/diff.html draws: what differs beside the clauses, then by clause in reading order, with counts of
    clauses by kind."""
    return compared(texts_of(old), texts_of(new), beside(old, new))


def comparison_with(old: Version, paper: Paper) -> dict[str, Any]:
    """The same for a version and a paper that was read and is nobody's version: the paper counts as the newer text."""
    new = [ClauseText(number=item.number, heading=item.heading, text=item.text) for item in paper.clauses]
    return compared(texts_of(old), new, beside_paper(old, paper))


def compared(
    old: Sequence[ClauseText], new: Sequence[ClauseText], around: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The same for clauses as texts, after what differs beside them."""
    result = compare([_said(each) for each in old], [_said(each) for each in new])
    changes = [*around, *(_change(row) for row in result.rows)]
    return {"changes": changes, "summary": result.summary}


def folded(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What differs, with each stretch of unchanged clauses as one `unchanged` row that names its first and last."""
    found: list[dict[str, Any]] = []
    for is_same, held in groupby(changes, key=lambda change: change["kind"] == "same"):
        rows = list(held)
        if not is_same:
            found += rows
            continue
        found.append({"kind": "unchanged", "count": len(rows), "first": _called(rows[0]), "last": _called(rows[-1])})
    return found


def _called(row: dict[str, Any]) -> str:
    """The clause as a list names it: by number and heading, or by its first words."""
    return f"{row['number']} {row['heading']}".strip() or _first_words("".join(text for _, text in row["spans"]))


def _said(clause: ClauseText) -> ClauseText:
    """The clause without the blank line before the next one, which is not part of what it says."""
    return replace(clause, text=clause.text.rstrip())


def beside(old: Version, new: Version) -> list[dict[str, Any]]:
    """What differs between two versions outside of their clauses. What never goes out is no difference."""
    return _shown_beside(differing(_as_given(old), _as_given(new)))


def _as_given(version: Version) -> Surroundings:
    return as_sent(version.surroundings) if version.side == Side.OURS else version.surroundings


def beside_paper(old: Version, paper: Paper) -> list[dict[str, Any]]:
    """The same for a version and a paper that is nobody's version."""
    return _shown_beside(differing(as_sent(old.surroundings), as_sent(paper.surroundings)))


def _shown_beside(found: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [
        {"kind": "changed", "number": "", "heading": str(Change.Kind(kind).label), "spans": _spans(old, new)}
        for kind, old, new in found
    ]


def _spans(old: str, new: str) -> list[tuple[str, str]]:
    return [(WORDS[str(each.op)], each.text) for each in diff_words(old, new)]


def texts_of(version: Version) -> list[ClauseText]:
    """The version's clauses as they are compared."""
    rows = Clause.objects.filter(version=version).order_by("position")
    return [ClauseText(number=row.number, heading=row.heading, text=row.text) for row in rows]


def _change(row: Any) -> dict[str, Any]:
    shown = row.new or row.old
    kind = "same" if row.kind == "unchanged" else str(row.kind)
    spans = [(WORDS[str(segment.op)], segment.text) for segment in row.segments]
    if not spans:
        spans = [({"added": "added", "removed": "removed"}.get(kind, "same"), shown.text)]
    return {"kind": kind, "number": shown.number, "heading": shown.heading, "spans": spans}
