"""What belongs to an option besides the line with its box: it comes and goes with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from contracts.adapters.word_paragraphs import qn, remove_paragraph, replace_span, text_of

MARK = re.compile(r"\s*(?:\[\s*[xX]?\s*\]|\(\s*[xX]?\s*\)|[☐☒☑])\s*")
PART = re.compile(r"\{(?:IF|FOR|END-IF|END-FOR)\b[^{}]*\}")
_NOTE = re.compile(r"\s*\[+\s*drafting note\b", re.IGNORECASE)
_LITTLE = 60  # twentieths of a point that nobody sees
_MOST = 6  # lines between two options that no table cell holds together, at most


def bodies_of(places: Sequence[Any], *, is_one: bool) -> dict[Any, list[Any]]:
    """Paragraphs and tables by the option that they belong to. `places` are the lines of a group's options; `is_one`
    where one of them is chosen.

    To an option belongs what stands deeper right below it. Where one of several is chosen, so does what stands between
    its line and the next option's; and, where all others have such words, the only line below the last option.
    """
    lines = [place for place in places if place is not None and MARK.match(text_of(place))]
    found = {line: _deeper(line) for line in lines}
    if is_one and len(lines) > 1:
        for line in lines:
            found[line] = _between(line, lines) or found[line]
        last = max(lines, key=lambda line: line.getparent().index(line))
        _find_last(last, found)
    return found


def remove_all(elements: Sequence[Any]) -> None:
    for each in elements:
        if each.tag == qn("p"):
            remove_option(each)
        elif each.getparent() is not None and not _open_parts("".join(map(text_of, each.iter(qn("p"))))):
            each.getparent().remove(each)


def remove_option(paragraph: Any) -> None:
    """The paragraph is gone, but for the end of an optional part that began before it, or the beginning of one that
    ends behind it."""
    text = text_of(paragraph)
    if _open_parts(text):
        replace_span(paragraph, 0, len(text), "".join(PART.findall(text)))
    else:
        remove_paragraph(paragraph)


def _open_parts(text: str) -> int:
    return sum(-1 if part.startswith("{END") else 1 for part in PART.findall(text))


def _below(line: Any) -> list[Any]:
    return [each for each in line.itersiblings() if each.tag in (qn("p"), qn("tbl"))]


def _deeper(line: Any) -> list[Any]:
    """What is right below, up to the last line that is deeper; a table among it where the words before lead to it, and
    boxes where any words do: without, they may be options beside this one that are out of line."""
    kept: list[Any] = []
    waiting: list[Any] = []
    lead = text_of(line)
    is_led = lead.rstrip().endswith(":")
    for each in _below(line):
        waiting.append(each)
        text = text_of(each) if each.tag == qn("p") else ""
        if each.tag == qn("tbl"):
            is_own = lead.rstrip().endswith(":")
        elif not text.strip() or _NOTE.match(text):
            continue
        elif _is_deeper(each, line) and (is_led or not _is_box(each)):
            is_own, lead = True, text
            is_led = is_led or text.rstrip().endswith(":")
        else:
            break
        if is_own:
            kept += waiting
            waiting = []
        elif each.tag != qn("tbl"):
            break
    return kept


def _between(line: Any, lines: Sequence[Any]) -> list[Any]:
    """What stands between the option and the next; nothing where another's box does, where it leads to
    the next, or where it is too much."""
    below = _below(line)
    after = [below.index(other) for other in lines if other in below]
    if not after:
        return []
    between = below[: min(after)]
    said = [each for each in between if each.tag == qn("tbl") or text_of(each).strip()]
    is_others = any(_is_box(each) and not _is_deeper(each, line) for each in said)
    is_lead = bool(said) and said[-1].tag == qn("p") and text_of(said[-1]).rstrip().endswith(":")
    is_far = line.getparent().tag != qn("tc") and len(said) > _MOST
    return between if said and not (is_others or is_lead or is_far) else []


def _find_last(last: Any, found: dict[Any, list[Any]]) -> None:
    others = [body for line, body in found.items() if line is not last]
    parents = {line.getparent() for line in found}
    said = [each for each in _below(last) if each.tag == qn("tbl") or text_of(each).strip()]
    if found[last] or len(parents) > 1 or last.getparent().tag != qn("tc") or len(said) != 1:
        return
    worded = [[each for each in body if each.tag == qn("p") and text_of(each).strip()] for body in others]
    is_alike = all(body and _indent(body[-1]) == _indent(said[0]) for body in worded)
    if said[0].tag == qn("p") and not _is_box(said[0]) and is_alike:
        found[last] = [each for each in _below(last) if each is said[0] or each in said[0].itersiblings(preceding=True)]


def _is_box(each: Any) -> bool:
    return each.tag == qn("p") and MARK.match(text_of(each)) is not None


def _is_deeper(paragraph: Any, line: Any) -> bool:
    """By the indents that both have themselves; those of lists and of other styles are not compared."""
    if _style(paragraph) != _style(line) or any(
        each.find(f".//{qn('numPr')}") is not None for each in (paragraph, line)
    ):
        return False
    return _indent(paragraph) > _indent(line) + _LITTLE


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{qn('pPr')}/{qn('pStyle')}")
    return "" if style is None else str(style.get(qn("val"), ""))


def _indent(paragraph: Any) -> int:
    """Where the first line begins."""
    indent = paragraph.find(f"{qn('pPr')}/{qn('ind')}")
    if indent is None:
        return 0
    left, first, hanging = (_number(indent.get(qn(name))) for name in ("left", "firstLine", "hanging"))
    return (left or _number(indent.get(qn("start")))) + first - hanging


def _number(value: str | None) -> int:
    return int(value) if value and value.lstrip("-").isdigit() else 0
