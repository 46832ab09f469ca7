"""What a template says to whoever drafts: words to put right, options to choose from, notes and blanks to remove."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.adapters import word_fitting
from contracts.adapters.word_bodies import MARK, bodies_of, remove_all
from contracts.adapters.word_paragraphs import qn, remove_paragraph, replace_span, text_of

# Instructions in brackets, by how they begin in the templates of Common Paper; some run over paragraphs.
_BEGIN = r"\[+\s*(?:drafting note|describe|insert|enter a|fill in|for example|customize|attach|if required by law)\b"
NOTE = re.compile(_BEGIN + r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]+", re.IGNORECASE)
OPEN_NOTE = re.compile(_BEGIN + r"[^\[\]]*\Z", re.IGNORECASE)
# What is filled in a marker, or is to be filled in the document; and the words of a marker that tell it without.
_OPEN = re.compile(r"\{[a-z]\w*\}|\[[\s#_$]*\]|_{3,}")
ENOUGH = 2
# A bracket that was closed behind a field and never opened.
STRAY = re.compile(r"(?<=\})\s*\]+")
BLANK = re.compile(r"\[\s*(?:#|\$?_+)?\s*\]")
# Sample wording that may be changed stands in brackets: as it stands it is taken, without them.
SAMPLE = re.compile(r"\[+\s*([^\[\]]{20,}?)\s*\]+(?!\()")
COMMENT = re.compile(r"<!--.*?-->")


def replace_words(root: Any, replacements: Mapping[str, str]) -> None:
    """Each text becomes the other wherever it stands, longer ones first; a bare blank only where the other fits."""
    for old in sorted(replacements, key=len, reverse=True):
        if word_fitting.BARE.match(old):
            word_fitting.put_bare(root, old, replacements[old])
            continue
        for paragraph in _paragraphs(root):
            _replace_all(paragraph, old, replacements[old])


def _replace_all(paragraph: Any, old: str, new: str) -> None:
    at = text_of(paragraph).find(old)
    while at >= 0:
        replace_span(paragraph, at, at + len(old), new)
        at = text_of(paragraph).find(old, at + len(new))


def found_options(root: Any, groups: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[Any]]]:
    """Each group with the paragraph of each of its options, None where there is none."""
    taken: set[Any] = set()
    said: dict[Any, str] = {}
    found = [(group, _places(root, group, taken, said)) for group in groups]
    for group, places in found:
        _find_default(group["options"], places, taken)
    return found


def _find_default(options: Sequence[Mapping[str, Any]], places: list[Any], taken: set[Any]) -> None:
    """The option that is taken where no other is may read otherwise than its marker: it is the only box beside the
    others that no option has."""
    missing = [at for at, option in enumerate(options) if not option["field"] and places[at] is None]
    others = [paragraph for paragraph in places if paragraph is not None]
    if len(missing) != 1 or not others:
        return
    beside = [each for each in others[0].getparent().iterchildren(qn("p")) if each not in taken]
    boxed = [each for each in beside if (match := MARK.match(text_of(each))) and match.end() < len(text_of(each))]
    if len(boxed) == 1:
        places[missing[0]] = boxed[0]
        taken.add(boxed[0])


def choose(root: Any, groups: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> None:
    """Of every group the chosen options stay, with a ticked box where they had one; the others are removed, each with
    what belongs to it."""
    found = [(group, places, option_bodies(group, places)) for group, places in found_options(root, groups)]
    for group, places, bodies in found:
        options: Sequence[Mapping[str, Any]] = group["options"]
        chosen = [_is_chosen(option, values) for option in options]
        is_other = any(chosen)
        for option, is_chosen, paragraph in zip(options, chosen, places, strict=True):
            if paragraph is None:
                continue
            if is_chosen or (not option["field"] and not is_other):
                _tick(paragraph, word_fitting.TICKED)
            else:
                remove_all([paragraph, *bodies.get(paragraph, [])])


def option_bodies(group: Mapping[str, Any], places: Sequence[Any]) -> dict[Any, list[Any]]:
    return bodies_of(places, is_one=group.get("type") == "radio")


def _is_chosen(option: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    if not option["field"]:
        return False
    value = values.get(option["field"])
    wanted = option.get("equals")
    return bool(value) if wanted is None else value == wanted


def _places(root: Any, group: Mapping[str, Any], taken: set[Any], said: dict[Any, str]) -> list[Any]:
    """The paragraph of each option in order, None where there is none: the longest markers look first, and an exact
    reading goes before a beginning, a beginning before words in the middle."""
    free = [paragraph for paragraph in _candidates(root, group["cell"]) if paragraph not in taken]
    said.update((paragraph, _plain(text_of(paragraph))) for paragraph in free if paragraph not in said)
    markers = [_plain(option["marker"]) for option in group["options"]]
    found: dict[int, Any] = {}
    for index in sorted(range(len(markers)), key=lambda index: -len(markers[index])):
        paragraph = _first(free, markers[index], said)
        if paragraph is not None:
            found[index] = paragraph
            free.remove(paragraph)
            taken.add(paragraph)
    return [found.get(index) for index in range(len(markers))]


def _first(free: Sequence[Any], marker: str, said: Mapping[Any, str]) -> Any:
    """A marker that names an answer where the document has a blank is looked for by its words, where it has enough."""
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for paragraph in free:
            if fits(said[paragraph], marker):
                return paragraph
    bare = _OPEN.sub("", marker)
    if bare == marker or len(re.findall(r"[^\W\d_]{3,}", bare)) < ENOUGH:
        return None
    return next((paragraph for paragraph in free if _OPEN.sub("", said[paragraph]).startswith(bare)), None)


def _plain(text: str) -> str:
    """Without the box before it; one apostrophe is as good as another."""
    text = text.replace("’", "'").replace("‘", "'")
    return " ".join(MARK.sub("", text, count=1).split()) if MARK.match(text) else " ".join(text.split())


def _candidates(root: Any, context: str) -> list[Any]:
    """Paragraphs, or those of the table cells (or rows) that say `context`."""
    if not context:
        return _paragraphs(root)
    cells = [cell for cell in root.iter(qn("tc")) if context in _all_text(cell)]
    return [paragraph for cell in cells for paragraph in cell.iter(qn("p"))]


def _all_text(part: Any) -> str:
    return "".join(text.text or "" for text in part.iter(qn("t")))


def _tick(paragraph: Any, box: str) -> None:
    match = MARK.match(text_of(paragraph))
    if match:
        replace_span(paragraph, match.start(), match.end(), box)


def remove_drafting_words(root: Any) -> None:
    """No note or bracket that speaks to whoever drafts is left; boxes that nobody chose are drawn as boxes, and a blank
    for which there is no question will be an empty line."""
    _remove_enclosed(root, re.compile("<!--"), "-->", COMMENT)
    _remove_enclosed(root, OPEN_NOTE, "]", NOTE)
    for paragraph in _paragraphs(root):
        _sub_marks(paragraph)
        _sub(paragraph, BLANK, word_fitting.UNASKED)
        if text_of(paragraph).count("]") > text_of(paragraph).count("["):
            _sub(paragraph, STRAY, "")
        _unwrap(paragraph)


def _remove_enclosed(root: Any, opening: re.Pattern[str], closing: str, whole: re.Pattern[str]) -> None:
    """What stands between two marks goes, within paragraphs (`whole`) and over them; so does a paragraph of that alone.
    What is never closed goes no further than its own paragraph."""
    paragraphs = _paragraphs(root)
    end = -1
    for index, paragraph in enumerate(paragraphs):
        had = bool(text_of(paragraph).strip())
        if index <= end:
            text = text_of(paragraph)
            replace_span(paragraph, 0, text.find(closing) + len(closing) if index == end else len(text), "")
        _sub(paragraph, whole, "")
        begins = opening.search(text_of(paragraph)) if index >= end else None
        if begins:
            end = _closed_at(paragraphs, index, closing)
            replace_span(paragraph, begins.start(), len(text_of(paragraph)), "")
        if had and not text_of(paragraph).strip():
            remove_paragraph(paragraph)


def _closed_at(paragraphs: Sequence[Any], index: int, closing: str) -> int:
    """The next paragraph that closes, or `index` where none does."""
    later = range(index + 1, len(paragraphs))
    return next((place for place in later if closing in text_of(paragraphs[place])), index)


def _sub(paragraph: Any, pattern: re.Pattern[str], words: str) -> None:
    for match in reversed(list(pattern.finditer(text_of(paragraph)))):
        replace_span(paragraph, match.start(), match.end(), words)


def _sub_marks(paragraph: Any) -> None:
    text = text_of(paragraph)
    match = MARK.match(text)
    if match and match.group().strip()[0] in "[(" and match.end() < len(text):
        is_ticked = "x" in match.group().lower()
        replace_span(paragraph, match.start(), match.end(), word_fitting.TICKED if is_ticked else word_fitting.EMPTY)


def _unwrap(paragraph: Any) -> None:
    for match in reversed(list(SAMPLE.finditer(text_of(paragraph)))):
        if match.end() > match.end(1):
            replace_span(paragraph, match.end(1), match.end(), "")
        if match.start(1) > match.start():
            replace_span(paragraph, match.start(), match.start(1), "")


def _paragraphs(root: Any) -> list[Any]:
    return list(root.iter(qn("p")))
