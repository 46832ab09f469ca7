"""Two agreements compared by clause, as a Word redline and as a PDF, by their length in pages."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from django.template.loader import render_to_string

from benchmarks.measure import Table, seconds
from clm.documents.extraction.reading import read_document
from clm.lib.pdf import render_pdf
from contracts.adapters.plain import docx_of_text
from contracts.adapters.redline import redline
from contracts.engine.compare import ClauseText, compare
from contracts.engine.outline import outline
from contracts.papers.comparisons import programs
from contracts.papers.reader import compared

PAGES = (10, 50, 100)
LIMIT_SECONDS = 5.0
# A page of an agreement holds about 500 words; a clause of these has 82.
CLAUSE_WORDS, PAGE_WORDS = 80, 500
# The words of real agreements, so that clauses differ as much as theirs do.
PAPERS = Path(__file__).resolve().parents[1] / "contracts" / "portfolio" / "data" / "papers"
WORDS = [word for path in sorted(PAPERS.glob("*.md")) for word in re.findall(r"[A-Za-z]+", path.read_text())]


def measure(table: Table, pages: Sequence[int] = PAGES) -> None:
    for count in pages:
        old, new = papers(count)
        sides = [docx_of_text("\n\n".join(side)) for side in (old, new)]
        _compared(table, count, sides)
        _redlined(table, count, sides)
        _printed(table, count, sides)


def papers(pages: int) -> tuple[list[str], list[str]]:
    """The clauses of an agreement and of its next version."""
    dice = random.Random(pages)
    old = [clause(dice, number) for number in range(1, pages * PAGE_WORDS // (CLAUSE_WORDS + 2) + 1)]
    return old, list(_changed(old, dice))


def clause(dice: random.Random, number: int) -> str:
    at = dice.randrange(len(WORDS) - CLAUSE_WORDS)
    return f"{number}. {' '.join(WORDS[at : at + CLAUSE_WORDS])}."


def _changed(old: Sequence[str], dice: random.Random) -> Iterator[str]:
    """Every fifth clause reworded, every thirtieth left out, new or moved behind the next one."""
    kept = list(old)
    for place in range(29, len(kept) - 1, 30):
        kept[place], kept[place + 1] = kept[place + 1], kept[place]
    for at, text in enumerate(kept):
        if at % 30 == 7:
            continue
        if at % 30 == 17:
            yield clause(dice, 9000 + at)
        yield text.replace(" the ", " every single ", 2) if at % 5 == 0 else text


def clauses_of(docx: bytes) -> list[ClauseText]:
    found = outline(read_document(docx).blocks)
    return [ClauseText(number=item.number, heading=item.heading, text=item.text) for item in found]


def _compared(table: Table, pages: int, sides: Sequence[bytes]) -> None:
    old, new = (clauses_of(side) for side in sides)
    found = compare(old, new).summary
    taken = seconds(lambda: compared(old, new))
    missed = ", MISSED" if taken > LIMIT_SECONDS else ""
    kinds = f"{found.changed} changed, {found.added} added, {found.removed} removed, {found.moved} moved"
    beside = f"{len(old)} clauses, {kinds}; the limit is {LIMIT_SECONDS:.0f} s for 100 pages{missed}"
    table.add(f"comparison by clause, {pages} pages against {pages}", taken * 1000, "ms", beside)


def _redlined(table: Table, pages: int, sides: Sequence[bytes]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made: list[bytes] = []
    taken = seconds(lambda: made.append(redline(sides[0], sides[1], author="Acme", at=at, programs=programs())))
    beside = f"{len(made[0]) // 1024} kB; both ways checked"
    table.add(f"Word redline, {pages} pages against {pages}", taken * 1000, "ms", beside)


def _printed(table: Table, pages: int, sides: Sequence[bytes]) -> None:
    old, new = (clauses_of(side) for side in sides)
    found = compared(old, new)
    version = SimpleNamespace(number=1, content_hash="0" * 64)
    context = {"contract": SimpleNamespace(reference="C-1", title="Hosting"), "old": version, "new": version, **found}
    taken = seconds(lambda: render_pdf(render_to_string("contracts/pdf/comparison.html", context)))
    table.add(f"comparison as PDF, {pages} pages against {pages}", taken * 1000, "ms", "a job")
