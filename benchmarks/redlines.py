"""Two agreements compared by clause, as a Word redline and as a PDF, by their length in pages."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string

from benchmarks.measure import Table, seconds
from clm.documents.extraction.reading import read_document
from clm.lib.pdf import render_pdf
from contracts.adapters.plain import docx_of_text
from contracts.adapters.redline import redline, unpacked_engine
from contracts.engine.compare import ClauseText, Summary, compare
from contracts.engine.outline import outline
from contracts.papers.comparisons import programs
from contracts.papers.reader import compared, folded

PAGES = (10, 50, 100)
KINDS = ("changed", "added", "removed", "moved")
LIMIT_SECONDS = 5.0
PRINTED = "contracts/pdf/comparison.html"
# A page of an agreement holds about 500 words; a clause of these has 81.
CLAUSE_WORDS, PAGE_WORDS = 80, 500
SECTION = 8
TITLES = ("Services", "Fees", "Service Levels", "Confidentiality", "Data Protection", "Liability", "Term", "Notices")
# The words of real agreements, so that clauses differ as much as theirs do.
PAPERS = Path(__file__).resolve().parents[1] / "contracts" / "portfolio" / "data" / "papers"
WORDS = [word for path in sorted(PAPERS.glob("*.md")) for word in re.findall(r"[A-Za-z]+", path.read_text())]


def measure(table: Table, pages: Sequence[int] = PAGES) -> None:
    unpacked_engine(programs())  # once for a whole installation
    for count in pages:
        old, new = papers(count)
        sides = [docx_of_text("\n\n".join(side)) for side in (old, new)]
        _compared(table, count, sides)
        _redlined(table, count, sides)
        _printed(table, count, sides, "comparison as PDF", folded)
        _printed(table, count, sides, "whole text as PDF", list)


def papers(pages: int) -> tuple[list[str], list[str]]:
    """The paragraphs of an agreement and of its next version, each numbered in its own order."""
    dice = random.Random(pages)
    count = pages * PAGE_WORDS // (CLAUSE_WORDS + 2)
    old = [(at // SECTION, clause(dice)) for at in range(count)]
    return list(numbered(old)), list(numbered(_changed(old, dice)))


def clause(dice: random.Random) -> str:
    at = dice.randrange(len(WORDS) - CLAUSE_WORDS)
    words = " ".join(WORDS[at : at + CLAUSE_WORDS])
    return f"{words[0].upper()}{words[1:]}."


def numbered(clauses: Iterable[tuple[int, str]]) -> Iterator[str]:
    """Sections with a heading, and their clauses: 1., 1.1, 1.2."""
    for section, held in groupby(clauses, key=itemgetter(0)):
        yield f"{section + 1}. {TITLES[section % len(TITLES)]}"
        yield from (f"{section + 1}.{place} {text}" for place, (_, text) in enumerate(held, start=1))


def _changed(old: Sequence[tuple[int, str]], dice: random.Random) -> Iterator[tuple[int, str]]:
    """Every fifth clause reworded, every thirtieth left out, new or moved behind the next one."""
    texts = [text for _, text in old]
    for place in range(29, len(texts) - 1, 30):
        texts[place], texts[place + 1] = texts[place + 1], texts[place]
    for at, ((section, _), text) in enumerate(zip(old, texts, strict=True)):
        if at % 30 == 7:
            continue
        if at % 30 == 17:
            yield section, clause(dice)
        yield section, text.replace(" the ", " every single ", 2) if at % 5 == 0 else text


def clauses_of(docx: bytes) -> list[ClauseText]:
    found = outline(read_document(docx).blocks)
    return [ClauseText(number=item.number, heading=item.heading, text=item.text) for item in found]


def _compared(table: Table, pages: int, sides: Sequence[bytes]) -> None:
    old, new = (clauses_of(side) for side in sides)
    kinds = counted(compare(old, new).summary, pages)
    taken = seconds(lambda: compared(old, new))
    table.add(f"comparison by clause, {pages} pages against {pages}", taken * 1000, "ms", _limited(kinds, taken))


def counted(found: Summary, pages: int) -> str:
    """How many clauses differ in each way. Raises RuntimeError where none does in one of them: the papers would not
    be what they are said to be, and the figures none of a real comparison."""
    counts = {kind: int(getattr(found, kind)) for kind in KINDS}
    if missing := [kind for kind, count in counts.items() if not count]:
        raise RuntimeError(f"In the papers of {pages} pages no clause is {' or '.join(missing)}.")
    total = found.unchanged + found.changed + found.moved + found.removed
    return f"{total} clauses, {', '.join(f'{count} {kind}' for kind, count in counts.items())}"


def _limited(beside: str, taken: float) -> str:
    missed = ", MISSED" if taken > LIMIT_SECONDS else ""
    return f"{beside}; the limit is {LIMIT_SECONDS:.0f} s for 100 pages{missed}"


def _redlined(table: Table, pages: int, sides: Sequence[bytes]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made: list[bytes] = []
    taken = seconds(lambda: made.append(redline(sides[0], sides[1], author="Acme", at=at, programs=programs())))
    beside = _limited(f"{len(made[0]) // 1024} kB; both ways checked", taken)
    table.add(f"Word redline, {pages} pages against {pages}", taken * 1000, "ms", beside)


def _printed(
    table: Table, pages: int, sides: Sequence[bytes], what: str, shown: Callable[[list[Any]], list[Any]]
) -> None:
    old, new = (clauses_of(side) for side in sides)
    version = SimpleNamespace(number=1, title="Version 2", content_hash="0" * 64)
    about = {"contract": SimpleNamespace(reference="C-1", title="Hosting"), "old": version, "new": version}

    def printed() -> bytes:
        found = compared(old, new)
        return render_pdf(render_to_string(PRINTED, {**about, **found, "changes": shown(found["changes"])}))

    made: list[bytes] = []
    taken = seconds(lambda: made.append(printed()))
    beside = _limited(f"{len(made[0]) // 1024} kB; compared and printed", taken)
    table.add(f"{what}, {pages} pages against {pages}", taken * 1000, "ms", beside)
