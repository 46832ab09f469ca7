"""What somebody does to a Word file before it comes back: with and without tracking, and with comments."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from clm.documents.extraction.package import parse_xml
from contracts.adapters.parts import W, as_bytes, put_together, take_apart

MAIN = "word/document.xml"
THEM, WHEN = "Petra Cirrus", "2026-04-05T06:07:00Z"
COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
COMMENTS_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"


def changed(docx: bytes, change: Callable[[Any], None]) -> bytes:
    """The file after `change` was done to the root of its text."""
    parts = take_apart(docx)
    root = parse_xml(parts[MAIN])
    change(root)
    return put_together(parts | {MAIN: as_bytes(root)})


def paragraph_with(root: Any, words: str) -> Any:
    return next(each for each in root.iter(W + "p") if words in "".join(t.text or "" for t in each.iter(W + "t")))


def silently(docx: bytes, old: str, new: str) -> bytes:
    """Words are changed where they stand first, and nothing says so."""

    def change(root: Any) -> None:
        text = next(each for each in root.iter(W + "t") if old in (each.text or ""))
        text.text = text.text.replace(old, new, 1)

    return changed(docx, change)


def tracked(docx: bytes, old: str, new: str, *, author: str = THEM, at: str = WHEN) -> bytes:
    """Words are changed with tracking: the old ones deleted, the new ones inserted."""

    def change(root: Any) -> None:
        text = next(each for each in root.iter(W + "t") if old in (each.text or ""))
        run, before = text.getparent(), text.text.split(old)[0]
        after = text.text[len(before) + len(old) :]
        place = run.index(text)
        head, tail = deepcopy(run), deepcopy(run)
        head[:] = list(head)[: place + 1]
        tail[:] = [child for child in tail if child.tag == W + "rPr"] + list(tail)[place:]
        head[-1].text, tail.find(W + "t").text = before, after
        for part in (head[-1], tail.find(W + "t")):
            part.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        made = [head, _marked(run, "del", old, author, at), _marked(run, "ins", new, author, at), tail]
        run.getparent()[run.getparent().index(run) : run.getparent().index(run) + 1] = made

    return changed(docx, change)


def tracked_paragraph(docx: bytes, after: str, words: str, *, author: str = THEM, at: str = WHEN) -> bytes:
    """A new paragraph, tracked, behind the one that holds `after`, and looking like it."""

    def change(root: Any) -> None:
        beside = paragraph_with(root, after)
        made = beside.makeelement(W + "p")
        if beside.find(W + "pPr") is not None:
            made.append(deepcopy(beside.find(W + "pPr")))
        properties = made.find(W + "pPr")
        if properties is None:
            properties = made.makeelement(W + "pPr")
            made.insert(0, properties)
        mark = properties.makeelement(W + "rPr")
        mark.append(_change(mark, "ins", author, at))
        properties.append(mark)
        made.append(_marked(next(beside.iter(W + "r")), "ins", words, author, at))
        beside.addnext(made)

    return changed(docx, change)


def tracked_removal(docx: bytes, words: str, *, author: str = THEM, at: str = WHEN) -> bytes:
    """The paragraph that holds the words is deleted with tracking, its end too."""

    def change(root: Any) -> None:
        paragraph = paragraph_with(root, words)
        properties = paragraph.find(W + "pPr")
        if properties is None:
            properties = paragraph.makeelement(W + "pPr")
            paragraph.insert(0, properties)
        mark = properties.makeelement(W + "rPr")
        mark.append(_change(mark, "del", author, at))
        properties.append(mark)
        for run in paragraph.findall(W + "r"):
            said = "".join(each.text or "" for each in run.iter(W + "t"))
            run.addprevious(_marked(run, "del", said, author, at))
            paragraph.remove(run)

    return changed(docx, change)


def _run(like: Any, words: str, tag: str = "t") -> Any:
    if not words:
        return None
    run = like.makeelement(W + "r")
    if like.find(W + "rPr") is not None:
        run.append(deepcopy(like.find(W + "rPr")))
    text = run.makeelement(W + tag)
    text.text = words
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(text)
    return run


def _change(near: Any, kind: str, author: str, at: str) -> Any:
    made = near.makeelement(W + kind)
    made.set(W + "id", "900")
    made.set(W + "author", author)
    made.set(W + "date", at)
    return made


def _marked(like: Any, kind: str, words: str, author: str, at: str) -> Any:
    made = _change(like, kind, author, at)
    made.append(_run(like, words, "delText" if kind == "del" else "t"))
    return made


def commented(docx: bytes, about: str, said: str, *, author: str = THEM, at: str = WHEN) -> bytes:
    """A comment on the whole paragraph that holds the words."""

    def change(root: Any) -> None:
        paragraph = paragraph_with(root, about)
        start, end = (paragraph.makeelement(W + name) for name in ("commentRangeStart", "commentRangeEnd"))
        reference = paragraph.makeelement(W + "r")
        reference.append(reference.makeelement(W + "commentReference"))
        for mark in (start, end, reference[0]):
            mark.set(W + "id", "7")
        paragraph.insert(1 if paragraph.find(W + "pPr") is not None else 0, start)
        paragraph.append(end)
        paragraph.append(reference)

    parts = take_apart(changed(docx, change))
    parts["word/comments.xml"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:comments xmlns:w="{W[1:-1]}"><w:comment w:id="7" w:author="{author}" w:date="{at}" w:initials="PC">'
        f"<w:p><w:r><w:t>{said}</w:t></w:r></w:p></w:comment></w:comments>"
    ).encode()
    types, links = "[Content_Types].xml", "word/_rels/document.xml.rels"
    override = f'<Override PartName="/word/comments.xml" ContentType="{COMMENTS_TYPE}"/></Types>'
    link = f'<Relationship Id="rIdRemarks" Type="{COMMENTS_LINK}" Target="comments.xml"/></Relationships>'
    parts[types] = parts[types].replace(b"</Types>", override.encode())
    parts[links] = parts[links].replace(b"</Relationships>", link.encode())
    return put_together(parts)
