"""The words of a clause as a ProseMirror document, the plain text of it, and what such a document may hold.

{"type": "doc", "content": [paragraph | bulletList | orderedList]}; a list holds listItems, an item a paragraph and then
paragraphs or lists. In a paragraph stand `text` (marks bold, italic, underline), `hardBreak` and
{"type": "reference", "attrs": {"clause": id of a draft's clause, "label": its number when it was chosen}}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Any

from contracts.engine.words import TOKEN

Body = dict[str, Any]
# ("t", word and the white space after it, its marks ...), ("br",) or ("ref", clause, label)
Atom = tuple[str, ...]

LISTS = ("bulletList", "orderedList")
MARKS = ("bold", "italic", "underline")
MAX_TEXT = 200_000  # code points of one clause
MAX_NODES = 20_000
MAX_DEPTH = 6  # lists within lists
MAX_LABEL = 60
# What no database or no text in UTF-8 holds; what ends a line; and signs that no document shows.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi")


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: `path` are the lists it stands in, outermost first; `starts`: it is the first of its item."""

    path: tuple[str, ...]
    starts: bool
    atoms: tuple[Atom, ...]


def body_of(paragraphs: Iterable[str]) -> Body:
    """A document of plain paragraphs; at least one, which may be empty."""
    content = [_paragraph(_texts([("t", text)])) for text in paragraphs]
    return {"type": "doc", "content": content or [_paragraph([])]}


