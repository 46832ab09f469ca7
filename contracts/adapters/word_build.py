"""A Word file written anew from the clauses of a draft: what was not changed stays as it is, to the paragraph."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING

from clm.documents.extraction.styles import read_styles
from contracts.adapters.parts import W
from contracts.adapters.word_blocks import Located, WordFile, open_word
from contracts.adapters.word_clauses import (
    DraftText,
    Item,
    OriginText,
    Standing,
    items_of,
    new_text,
    standing,
)
from contracts.adapters.word_looks import put_marks
from contracts.adapters.word_made import (
    Look,
    body_paragraph,
    clause_paragraphs,
    look_of,
    set_numbering,
    set_outline,
    take_level,
)
from contracts.adapters.word_moving import Places
from contracts.adapters.word_remarks import starts_of
from contracts.adapters.word_rows import cell_count, new_row, notes_in, rewrite_note, rewrite_paragraph, rewrite_row
from contracts.adapters.word_tables import fit_columns, new_table
from contracts.adapters.word_units import cells_in, lines_of, table_of
from contracts.adapters.word_words import readable, rewrite
from contracts.engine.compare import longest_rising
from contracts.engine.outline import outline

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_HEADING_STYLE = 9
# How often a file is written until its words come back: the last time with every clause in plain paragraphs.
ATTEMPTS = 7
OTHER_MODELS = 3
TYPED = -1


def built(
    base: bytes | None,
    clauses: Sequence[DraftText],
    origins: Sequence[OriginText] = (),
    told: list[str] | None = None,
) -> bytes:
    """The base with its clauses as the draft has them, or a file made of the clauses alone where there is no base.

    A clause whose words would not come back exactly as they were written stands in paragraphs of its own, without its
    tables; a new one that Word would count otherwise than the draft looks like another, or has its number typed. A
    heading that would be read as words of the clause before it is named a heading. `told` is told which clauses could
    not be kept as they look.
    """
    if base is None:
        return from_nothing(clauses)
    plain: set[int] = set()
    models: dict[int, int] = {}
    for attempt in range(ATTEMPTS):
        writing = Writing(open_word(base), list(clauses), origins, plain=frozenset(plain), models=models)
        expected = writing.run()
        made = writing.file.as_bytes()
        located = open_word(made).located
        wrong = _unlike(writing, expected, located)
        miscounted = set() if wrong else _miscounted(writing, located)
        if not wrong and not miscounted:
            break
        is_last = attempt >= ATTEMPTS - 2
        grown = writing.beside(wrong | {each + by for each in wrong & plain for by in (-1, 1)})
        plain |= set(range(len(clauses))) if wrong and is_last else grown
        for place in miscounted:
            before = models.get(place, 0)
            models[place] = before + 1 if 0 <= before < OTHER_MODELS and not is_last else TYPED
    if told is not None:
        told += [_name(clauses[place]) for place in sorted(plain) if clauses[place].origin is not None]
    return writing.file.as_bytes() if _name_headings(writing, located) else made


def _name(clause: DraftText) -> str:
    return clause.number or clause.heading or " ".join(clause.paragraphs)[:60]


def _unlike(writing: Writing, expected: Sequence[str], located: Sequence[Located]) -> set[int]:
    """The clauses, by place, whose lines do not come back as they were written."""
    places = [place for place in range(len(writing.drafts)) for _ in writing.lines[place]]
    got = [line for each in located for line in lines_of(each.words)]
    if got == list(expected):
        return set()
    found: set[int] = set()
    for kind, i1, i2, _j1, _j2 in SequenceMatcher(None, list(expected), got, autojunk=False).get_opcodes():
        if kind != "equal":
            found |= set(places[i1:i2] or places[max(i1 - 1, 0) : i1 + 1])
    return found


def _miscounted(writing: Writing, located: Sequence[Located]) -> set[int]:
    """The new clauses, by place, before which Word writes another number than the draft shows."""
    places = [place for place in range(len(writing.drafts)) for _ in writing.lines[place]]
    found: set[int] = set()
    at, seen = 0, set[int]()
    for each in located:
        place = places[at] if at < len(places) else -1
        at += len(lines_of(each.words))
        draft = writing.drafts[place]
        is_counted = bool(each.block.number) and draft.origin is None and bool(draft.number)
        if place not in seen and is_counted and not _same_number(draft.number, each.block.number or ""):
            found.add(place)
        seen.add(place)
    return found


def _name_headings(writing: Writing, located: Sequence[Located]) -> bool:
    """Headings without a number that begin no clause as the file is read, such as a cover's title where it is no longer
    the first line, are headings by their outline level from now on; whether there were any."""
    begins = {clause.start for clause in outline([each.block for each in located])}
    places = [place for place in range(len(writing.drafts)) for _ in writing.lines[place]]
    seen: set[int] = set()
    found: set[int] = set()
    at = 0
    for start, each in starts_of(located):
        own = places[at : at + len(lines_of(each.words))]
        at += len(own)
        draft = writing.drafts[own[0]] if own else None
        if draft is not None and own[0] not in seen and start not in begins and draft.heading and not draft.number:
            found.add(own[0])
        seen.update(own)
    headings = [(writing.elements[place][0], writing.drafts[place].level) for place in sorted(found)]
    for element, level in headings:
        if element.tag == W + "p":
            set_outline(element, level)
    return bool(headings)


def _same_number(shown: str, printed: str) -> bool:
    """Word may print "Section 3.2." for 3.2, and "(a)" for 3.2(a)."""
    one, other = (re.findall(r"[a-z]+|[0-9]+", each.lower()) for each in (shown, printed))
    if one == other or not one or not other:
        return True
    is_part = printed.lstrip().startswith("(") and one[-len(other) :] == other
    return is_part or (not other[0].isdigit() and other[-len(one) :] == one)


def read_lines(docx: bytes) -> list[str]:
    """The lines as they read, without those numbers that Word writes itself."""
    return [line for each in open_word(docx).located for line in lines_of(each.words)]


@dataclass(slots=True)
class Writing:
    """The file, the clauses as they stand in it, and what each is to become."""

    file: WordFile
    drafts: list[DraftText]
    origins: Sequence[OriginText]
    # Clauses that are written in plain paragraphs, and which of its models a new one looks like, by place.
    plain: frozenset[int] = frozenset()
    models: Mapping[int, int] = field(default_factory=dict)
    clauses: list[Standing] = field(default_factory=list)
    # What the clause of a draft consists of now, by its place in the draft.
    elements: dict[int, list[Element]] = field(default_factory=dict)
    lines: dict[int, list[str]] = field(default_factory=dict)

    def run(self) -> list[str]:
        """The file is changed in place; answers the lines that it is to read as, without Word's own numbers."""
        self.clauses = standing(self.file, self.origins)
        looks = [look_of(clause) for clause in self.clauses]
        kept = self._kept()
        for place, draft in enumerate(self.drafts):
            if place not in kept:
                self._make(place, draft, looks)
        places = Places(self.file)
        for place, clause in kept.items():
            self._edit(place, clause, looks, places)
        for place, draft in enumerate(self.drafts):
            put_marks(self.elements[place], draft, self.file.styles)
        taken = {clause.position for clause in kept.values()}
        for clause in self.clauses:
            if clause.position not in taken:
                places.remove(clause.blocks, is_whole=True)
        self._order(kept, places)
        places.tidy()
        return [line for place in range(len(self.drafts)) for line in self.lines[place]]

    def _kept(self) -> dict[int, Standing]:
        """The clauses of the base that the draft still has, by place; a clause is taken once."""
        free = {clause.position: clause for clause in self.clauses if clause.blocks}
        found: dict[int, Standing] = {}
        for place, draft in enumerate(self.drafts):
            if draft.origin is not None and draft.origin in free:
                found[place] = free.pop(draft.origin)
        return found

    def _make(self, place: int, draft: DraftText, looks: Sequence[Look]) -> None:
        look = self._model(place, draft, looks)
        made = list(clause_paragraphs(self.file.body, draft, look, looks))
        if self.models.get(place) == TYPED and made:
            (first, words), *rest = made
            set_numbering(first, is_on=False)
            rewrite(first, f"{draft.number} {words}")
            made = [(first, f"{draft.number} {words}"), *rest]
        self.elements[place] = [element for element, _ in made]
        self.lines[place] = [line for _, words in made for line in lines_of(words)]

    def _model(self, place: int, draft: DraftText, looks: Sequence[Look]) -> Look | None:
        """The clause beside it that it is to look like: of its level, counted under the same clause where Word counts,
        and of its build, the nearest, rather before it. The next best are for where Word counts another number."""
        spots = {each.origin: index for index, each in enumerate(self.drafts) if each.origin is not None}
        parent = self._parent(place)

        def unlike(look: Look) -> tuple[bool, bool, bool, bool, int]:
            spot = spots.get(look.clause.position)
            away = (10_000 if spot is None else spot) - place
            far = 2 * abs(away) + (away > 0)
            differs = bool(look.clause.heading) != bool(draft.heading)
            is_elsewhere = look.clause.is_automatic and (spot is None or self._parent(spot) != parent)
            is_unlike = bool(look.clause.number) != bool(draft.number)
            return look.clause.level != draft.level, is_unlike, bool(draft.number) and is_elsewhere, differs, far

        found = sorted((look for look in looks if look.first is not None), key=unlike)
        distinct = list({_counting(look): look for look in reversed(found)}.values())[::-1]
        which = max(self.models.get(place, 0), 0)
        return distinct[which] if 0 < which < len(distinct) else next(iter(found), None)

    def _parent(self, place: int) -> int | None:
        """The clause, by place, that one is below."""
        level = self.drafts[place].level
        return next((each for each in reversed(range(place)) if self.drafts[each].level < level), None)

    def beside(self, places: set[int]) -> set[int]:
        """These clauses, and those that share a table with them: its rows go together."""
        kept = self._kept().items()
        tables = {place: {table_of(each) for each in clause.blocks} - {None} for place, clause in kept}
        shared = [each for place in places for each in tables.get(place, ())]
        found = places | {place for place, own in tables.items() if own & set(shared)}
        return {place for place in found if 0 <= place < len(self.drafts)}

    def _edit(self, place: int, clause: Standing, looks: Sequence[Look], places: Places) -> None:
        draft = self.drafts[place]
        if place in self.plain:
            self._write_plainly(place, clause, looks, places)
            return
        lines = lines_of(new_text(clause, draft))
        items = items_of(clause.blocks, lines, draft.joined_in(lines))
        fit_columns(items, places.held)
        self._write(place, clause, items, looks, places)
        if clause.level != draft.level:
            take_level(clause, draft.level, looks)
        if clause.is_automatic and not draft.number and clause.blocks[0].kind == "p":
            set_numbering(clause.blocks[0].element, is_on=False)

    def _write(
        self, place: int, clause: Standing, items: Sequence[Item], looks: Sequence[Look], places: Places
    ) -> None:
        elements: list[Element] = []
        lines: list[str] = []
        waiting: list[Element] = []
        at = 0
        while at < len(items):
            item, later = items[at], items[at + 1 :]
            last = elements[-1] if elements else None
            model = _model_row(clause, last, item, later) if item.located is None else None
            made: list[Element] = []
            at += 1
            if item.located is not None:
                said = self._rewritten(item)
                places.put_before(item.located.element, waiting)
                elements += [*waiting, item.located.element]
                waiting = []
            elif model is not None:
                row, said = new_row(model, item.text)
                _put_row(row.element, model, last)
                elements.append(row.element)
            elif item.columns:
                rows = [item, *_rest_of_table(item, later)]
                at += len(rows) - 1
                made, new_rows = self._table(rows, last)
                said = "\n".join(each.text for each in rows)
            else:
                element, said = body_paragraph(self.file.body, item.text, clause, looks)
                made, new_rows = [element], [element]
            lines += lines_of(said)
            if made and last is not None:
                places.put_after(last, made, clause.blocks)
                elements += new_rows
            elif made:
                waiting += made
        stays = {id(item.located) for item in items}
        gone = [block for block in clause.blocks if id(block) not in stays]
        places.put_before(clause.blocks[0].element, waiting)
        self._hand_on(clause, stays, places)
        places.remove(gone)
        self.elements[place], self.lines[place] = [*elements, *waiting], lines

    def _write_plainly(self, place: int, clause: Standing, looks: Sequence[Look], places: Places) -> None:
        """New paragraphs where the clause stood, which look like its own; whatever it was is gone."""
        self._make(place, self.drafts[place], [each for each in looks if each.clause is clause] or looks)
        places.put_before(clause.blocks[0].element, self.elements[place])
        places.remove(clause.blocks)

    def _hand_on(self, clause: Standing, stays: set[int], places: Places) -> None:
        """What is shown between the clause's words stays in it."""
        left = [block.element for block in clause.blocks if id(block) in stays]
        for at, block in enumerate(clause.blocks):
            if id(block) not in stays and left:
                before = [each.element for each in clause.blocks[:at] if id(each) in stays]
                places.hand_on(block.element, before[-1] if before else left[0])

    def _table(self, rows: Sequence[Item], before: Element | None) -> tuple[list[Element], list[Element]]:
        """A new table with its rows; behind another one, a paragraph keeps the two apart."""
        beside = next(self.file.body.iter(W + "tbl"), None)
        table, made = new_table(self.file.body, beside, rows)
        is_behind = before is not None and before.tag == W + "tr"
        return [self.file.body.makeelement(W + "p"), table] if is_behind else [table], made

    def _rewritten(self, item: Item) -> str:
        """The block reads as its lines; what it holds itself then."""
        located = item.located
        if located is None:
            return item.text
        if item.lines == lines_of(located.text):
            return located.words
        if located.kind == "tr":
            for kind in notes_in(located):
                self.file.notes[kind].is_changed = True
            return rewrite_row(located, item.text)
        if located.is_note:
            self.file.notes[located.kind].is_changed = True
            rewrite_note(located.element, item.text)
            return item.text
        return rewrite_paragraph(located, item.text)

    def _order(self, kept: dict[int, Standing], places: Places) -> None:
        """Moved clauses stand where the draft has them, new ones between their neighbours."""
        pairs = sorted((clause.position, place) for place, clause in kept.items())
        stayed = {place for _, place in longest_rising(pairs)}
        before: Element | None = None
        for place in range(len(self.drafts)):
            elements = self.elements[place]
            if not elements:
                continue
            if place not in stayed:
                elements = places.gather(elements, kept[place].blocks if place in kept else [])
                following = next((self.elements[each][0] for each in sorted(stayed) if each > place), None)
                if before is None:
                    places.put_first(following, elements)
                else:
                    places.put_behind(before, elements, following)
            before = elements[-1] if elements else before


