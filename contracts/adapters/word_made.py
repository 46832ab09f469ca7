"""New paragraphs of a Word file, made to look like those that stand beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.adapters.parts import W
from contracts.adapters.word_blocks import Located
from contracts.adapters.word_clauses import DraftText, Standing, numbered, without_automatic
from contracts.adapters.word_units import lines_of
from contracts.adapters.word_words import append_run, readable, run_properties

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# Of a paragraph's properties: what belongs to that one paragraph.
OWN = tuple(W + name for name in ("sectPr", "pPrChange", "framePr"))
# In the order in which a paragraph's properties have to stand, what comes before its numbering.
BEFORE_NUMBERING = tuple(
    W + name for name in ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl")
)
# And what comes behind its outline level.
BEHIND_OUTLINE = tuple(W + name for name in ("divId", "cnfStyle", "rPr", "sectPr", "pPrChange"))
MAX_OUTLINE = 9


@dataclass(frozen=True, slots=True)
class Look:
    """How a clause of the base is written: copies of the properties of its first paragraph and of one of its words'
    paragraphs, and of its runs. `lead` is what stands before its heading or words, `after` what follows the heading."""

    clause: Standing
    first: Element | None
    body: Element | None
    lead: str
    after: str
    of_lead: Element | None = None
    of_heading: Element | None = None
    of_words: Element | None = None
    of_body: Element | None = None


def look_of(clause: Standing) -> Look:
    blocks = [block for block in clause.blocks if block.kind == "p"]
    if not blocks or blocks[0] is not clause.blocks[0]:
        return Look(clause, None, None, "", "")
    first, rest = blocks[0], [block for block in blocks[1:] if not block.automatic]
    body = rest[0] if rest else None
    head = clause.head[len(first.automatic) :] if clause.head.startswith(first.automatic) else clause.head
    at = head.find(clause.heading[:200]) if clause.heading else -1
    lead, after = (head[:at], head[at + len(clause.heading) :]) if at >= 0 else (head, "")
    return Look(
        clause,
        _properties(first.element),
        _properties(body.element) if body else None,
        lead,
        after,
        of_lead=_copy(run_properties(first.element, 0)),
        of_heading=_copy(run_properties(first.element, max(at, 0) + 1)),
        of_words=_copy(run_properties(first.element, 10**9)),
        of_body=_copy(run_properties(body.element, 10**9)) if body else None,
    )


def _copy(element: Element | None) -> Element | None:
    return None if element is None else deepcopy(element)


def _properties(paragraph: Element) -> Element:
    """A copy of the paragraph's properties without what belongs to it alone; empty ones where it has none."""
    found = paragraph.find(W + "pPr")
    copied: Element = paragraph.makeelement(W + "pPr") if found is None else deepcopy(found)
    for child in [child for child in copied if child.tag in OWN]:
        copied.remove(child)
    for marks in copied.findall(W + "rPr"):
        for child in [child for child in marks if child.tag in (W + "ins", W + "del")]:
            marks.remove(child)
    return copied


def _paragraph(near: Element, properties: Element | None) -> Element:
    paragraph: Element = near.makeelement(W + "p")
    if properties is not None:
        paragraph.append(deepcopy(properties))
    return paragraph


def clause_paragraphs(
    near: Element, draft: DraftText, look: Look | None, looks: Sequence[Look]
) -> Iterator[tuple[Element, str]]:
    """The paragraphs of a new clause, each with the words that it holds."""
    lines = [line for paragraph in draft.paragraphs for line in lines_of(paragraph)]
    heading = readable(draft.heading).replace("\n", " ")
    if look is None or look.first is None:
        look = Look(Standing(-1, "", "", draft.level, []), near.makeelement(W + "pPr"), None, "", "")
    lead = _lead(look, draft)
    is_run_in = bool(heading and lines) and bool(look.clause.heading) and not look.clause.has_own_line
    pieces = [(lead, look.of_lead)]
    if heading:
        pieces.append((heading, look.of_lead if look.of_heading is None else look.of_heading))
    if is_run_in:
        pieces.append(((look.after or ". ") + lines.pop(0), look.of_words))
    elif not heading and lines:
        pieces.append((lines.pop(0), look.of_words))
    if any(words.strip() for words, _ in pieces):
        yield _first(near, look, pieces, is_numbered=bool(draft.number))
    for line in lines:
        paragraph, runs = _body_look(near, look, looks)
        append_run(paragraph, line, runs)
        yield paragraph, line


def _first(
    near: Element, look: Look, pieces: Sequence[tuple[str, Element | None]], *, is_numbered: bool
) -> tuple[Element, str]:
    paragraph = _paragraph(near, look.first)
    for words, runs in pieces:
        append_run(paragraph, words, runs)
    if look.clause.is_automatic and not is_numbered:
        set_numbering(paragraph, is_on=False)
    return paragraph, "".join(words for words, _ in pieces)