def plain(body: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> str:
    """The paragraphs, one a line. `labels` are the numbers that references show, by clause; items of lists begin with
    their sign or number."""
    return "\n".join(paragraphs_of(body, labels))


def paragraphs_of(body: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The same, paragraph by paragraph; a line break within one makes two. Empty ones at the end are left out."""
    return tuple("".join(text for text, _marks in line).rstrip() for line in shown_lines(body, labels or {}))


def shown_lines(body: Mapping[str, Any], labels: Mapping[str, str]) -> list[list[tuple[str, tuple[str, ...]]]]:
    """The same paragraphs as pieces of text with their marks; what a reference shows is marked "any"."""
    found: list[list[tuple[str, tuple[str, ...]]]] = []
    counts: list[int] = []
    before: tuple[str, ...] = ()
    for line in lines_of(body):
        # A list of the other kind begins anew.
        same = len(commonprefix([before, line.path]))
        before = line.path
        del counts[same:]
        counts += [0] * (len(line.path) - len(counts))
        if line.starts:
            counts[-1] += 1
        found.append([(_sign(line.path, counts[-1]), ())] if line.starts else [])
        for atom in line.atoms:
            first, *rest = _shown(atom, labels).split("\n")
            marks = ("any",) if atom[0] == "ref" else atom[2:]
            found[-1].append((first, marks))
            found += [[(text, marks)] for text in rest]
    while found and not "".join(text for text, _marks in found[-1]).strip():
        found.pop()
    return found


def _sign(path: Sequence[str], count: int) -> str:
    if path[-1] == "bulletList":
        return "\u2022 "
    inner = path.count("orderedList") % 2 == 0
    if inner and count <= len(_ROMAN):
        return f"({_ROMAN[count - 1]}) "
    return f"({chr(96 + count)}) " if count <= 26 else f"({count}) "


def _shown(atom: Atom, labels: Mapping[str, str]) -> str:
    if atom[0] == "ref":
        label = labels.get(atom[1], atom[2])
        # The same number stays as the document writes it: "3.4 (d)" is no other than "3.4(d)".
        return atom[2] if same_label(label, atom[2]) else label
    return "\n" if atom[0] == "br" else atom[1]


def same_label(one: str, other: str) -> bool:
    """Whether two labels are one number, blanks apart."""
    return "".join(one.split()) == "".join(other.split())


def references_in(body: Mapping[str, Any]) -> set[str]:
    """The ids of the clauses that it refers to."""
    return {atom[1] for line in lines_of(body) for atom in line.atoms if atom[0] == "ref"}


def checked(body: Any) -> Body:
    """The document as it is kept: nothing but what may stand in it, neighbouring texts of the same marks as one, line
    ends as hardBreak and other control characters as spaces.

    Raises ValueError where it holds anything else, or too much.
    """
    try:
        return _checked(body)
    except RecursionError as wrong:
        raise ValueError("This clause has too many parts within parts.") from wrong


def without_controls(text: str) -> str:
    """Control characters as spaces."""
    return _CONTROLS.sub(" ", text)


def _checked(body: Any) -> Body:
    if not isinstance(body, dict) or body.get("type") != "doc":
        raise ValueError("A clause's words are a document.")
    nodes = _nodes(body.get("content"))
    _check_size(nodes)
    lines = list(_lines(nodes, ()))
    if sum(len(part) for line in lines for atom in line.atoms for part in atom[1:2]) > MAX_TEXT:
        raise ValueError("This clause is too long.")
    if sum(atom[0] == "br" for line in lines for atom in line.atoms) > MAX_NODES:
        raise ValueError("This clause has too many parts.")
    return document(lines)


def _check_size(nodes: Sequence[Mapping[str, Any]]) -> None:
    """Raise ValueError where there are too many nodes, or lists go deeper than they may."""
    waiting, count = [(node, 1) for node in nodes], 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MAX_NODES:
            raise ValueError("This clause has too many parts.")
        if depth > 2 * MAX_DEPTH + 2:
            raise ValueError("This clause has too many parts within parts.")
        waiting += [(each, depth + 1) for each in _nodes(node.get("content"))]


def lines_of(body: Mapping[str, Any]) -> list[Line]:
    """Its paragraphs in reading order."""
    return list(_lines(_nodes(body.get("content")), ()))


def _nodes(content: Any) -> list[dict[str, Any]]:
    found = [] if content is None else content
    if not isinstance(found, list) or not all(isinstance(node, dict) for node in found):
        raise ValueError("The parts of a clause are a list.")
    return found


def _lines(nodes: Sequence[Mapping[str, Any]], path: tuple[str, ...]) -> Iterator[Line]:
    for node in nodes:
        kind = node.get("type")
        if kind == "paragraph":
            yield Line(path, False, tuple(_atoms(_nodes(node.get("content")))))
        elif kind in LISTS:
            yield from _items(node, (*path, str(kind)))
        else:
            raise ValueError(f"A clause has no {kind!s:.30}.")


def _items(node: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Line]:
    if len(path) > MAX_DEPTH:
        raise ValueError("These lists are nested too deeply.")
    for item in _nodes(node.get("content")):
        inner = _nodes(item.get("content"))
        if item.get("type") != "listItem" or not inner or inner[0].get("type") != "paragraph":
            raise ValueError("A list has items that begin with a paragraph.")
        first, *rest = _lines(inner, path)
        yield Line(path, True, first.atoms)
        yield from rest


def _atoms(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Atom]:
    for node in nodes:
        kind = node.get("type")
        if kind == "text":
            yield from _words(node)
        elif kind == "hardBreak":
            yield ("br",)
        elif kind == "reference":
            yield _reference(node)
        else:
            raise ValueError(f"A paragraph has no {kind!s:.30}.")


def _words(node: Mapping[str, Any]) -> Iterator[Atom]:
    text = node.get("text")
    if not isinstance(text, str) or _UNSTORABLE.search(text):
        raise ValueError("A text is text.")
    marks = sorted({str(mark.get("type")) for mark in _nodes(node.get("marks"))})
    if not set(marks) <= set(MARKS):
        raise ValueError("Words may be bold, italic or underlined.")
    for index, line in enumerate(_LINE_ENDS.split(text)):
        if index:
            yield ("br",)
        for word in TOKEN.findall(without_controls(line)):
            yield ("t", word, *marks)


def _reference(node: Mapping[str, Any]) -> Atom:
    attrs = node.get("attrs")
    if not isinstance(attrs, dict) or not isinstance(attrs.get("clause"), str) or len(attrs["clause"]) > 40:
        raise ValueError("A reference names its clause.")
    clause, label = attrs["clause"], str(attrs.get("label") or "")[:MAX_LABEL]
    if _UNSTORABLE.search(clause + label):
        raise ValueError("A reference names its clause.")
    return ("ref", without_controls(clause), without_controls(label))


def document(lines: Sequence[Line]) -> Body:
    """The document of these paragraphs; lists of one kind that follow each other are one."""
    return {"type": "doc", "content": _blocks(lines, 0) or [_paragraph([])]}


def _blocks(lines: Sequence[Line], depth: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    at = 0
    while at < len(lines):
        line, end = lines[at], at + 1
        if len(line.path) <= depth:
            found.append(_paragraph(_texts(line.atoms)))
        else:
            while end < len(lines) and lines[end].path[depth : depth + 1] == line.path[depth : depth + 1]:
                end += 1
            found.append({"type": line.path[depth], "content": _list_items(lines[at:end], depth + 1)})
        at = end
    return found


def _list_items(lines: Sequence[Line], depth: int) -> list[dict[str, Any]]:
    starts = [index for index, line in enumerate(lines) if index == 0 or (line.starts and len(line.path) == depth)]
    items = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        content = _blocks(lines[start:end], depth)
        if content[0]["type"] != "paragraph":
            content = [_paragraph([]), *content]
        items.append({"type": "listItem", "content": content})
    return items


def _paragraph(content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}


def _texts(atoms: Iterable[Atom]) -> list[dict[str, Any]]:
    """Inline nodes; words of the same marks that follow each other are one text."""
    found: list[dict[str, Any]] = []
    for atom in atoms:
        if atom[0] == "ref":
            found.append({"type": "reference", "attrs": {"clause": atom[1], "label": atom[2]}})
        elif atom[0] == "br":
            found.append({"type": "hardBreak"})
        elif atom[1]:
            _add_text(found, atom[1], atom[2:])
    return found


def _add_text(found: list[dict[str, Any]], text: str, marks: Sequence[str]) -> None:
    node: dict[str, Any] = {"type": "text", "text": text}
    if marks:
        node["marks"] = [{"type": mark} for mark in marks]
    before = found[-1] if found else {}
    if before.get("type") == "text" and before.get("marks") == node.get("marks"):
        before["text"] += text
    else:
        found.append(node)
