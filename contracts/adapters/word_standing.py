"""Where each answer will stand: the titles of the rows and headings of a Word template, and what answers decide."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docx import Document

from contracts.adapters import word_drafting, word_fitting
from contracts.adapters.word_bodies import MARK
from contracts.adapters.word_fitting import BOX
from contracts.adapters.word_paragraphs import qn, roots_of, text_of
from contracts.adapters.word_spots import is_heading, shown, title_of
from contracts.adapters.word_template import DISPLAY, TOKEN
from contracts.engine.open_blanks import OTHER
from contracts.engine.questionnaire import Field
from contracts.engine.standing import BEGINNING, MARGIN, Standing

_NUMBER = re.compile(r"\A(?:(?:section|article)\s+)?(?:\d+(?:\.\d+)*[.):]?|(?:[A-Z]|[IVXLC]+)[.):])\s+", re.IGNORECASE)
_SIGNS = re.compile(r"[☐☒☑*]\s*|\A\W+")
# The title and company of who signs are said of an entity alone: see `word_template.fill`.
_OF_ENTITY = re.compile(r"(?P<owner>\w+)_(?:title|company)_display")
_RUN_IN = re.compile(r"\s*(?:\d+(?:\.\d+)*[.)]?\s+)?(?P<title>[A-Z][^.:{}\[\]\n]{2,60})[.:]\s")


def standing_in(
    content: bytes, fields: Sequence[Field], rules: Mapping[str, Any], blanks: Sequence[Mapping[str, Any]]
) -> Standing:
    """Where the answers to `fields` stand; `blanks` are the places of those that the document itself asks for."""
    names = {field.name for field in fields}
    titles: dict[str, dict[str, None]] = {}
    deciding = {field.condition.field for field in fields if field.condition}
    groups = rules.get("selections", ())
    deciding |= {option["field"] for group in groups for option in group["options"]} & names
    for number, root in enumerate(roots_of(Document(io.BytesIO(content)))):
        word_drafting.replace_words(root, rules.get("replacements", {}))
        own = [blank for blank in blanks if blank["root"] == number]
        ticked = _ticked(root, own, groups)
        word_fitting.put(word_fitting.fitting(root, dict.fromkeys(names, ""), own))
        word_drafting.remove_drafting_words(root)
        for paragraph, title in _titled(root):
            tokens = list(TOKEN.finditer(text_of(paragraph)))
            deciding |= {match["condition"] for match in tokens if match["if"]} & names
            deciding |= {f"{each['owner']}_type" for each in _OF_ENTITY.finditer(text_of(paragraph))} & names
            said = [match["list"] or (match["name"] or "").removesuffix(DISPLAY) for match in tokens]
            for name in [*said, *ticked.get(paragraph, ())]:
                if name in names:
                    titles.setdefault(name, {})[MARGIN if number else title] = None
    return Standing({name: tuple(found) for name, found in titles.items()}, frozenset(deciding))


def _ticked(
    root: Any, blanks: Sequence[Mapping[str, Any]], groups: Sequence[Mapping[str, Any]]
) -> dict[Any, list[str]]:
    """The questions whose answers tick a box of a paragraph, or keep it."""
    paragraphs = list(root.iter(qn("p")))
    found: dict[Any, list[str]] = {}
    for blank in blanks:
        if blank["kind"] == BOX and blank["paragraph"] < len(paragraphs):
            found.setdefault(paragraphs[blank["paragraph"]], []).append(blank["name"])
    for group, places in word_drafting.found_options(root, groups):
        for option, paragraph in zip(group["options"], places, strict=True):
            if paragraph is not None and option["field"]:
                found.setdefault(paragraph, []).append(option["field"])
    return found


def _titled(root: Any) -> Iterator[tuple[Any, str]]:
    """Each paragraph with the title of its row, else the title that it begins with, else the heading above it."""
    heading = BEGINNING
    for paragraph in root.iter(qn("p")):
        text = text_of(paragraph)
        if text.strip() and not MARK.match(text) and is_heading(paragraph, text):
            heading = _clean(text) or heading
        yield paragraph, _clean(title_of(paragraph)) or _run_in(text) or heading


def _clean(title: str) -> str:
    words = " ".join(_SIGNS.sub("", shown(title)).split())
    return _NUMBER.sub("", words).rstrip(f" .:{OTHER}")[:80]


def _run_in(text: str) -> str:
    match = _RUN_IN.match(text)
    words = match["title"].split() if match else []
    return match["title"].strip() if match and words and _is_title(words) else ""


def _is_title(words: Sequence[str]) -> bool:
    """At most six words, the long ones with capitals."""
    return len(words) <= 6 and all(word[0].isupper() for word in words if len(word) > 3)
