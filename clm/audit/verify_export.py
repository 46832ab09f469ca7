#!/usr/bin/env python3
"""Verifies an exported Covenant ledger without Covenant: needs nothing but Python 3.9 or later.

    python3 verify_export.py ledger.jsonl [--head HASH]

Exit code 0 when the chain holds, 1 when it does not (every break is printed), 2 when the file cannot be read.
--head is the hash you noted from the ledger page or got from the other side: with it, a file whose end was cut off
and whose header was rewritten to match is found too.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any


def sha256_of(entry: dict[str, Any]) -> str:
    """The hash of an entry: sha256 over all of it but the hash itself, keys sorted, no spaces, UTF-8."""
    content = {name: value for name, value in entry.items() if name != "hash"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def problems_of(lines: list[str], head: str | None = None) -> list[str]:
    """Every place where the export does not hold, as text."""
    header = parsed(lines[0])
    if header is None or header.get("format") != "covenant-ledger/1":
        return ["line 1: is not the header of a covenant-ledger/1 export"]
    found, sequence, previous = [], 0, header.get("genesis")
    for number, line in enumerate(lines[1:], start=2):
        entry = parsed(line)
        if entry is None:
            found.append(f"line {number}: is not a ledger entry")
            continue
        found += [f"line {number}: {text}" for text in check(entry, sequence + 1, previous, header)]
        if not isinstance(entry.get("sequence"), int):
            return [*found, f"line {number}: has no sequence; nothing after it can be followed"]
        sequence, previous = entry["sequence"], entry.get("hash")
    return found + check_end(header, sequence, previous, head)


def parsed(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def check(entry: dict[str, Any], expected: int, previous: Any, header: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one entry at its place."""
    sequence = entry.get("sequence")
    if sequence != expected:
        yield f"entry {sequence} stands where entry {expected} should: something was removed, added or moved"
    if entry.get("previous_hash") != previous:
        yield f"entry {sequence} does not continue the entry before it"
    if not entry.get("withheld"):
        if entry.get("organization_id") != header.get("organization_id"):
            yield f"entry {sequence} belongs to another organization"
        if entry.get("hash") != sha256_of(entry):
            yield f"entry {sequence} was changed after it was written"


def check_end(header: dict[str, Any], sequence: int, previous: Any, head: str | None) -> list[str]:
    """Whether the last entry is the one that the header, and the reader's own note, say it is."""
    found = []
    if (sequence, previous) != (header.get("sequence"), header.get("hash")):
        found.append(f"end: the file ends with entry {sequence}, the header says entry {header.get('sequence')}")
    if head and previous != head:
        found.append(f"end: the last hash is {previous}, not {head}")
    return found


def main(arguments: list[str]) -> int:
    head = arguments[arguments.index("--head") + 1] if "--head" in arguments[:-1] else None
    try:
        with open(arguments[0], encoding="utf-8") as file:
            lines = [line for line in file if line.strip()]
    except (OSError, IndexError, UnicodeDecodeError) as trouble:
        print(f"Cannot read the export: {trouble}")
        return 2
    problems = problems_of(lines, head) if lines else ["the file is empty"]
    print("\n".join(problems) if problems else f"The chain of {len(lines) - 1} entries holds.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