def _counting(look: Look) -> tuple[str, str]:
    """The list and the style by which Word counts it."""
    first = look.first
    found = [first.find(W + name) if first is not None else None for name in ("pStyle", "numPr/" + W + "numId")]
    style, number = (str(each.get(W + "val", "")) if each is not None else "" for each in found)
    return style, number


def _model_row(clause: Standing, last: Element | None, item: Item, later: Sequence[Item]) -> Located | None:
    """The row that a new one is to look like: it stands between two rows of a table, or beside one with as many cells.
    The nearest before it with as many cells, else the nearest."""
    following = next((each.located for each in later if each.located is not None), None)
    table = next(last.iterancestors(W + "tbl"), None) if last is not None and last.tag == W + "tr" else None
    count = len(cells_in(item.text))
    rows = [block for block in clause.blocks if table is not None and table_of(block) is table]
    alike = [block for block in rows if cell_count(block.element) == count]
    if rows and (table_of(following) is table or (alike and count > 1)):
        return _nearest(alike or rows, last)
    if following is not None and table_of(following) is not None and table_of(following) is not table:
        return following if cell_count(following.element) == count > 1 else None
    return None


def _nearest(rows: Sequence[Located], last: Element | None) -> Located:
    """The last of the rows that stands before or is `last`; the first where none does."""
    before = [each for each in rows if each.element is last or (last is not None and _is_before(each.element, last))]
    return before[-1] if before else rows[0]


