#!/usr/bin/env python3
"""Verifies an exported Covenant ledger without Covenant: needs nothing but Python 3.9 or later.

Exit code 0 when the chain holds, 1 when it does not (every break is printed), 2 when it was called wrongly or cannot
read the file. Give --head what you noted from the ledger page, a seal or the log, or got from the other side: only with
it a file whose end was cut off, or that was made up as a whole, with all its hashes to match, is found too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

WITHHELD = {"sequence", "previous_hash", "hash", "withheld"}


def canonical(value: Any) -> bytes:
    """Keys sorted, no spaces, UTF-8: the same value always gives the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def sha256_of(entry: dict[str, Any]) -> str:
    """The hash of a line: over the canonical form of all of it but the hash itself."""
    return hashlib.sha256(canonical({name: value for name, value in entry.items() if name != "hash"})).hexdigest()


def parsed(line: bytes) -> dict[str, Any]:
    """The line's object; empty where the line is not, byte for byte, the canonical form of one."""
    try:
        value = json.loads(line)
        return value if isinstance(value, dict) and canonical(value) + b"\n" == line else {}
    except (ValueError, RecursionError):
        return {}


def problems_of(lines: Iterable[bytes], noted: str, count: dict[str, Any]) -> Iterator[str]:
    """Every break. `noted` is empty, HASH (the last entry's) or SEQUENCE:HASH; `count` gets what the last line says."""
    waiting = iter(lines)
    header = parsed(next(waiting, b""))
    if header.get("format") != "covenant-ledger/1" or header.get("hash") != sha256_of(header):
        yield "line 1: is not the header of a covenant-ledger/1 export, or was changed"
        return
    (number, _, wanted), sequence, previous, withheld = noted.rpartition(":"), 0, "0" * 64, 0
    for place, line in enumerate(waiting, start=2):
        entry = parsed(line)
        if type(entry.get("sequence")) is not int:
            yield f"line {place}: is not a ledger entry; nothing after it can be followed"
            return
        yield from (f"line {place}: entry {text}" for text in check(entry, sequence + 1, previous, header))
        sequence, previous, withheld = entry["sequence"], str(entry.get("hash")), withheld + ("withheld" in entry)
        if number == str(sequence) and previous != wanted:
            yield f"line {place}: entry {sequence} has the hash {previous}, not {wanted}"
    count.update(entries=sequence, head=previous, withheld=withheld)
    if (sequence, previous) != (header.get("head_sequence"), header.get("head_hash")):
        yield f"end: the file ends with entry {sequence}, the header says entry {header.get('head_sequence')}"
    if (number and sequence < int(number)) or (wanted and not number and previous != wanted):
        yield f"end: the file ends with entry {sequence} and the hash {previous}, not with what was noted, {noted}"


def check(entry: dict[str, Any], expected: int, previous: str, header: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one entry at its place. Of a withheld one only its place can be verified."""
    sequence, is_withheld = entry["sequence"], entry.get("withheld") is True and set(entry) == WITHHELD
    if sequence != expected:
        yield f"{sequence} stands where entry {expected} should: something was removed, added or moved"
    if entry.get("previous_hash") != previous:
        yield f"{sequence} does not continue the entry before it"
    if not is_withheld and entry.get("organization_id") != header.get("organization_id"):
        yield f"{sequence} belongs to another organization"
    if not is_withheld and entry.get("hash") != sha256_of(entry):
        yield f"{sequence} was changed after it was written"


def main() -> int:
    parser = argparse.ArgumentParser(description="Verifies an exported Covenant ledger.")
    parser.add_argument("file")
    parser.add_argument("--head", metavar="[SEQUENCE:]HASH", help="the last hash, or an entry's, that you noted")
    options, holds = parser.parse_args(), True
    count: dict[str, Any] = {}
    if options.head is not None and not re.fullmatch(r"([1-9][0-9]*:)?[0-9a-f]{64}", options.head):
        parser.error("--head is 64 hexadecimal digits, or an entry's number, a colon and these")
    try:
        with open(options.file, "rb") as file:
            for problem in problems_of(file, options.head or "", count):
                print(problem)
                holds = False
    except OSError as trouble:
        parser.error(f"cannot read the export: {trouble}")
    if holds:
        print("The chain of {entries} entries holds, {withheld} withheld. Its head is {entries}:{head}".format(**count))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
