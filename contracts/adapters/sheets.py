"""A sheet of metadata, read in a process of its own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass, replace
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import DEFAULT, MEBIBYTE
from clm.documents.extraction.sandbox import run_module
from clm.lib.errors import Invalid
from clm.lib.outside import outside_transactions

LIMITS = replace(DEFAULT, file_bytes=20 * MEBIBYTE)
ENDINGS = (".csv", ".tsv", ".xlsx")


@dataclass(frozen=True)
class Sheet:
    """`rows` are (line of the file, head -> cell); cells are text or, in workbooks, numbers."""

    heads: list[str]
    rows: list[tuple[int, dict[str, Any]]]


def is_sheet(name: str) -> bool:
    return name.lower().endswith(ENDINGS)


def read_sheet(content: bytes) -> Sheet:
    """Raises Invalid with the refusal's code beside the field `sheet`."""
    outside_transactions("a sheet is read")
    try:
        answer = json.loads(
            run_module(
                "contracts.adapters.sheet_worker",
                json.dumps(asdict(LIMITS)),
                stdin=subprocess.PIPE,
                wall_seconds=LIMITS.wall_seconds,
                sent=content,
            )
        )
        if "refused" in answer:
            raise Refused(*answer["refused"])
    except Refused as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"sheet": [refusal.message]}) from refusal
    return Sheet(answer["heads"], [(line, cells) for line, cells in answer["rows"]])
