"""The lists of two Word files that are to be compared.

A program that writes a file anew, as LibreOffice does, gives its lists other numbers and definitions. The engine takes
them for other lists: it puts a paragraph whose number changed into a copy of the newer list, beside the one that the
paragraphs around it have by their style. Each counts for itself then, and the numbers are wrong, in Word too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from clm.documents.extraction.numbering import integer, value_of
from clm.documents.extraction.styles import Styles, read_styles
from contracts.adapters.parts import W, as_bytes, put_together, take_apart, word_roots

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NUMBER = f"{W}numPr/{W}numId"
DEFINITIONS = W + "numbering"


class _Lists:
    """The paragraphs and styles of a file by the lists that they count in."""

    def __init__(self, docx: bytes) -> None:
        self.parts = take_apart(docx)
        self.roots = dict(word_roots(self.parts))
        self.definitions = self._root(DEFINITIONS)
        self.styles: Styles = read_styles(self._root(W + "styles"))

    def _root(self, tag: str) -> Element | None:
        return next((root for root in self.roots.values() if root.tag == tag), None)

    def by_words(self) -> dict[str, str]:
        """The list of each paragraph whose words stand there once."""
        document = self._root(W + "document")
        paragraphs = list(document.iter(W + "p")) if document is not None else []
        words = ["".join(text.text or "" for text in each.iter(W + "t")).strip() for each in paragraphs]
        count = Counter(words)
        return {said: self._list_of(each) for said, each in zip(words, paragraphs, strict=True) if count[said] == 1}

    def _list_of(self, paragraph: Element) -> str:
        style = self.styles.of(value_of(paragraph, f"{W}pPr/{W}pStyle") or None)
        return _list(value_of(paragraph, f"{W}pPr/{NUMBER}") or style.num_id)

    def by_style(self) -> dict[str, str]:
        return {name: _list(self.styles.of(name).num_id) for name in self.styles.elements}


def _list(number: str | None) -> str:
    """Number 0 is no list: it takes a paragraph out of the one that its style has (ECMA-376 part 1, 17.9.18)."""
    return "" if number is None or integer(number) == 0 else number


def with_lists_of(older: bytes, newer: bytes) -> bytes:
    """The newer file with its paragraphs in the lists of the older one, by the paragraphs and styles that both have;
    lists that are only in the newer file are put beside them."""
    old, new = _Lists(older), _Lists(newer)
    if old.definitions is None or new.definitions is None:
        return newer
    same = dict(_same(old, new))
    definitions = deepcopy(old.definitions)
    for number in new.definitions.iter(W + "num"):
        name = str(number.get(W + "numId"))
        if name not in same:
            same[name] = _added(definitions, new.definitions, number)
    changed: dict[str, bytes] = {}
    for name, root in new.roots.items():
        for stated in root.iter(W + "numId"):
            stated.set(W + "val", same.get(str(stated.get(W + "val")), str(stated.get(W + "val"))))
        changed[name] = as_bytes(definitions if root is new.definitions else root)
    return put_together(new.parts | changed)


def _same(old: _Lists, new: _Lists) -> Iterator[tuple[str, str]]:
    """Each list of the newer file that the older one has too: where most paragraphs say so, or else the styles."""
    found: dict[str, Counter[str]] = {}
    for before, after in ((old.by_words(), new.by_words()), (old.by_style(), new.by_style())):
        counted: dict[str, Counter[str]] = {}
        for key in before.keys() & after.keys():
            if before[key] and after[key]:
                counted.setdefault(after[key], Counter())[before[key]] += 1
        found = counted | found
    for name, among in found.items():
        yield name, max(among, key=lambda each: (among[each], each))


def _added(definitions: Element, source: Element, number: Element) -> str:
    """A list of another file under numbers that are free here; the name that paragraphs call it by."""
    abstract = value_of(number, W + "abstractNumId")
    lists, kinds = list(definitions.iter(W + "num")), list(definitions.iter(W + "abstractNum"))
    name = str(1 + max((integer(str(each.get(W + "numId"))) for each in lists), default=0))
    kind = str(1 + max((integer(str(each.get(W + "abstractNumId"))) for each in kinds), default=0))
    made = deepcopy(number)
    made.set(W + "numId", name)
    for stated in made.iter(W + "abstractNumId"):
        stated.set(W + "val", kind)
    if lists:
        lists[-1].addnext(made)
    else:
        definitions.append(made)
    for each in source.iter(W + "abstractNum"):
        if each.get(W + "abstractNumId") == abstract:
            copied = deepcopy(each)
            copied.set(W + "abstractNumId", kind)
            for picture in list(copied.iter(W + "lvlPicBulletId")):
                picture.getparent().remove(picture)  # type: ignore[union-attr]
            next(definitions.iter(W + "num")).addprevious(copied)
    return name