def _is_before(element: Element, other: Element) -> bool:
    return any(each is element for each in other.itersiblings(preceding=True))


def _put_row(row: Element, model: Located, last: Element | None) -> None:
    """Behind the last row of its table, else before the row that it looks like."""
    if last is not None and last.tag == W + "tr" and table_of(model) is next(last.iterancestors(W + "tbl"), None):
        last.addnext(row)
    else:
        model.element.addprevious(row)


def _rest_of_table(first: Item, later: Sequence[Item]) -> list[Item]:
    return list(takewhile(lambda each: each.located is None and each.columns == first.columns, later))


def from_nothing(clauses: Sequence[DraftText]) -> bytes:
    """Headings in Word's heading styles by level, numbers typed before them, and paragraphs."""
    from docx import Document

    document = Document()
    styles = read_styles(document.styles.element)
    for clause in clauses:
        made = [document.add_paragraph(text, style=style)._p for style, text in plain_paragraphs(clause)]
        put_marks(made, clause, styles)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def plain_paragraphs(clause: DraftText) -> Iterator[tuple[str, str]]:
    """(style, text) of each paragraph of a clause on its own."""
    lines = [line for paragraph in clause.paragraphs for line in lines_of(paragraph)]
    heading = readable(clause.heading).replace("\n", " ")
    if heading:
        style = f"Heading {min(max(clause.level, 1), MAX_HEADING_STYLE)}"
        yield style, f"{clause.number} {heading}".strip()
    elif clause.number:
        lines = [f"{clause.number} {lines[0]}", *lines[1:]] if lines else [clause.number]
    yield from (("Normal", line) for line in lines)
