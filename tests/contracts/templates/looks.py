"""How a filled template looks beside the template: each paragraph and each run is followed by a mark of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MARK = W + "rsidR"  # says when something was written, to programs alone
# What a document looks like without its words; nothing of it is ours to change.
LOOKS = ("styles.xml", "numbering.xml", "fontTable.xml", "theme/", "media/")


def marked(docx: bytes) -> bytes:
    """The document with a number on each of its paragraphs and runs."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as package, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in package.namelist():
            content = package.read(name)
            if _has_words(name):
                root = etree.fromstring(content)
                for number, part in enumerate(root.iter(W + "p", W + "r"), start=1):
                    part.set(MARK, f"{number:08X}")
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            out.writestr(name, content)
    return made.getvalue()


def other_looks(template: bytes, filled: bytes) -> list[str]:
    """What looks otherwise than in the (marked) template, by part: nothing where all is as it was there."""
    found = []
    with zipfile.ZipFile(io.BytesIO(template)) as before, zipfile.ZipFile(io.BytesIO(filled)) as after:
        names = set(after.namelist())
        for name in sorted(each for each in before.namelist() if not each.endswith("/")):
            if name not in names:
                found.append(f"{name} is gone")
            elif name.startswith(tuple(f"word/{each}" for each in LOOKS)):
                found += [] if _same(name, before.read(name), after.read(name)) else [f"{name} is another"]
            elif _has_words(name):
                found += [f"{name}: {each}" for each in _changed(before.read(name), after.read(name))]
    return found


def _has_words(name: str) -> bool:
    return name.startswith(("word/document", "word/header", "word/footer")) and name.endswith(".xml")


def _same(name: str, before: bytes, after: bytes) -> bool:
    if not name.endswith(".xml"):
        return before == after
    return _plain(etree.fromstring(before)) == _plain(etree.fromstring(after))


def _changed(before: bytes, after: bytes) -> Iterator[str]:
    known, pages = _known(before)
    new = etree.fromstring(after)
    for part in new.iter(W + "p", W + "r"):
        if part.get(MARK) not in known:
            yield f"{_words(part)!r} stands nowhere in the template"
        elif _looks(part) != known[part.get(MARK)]:
            yield f"{_words(part)!r} looks otherwise"
    if [_plain(each) for each in new.iter(W + "sectPr")] != pages:
        yield "another page"


@lru_cache(maxsize=16)
def _known(before: bytes) -> tuple[dict[str, Any], list[Any]]:
    """How each part of the template looks, by its mark, and its pages."""
    old = etree.fromstring(before)
    looks = {part.get(MARK): _looks(part) for part in old.iter(W + "p", W + "r")}
    return looks, [_plain(each) for each in old.iter(W + "sectPr")]


def _looks(part: Any) -> tuple[Any, ...]:
    """Style, numbering, alignment, fonts: all that is set on a paragraph or run, but the light on what is asked."""
    properties = part.find(W + ("pPr" if part.tag == W + "p" else "rPr"))
    if properties is None:
        return (part.tag,)
    for light in list(properties.iter(W + "highlight")):
        light.getparent().remove(light)
    for empty in [each for each in properties.iter(W + "rPr") if len(each) == 0 and each is not properties]:
        empty.getparent().remove(empty)
    return (part.tag, _plain(properties)) if len(properties) else (part.tag,)


def _plain(part: Any) -> tuple[Any, ...]:
    """What an element says, however it is written."""
    return part.tag, sorted(part.attrib.items()), (part.text or "").strip(), [_plain(each) for each in part]


def _words(part: Any) -> str:
    return "".join(text.text or "" for text in part.iter(W + "t"))[:60]


def headings(docx: bytes) -> list[tuple[str, str]]:
    """The name of the style and the words of each paragraph in one of a heading or title."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        body, styles = (etree.fromstring(package.read(f"word/{name}.xml")) for name in ("document", "styles"))
    names = {each.getparent().get(W + "styleId"): each.get(W + "val") for each in styles.iter(W + "name")}
    found = []
    for paragraph in body.iter(W + "p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = names.get(style.get(W + "val"), "") if style is not None else ""
        words = " ".join("".join(text.text or "" for text in paragraph.iter(W + "t")).split())
        if name.lower().startswith(("heading", "title")) and words:
            found.append((name.lower(), words))
    return found