def _lead(look: Look, draft: DraftText) -> str:
    """The typed number with what stands behind it; nothing where Word counts."""
    if look.clause.is_automatic or not draft.number:
        return ""
    if not look.clause.number or not look.lead.strip():
        return f"{draft.number} "
    lead = numbered(look.lead, look.clause.number, draft.number).replace("\n", " ")
    return lead if lead[-1:].isspace() else f"{lead} "


def _body_look(near: Element, look: Look, looks: Sequence[Look]) -> tuple[Element, Element | None]:
    """A paragraph for words below a heading, and how its runs look."""
    found = look if look.body is not None else _nearest_body(look, looks)
    if found is not None:
        return _paragraph(near, found.body), found.of_body
    paragraph = _paragraph(near, look.first)
    set_numbering(paragraph, is_on=False)
    if look.clause.has_own_line:
        _drop_style(paragraph)
        return paragraph, None
    return paragraph, look.of_words


def _nearest_body(look: Look, looks: Sequence[Look]) -> Look | None:
    found = [each for each in looks if each.body is not None]
    position, level = look.clause.position, look.clause.level
    return min(found, key=lambda each: (each.clause.level != level, abs(each.clause.position - position)), default=None)


def body_paragraph(near: Element, line: str, clause: Standing, looks: Sequence[Look]) -> tuple[Element, str]:
    """A new line among a clause's words, and what it holds itself: of a list, Word counts it."""
    listed = next((block for block in reversed(clause.blocks[1:]) if _lists(block, line)), None)
    if listed is not None:
        paragraph = _paragraph(near, _properties(listed.element))
        words = without_automatic(line, listed.automatic) or line
        append_run(paragraph, words, run_properties(listed.element, 10**9))
        return paragraph, words
    look = next((each for each in looks if each.clause is clause), None) or look_of(clause)
    paragraph, runs = _body_look(near, look, looks)
    append_run(paragraph, line, runs)
    return paragraph, line


def _lists(block: Located, line: str) -> bool:
    return block.kind == "p" and bool(block.automatic) and bool(without_automatic(line, block.automatic))


def _properties_of(paragraph: Element) -> Element:
    """Those that it has, or empty ones made for it."""
    found = paragraph.find(W + "pPr")
    if found is None:
        found = paragraph.makeelement(W + "pPr")
        paragraph.insert(0, found)
    return found


def set_numbering(paragraph: Element, *, is_on: bool) -> None:
    """Word counts the paragraph no longer, whatever its style says; or as its style says again."""
    properties = _properties_of(paragraph)
    for child in properties.findall(W + "numPr"):
        properties.remove(child)
    if is_on:
        return
    numbering = properties.makeelement(W + "numPr")
    number = numbering.makeelement(W + "numId")
    number.set(W + "val", "0")
    numbering.append(number)
    at = sum(1 for child in properties if child.tag in BEFORE_NUMBERING)
    properties.insert(at, numbering)


def set_outline(paragraph: Element, level: int) -> None:
    """The paragraph is a heading of this level, however it looks: Word lists it in its outline."""
    properties = _properties_of(paragraph)
    for child in properties.findall(W + "outlineLvl"):
        properties.remove(child)
    outline = properties.makeelement(W + "outlineLvl")
    outline.set(W + "val", str(min(max(level, 1), MAX_OUTLINE) - 1))
    at = next((at for at, child in enumerate(properties) if child.tag in BEHIND_OUTLINE), len(properties))
    properties.insert(at, outline)


def _drop_style(paragraph: Element) -> None:
    properties = paragraph.find(W + "pPr")
    for child in list(properties) if properties is not None else []:
        if child.tag in (W + "pStyle", W + "outlineLvl", W + "keepNext", W + "rPr"):
            child.getparent().remove(child)  # type: ignore[union-attr]


def take_level(clause: Standing, level: int, looks: Sequence[Look]) -> None:
    """The clause's first paragraph looks like one of its new level, where Word counts both or neither."""
    found = [each for each in looks if each.clause.level == level and each.first is not None]
    alike = [each for each in found if each.clause.is_automatic == clause.is_automatic]
    near = min(alike, key=lambda each: abs(each.clause.position - clause.position), default=None)
    first = clause.blocks[0]
    if near is None or near.first is None or first.kind != "p":
        return
    properties = first.element.find(W + "pPr")
    own = [child for child in properties if child.tag in OWN] if properties is not None else []
    if properties is not None:
        first.element.remove(properties)
    taken = deepcopy(near.first)
    taken.extend(own)
    first.element.insert(0, taken)
