"""The part of Markdown that agreements are written in: headings, nested lists, tables, emphasis."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from clm.documents.extraction.enumerators import starts_with_mark
from clm.documents.extraction.extracted import Block
from clm.documents.extraction.lines import BEFORE_ITEM, squeeze

HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
ITEM = re.compile(r"(\s*)(\d{1,3}|[A-Za-z]|[ivxl]{1,6})([.)])\s+(\S.*)")
BULLET = re.compile(r"(\s*)[-*+]\s+(\S.*)")
RULE = re.compile(r"\s*(?:[-*_]\s*){3,}$")
TABLE_RULE = re.compile(r"\s*\|?[\s:|-]*-{2,}[\s:|-]*$")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
LINK = re.compile(r"\[([^\[\]]{0,500})\]\(([^()\s]{0,1000})\)")
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,1000})>")
STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_]{1,2000}?)\1")
EMPHASIS = re.compile(r"(?<![\w*])[*_](?=\S)([^*_]{1,2000}?)(?<=\S)[*_](?![\w*])")
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
FRONT_MATTER = re.compile(r"---\n(?:[^\n]*\n){1,60}?---\n")
HEADING_LINE = re.compile(r"^#{1,6} [^\W_]", re.MULTILINE)
MARKED = re.compile(r"(?<!\*)\*\*[“\"\w][^*\n]{0,200}[\w.”\"]\*\*(?!\*)|\]\(https?:")
COMMENT = re.compile(r"<!--[^>]{0,5000}-->")


def looks_like_markdown(text: str) -> bool:
    """True where a heading sign stands at a line's start, or emphasis and links are common."""
    head = text[:200_000]
    return HEADING_LINE.search(head) is not None or len(MARKED.findall(head)) >= 3


@dataclass(slots=True)
class Reader:
    """Reads line by line; `counters` holds the open ordered lists as (indent, label)."""

    blocks: list[Block] = field(default_factory=list)
    open_lists: list[tuple[int, str]] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    pending_block: Block | None = None

    def flush(self) -> None:
        if not self.pending:
            return
        text = inline(" ".join(self.pending))
        shape = self.pending_block or Block("")
        prefix = f"{shape.number} " if shape.number else ""
        mark = "• " if shape.kind == "list_item" and not shape.number else ""
        self.blocks.append(Block(prefix + mark + text, shape.style, shape.level, shape.number, shape.kind))
        self.pending, self.pending_block = [], None

    def begin(self, text: str, shape: Block | None = None) -> None:
        self.flush()
        self.pending, self.pending_block = [text], shape


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of a Markdown text, without its markup; a nested item's number holds its parents'."""
    body = COMMENT.sub("", text)
    front = FRONT_MATTER.match(body)
    reader = Reader()
    for line in body[front.end() if front else 0 :].split("\n"):
        read_line(reader, line.rstrip())
    reader.flush()
    return reader.blocks


def read_line(reader: Reader, line: str) -> None:
    stripped = line.strip()
    if not stripped or RULE.match(line) or TABLE_RULE.match(line):
        reader.flush()
    elif heading := HEADING.match(stripped):
        reader.open_lists.clear()
        depth = len(heading.group(1))
        reader.begin(heading.group(2).rstrip("# "), Block("", f"Heading {depth}", depth, None, "heading"))
        reader.flush()
    elif "|" in stripped[1:] and is_table_row(stripped):
        reader.begin(table_row(stripped), Block("", kind="table_row"))
        reader.flush()
    elif item := ITEM.match(line):
        begin_item(reader, item)
    elif bullet := BULLET.match(line):
        begin_bullet(reader, bullet)
    else:
        continue_text(reader, line, stripped)


def is_table_row(line: str) -> bool:
    return line.startswith("|") or line.count(" | ") >= 1


def table_row(line: str) -> str:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return " | ".join(cells)


def begin_item(reader: Reader, item: re.Match[str]) -> None:
    """An ordered item; "1.1" for the first item below item 1, "(a)"-like labels as they are written."""
    indent = len(item.group(1).expandtabs(4))
    while reader.open_lists and reader.open_lists[-1][0] >= indent:
        reader.open_lists.pop()
    label = item.group(2)
    parent = reader.open_lists[-1][1] if reader.open_lists else ""
    below = label.isdigit() and re.fullmatch(r"[\d.]+", parent)
    number = f"{parent}.{label}" if below else label
    reader.open_lists.append((indent, number))
    printed = number if "." in number else f"{number}{item.group(3)}"
    reader.begin(item.group(4), Block("", "", len(reader.open_lists), printed, "list_item"))


def begin_bullet(reader: Reader, bullet: re.Match[str]) -> None:
    indent = len(bullet.group(1).expandtabs(4))
    while reader.open_lists and reader.open_lists[-1][0] >= indent:
        reader.open_lists.pop()
    reader.begin(bullet.group(2), Block("", "", None, None, "list_item"))


def continue_text(reader: Reader, line: str, stripped: str) -> None:
    """Text goes on with the open paragraph, except where it begins a clause of its own."""
    if not line[:1].isspace() and not reader.pending:
        reader.open_lists.clear()
    before = reader.pending[-1] if reader.pending else ""
    if before and not (before.endswith(BEFORE_ITEM) and starts_with_mark(inline(stripped))):
        reader.pending.append(stripped)
    else:
        reader.begin(stripped)


def inline(text: str) -> str:
    """The text without links' addresses, tags and emphasis."""
    text = AUTOLINK.sub(r"\1", text)
    text = TAG.sub("", text)
    text = LINK.sub(r"\1", text)
    for _ in range(2):
        text = STRONG.sub(r"\2", text)
        text = EMPHASIS.sub(r"\1", text)
    return squeeze(ESCAPE.sub(r"\1", text))
