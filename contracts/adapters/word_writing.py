"""A draft becomes a Word file: the base's own with its changed clauses, or one made of the clauses alone.

The base may be the other side's, so it is opened in a process with bounds, as every upload is.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clm.documents.extraction.extracted import DOCX, Refused
from clm.documents.extraction.sandbox import run_module
from clm.lib.outside import outside_transactions
from contracts.adapters.plain import docx_of_text
from contracts.adapters.word_clauses import DraftText, OriginText

WORKER = "contracts.adapters.word_worker"
BASE, MADE = "base.docx", "made.docx"
WALL_SECONDS = 60.0


def write_draft(
    base: bytes | None,
    clauses: Sequence[DraftText],
    origins: Sequence[OriginText] = (),
    told: list[str] | None = None,
) -> bytes:
    """The base with its clauses as the draft has them; without a base, a file with Word's heading styles.

    Paragraphs, tables, headers, numbering and comments that no change touches stay as they are. Numbers that Word
    writes itself are left to it, typed ones are written. `origins` are the base's clauses as they were read (by default
    they are read again); `told` is told which clauses could not be kept as they look. Raises Refused for a base that no
    upload may be. Call outside of a transaction.
    """
    outside_transactions("a Word file is written")
    task = {"do": "write", "clauses": [asdict(each) for each in clauses], "origins": [asdict(each) for each in origins]}
    answer, made = run_task(task, {BASE: base} if base is not None else {})
    if told is not None:
        told += answer
    return made


def base_of(media_type: str, content: bytes, text: str) -> bytes:
    """A version's document as a base to write on: itself, or its text in paragraphs where it is no Word file."""
    return content if media_type == DOCX else docx_of_text(text)


def run_task(task: dict[str, Any], files: dict[str, bytes]) -> tuple[Any, bytes]:
    """What the worker answers, and the file that it made (b"" where none). Raises Refused by how it ended."""
    with tempfile.TemporaryDirectory(prefix="word-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        sent = json.dumps({**task, "folder": folder}).encode()
        output = run_module(WORKER, stdin=subprocess.PIPE, sent=sent, wall_seconds=WALL_SECONDS)
        answer = json.loads(output)
        if answer["refused"]:
            raise Refused(*answer["refused"])
        made = Path(folder) / MADE
        return answer["answer"], made.read_bytes() if made.exists() else b""
