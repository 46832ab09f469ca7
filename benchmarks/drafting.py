"""Templates imported and filled, a draft written as a Word file, and an answer with tracked changes read, by pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from benchmarks.measure import Table, seconds
from benchmarks.redlines import PAGES, papers
from clm.lib.actor import Actor
from contracts.adapters.plain import docx_of_text
from contracts.adapters.redline import redline
from contracts.adapters.word_blocks import open_word
from contracts.adapters.word_changes import read_changes
from contracts.adapters.word_clauses import DraftText, standing
from contracts.adapters.word_template import check_template, fill
from contracts.adapters.word_writing import write_draft
from contracts.engine.questionnaire import Field
from contracts.operations.templates.import_template import import_template
from contracts.papers.comparisons import programs
from contracts.portfolio.requests import NAMES, shipped_template

ASKED = 40


def measure(table: Table, actor: Actor, pages: Sequence[int] = PAGES) -> None:
    for folder in NAMES:
        _imported(table, actor, folder)
    for size in pages:
        old, new = papers(size)
        _template(table, size, old)
        _draft(table, size, docx_of_text("\n\n".join(old)))
        _answer(table, size, docx_of_text("\n\n".join(old)), docx_of_text("\n\n".join(new)))


def _imported(table: Table, actor: Actor, folder: str) -> None:
    """From the files to a template in the library, as the page does it."""
    questions = len(shipped_template(folder).metadata.fields)
    names = count(1)
    read = shipped_template.__wrapped__  # the portfolio reads it once; here each import reads
    taken = seconds(lambda: import_template(actor=actor, file=read(folder), name=f"{folder} {next(names)}"))
    table.add(f"template import, {folder}", taken * 1000, "ms", f"{questions} questions; read, checked, stored")


def _template(table: Table, pages: int, clauses: Sequence[str]) -> None:
    fields = [Field(f"answer_{number}", "string", f"Answer {number}") for number in range(ASKED)]
    asked = [f"{text} {{answer_{index % ASKED}}}" for index, text in enumerate(clauses)]
    document = docx_of_text("\n\n".join(asked))
    values = {field.name: "Cirrus Hosting GmbH" for field in fields}
    beside = f"{ASKED} questions, {len(clauses)} placeholders"
    taken = seconds(lambda: check_template(document, fields, {}))
    table.add(f"template checked, {pages} pages", taken * 1000, "ms", beside)
    taken = seconds(lambda: fill(document, values, {"selections": [], "replacements": {}}))
    table.add(f"draft from template, {pages} pages", taken * 1000, "ms", beside)


def _draft(table: Table, pages: int, base: bytes) -> None:
    clauses = [
        DraftText(each.position, each.number, each.heading, (each.text[len(each.head) :],), each.level)
        for each in standing(open_word(base))
    ]
    changed = [_reworded(clause) if index % 5 == 0 else clause for index, clause in enumerate(clauses)]
    taken = seconds(lambda: write_draft(base, changed))
    beside = f"{len(clauses)} clauses, every fifth reworded; in a process of its own"
    table.add(f"draft written as Word file, {pages} pages", taken * 1000, "ms", beside)


def _reworded(clause: DraftText) -> DraftText:
    return replace(clause, paragraphs=tuple(words.replace(" the ", " every single ") for words in clause.paragraphs))


def _answer(table: Table, pages: int, old: bytes, new: bytes) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    answer = redline(old, new, author="Cirrus", at=at, programs=programs())
    found = []
    taken = seconds(lambda: found.append(read_changes(answer)))
    beside = f"{len(found[0].changes)} tracked changes; in a process of its own"
    table.add(f"tracked changes read, {pages} pages", taken * 1000, "ms", beside)
