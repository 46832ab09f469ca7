"""NDJSON: one row of telemetry a line, read as it comes in, so that a stream of any length takes little memory."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from clm.lib.errors import Invalid
from slas.adapters.telemetry_csv import Line

LONGEST_LINE = 256 * 1024
MOST_BYTES = 1024 * 1024 * 1024
MOST_TIMES = 200
FREE_BYTES = 1024 * 1024
PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def read_lines(pieces: Iterable[bytes]) -> Iterator[Line]:
    """Rows by line, counted from 1; empty lines are counted and passed over. A line that is no object, or longer than
    256 KiB, has its reason; those behind it are read all the same."""
    for number, line in enumerate(_cut(pieces), start=1):
        if line is None:
            yield Line(number, None, f"is longer than {LONGEST_LINE} bytes")
        elif line.strip():
            yield _line(number, line)


def inflate(
    pieces: Iterable[bytes], *, most_bytes: int = MOST_BYTES, most_times: int = MOST_TIMES, piece: int = PIECE
) -> Iterator[bytes]:
    """What gzip holds, in small pieces. Raises Invalid `gzip_broken`, and `gzip_too_large` as soon as it has grown past
    `most_bytes`, or past `most_times` what came in (the first MiB is free): before the rest is unpacked."""
    unpacking = zlib.decompressobj(_GZIP)
    came = grew = 0
    for packed in pieces:
        came += len(packed)
        while packed:
            if unpacking.eof:  # members may follow each other
                unpacking = zlib.decompressobj(_GZIP)
            found = _unpacked(unpacking, packed, piece)
            packed = unpacking.unused_data if unpacking.eof else unpacking.unconsumed_tail
            grew += len(found)
            if grew > most_bytes or grew > FREE_BYTES + came * most_times:
                raise Invalid("gzip_too_large", "The compressed content holds far too much; send it in parts.")
            if found:
                yield found
    # Nothing is held back here: all that came is read, and what is left over is told at the end of the member.
    if came and not unpacking.eof:
        raise Invalid("gzip_broken", "The compressed content is cut off.")


def _unpacked(unpacking: Any, packed: bytes, piece: int) -> bytes:
    try:
        found: bytes = unpacking.decompress(packed, piece)
    except zlib.error:
        raise Invalid("gzip_broken", "The content is said to be compressed by gzip, and is not.") from None
    return found


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes | None]:
    """Lines without their ends; None for one that is too long, of which no more than that is kept."""
    held, is_over = bytearray(), False
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            held += part
            yield None if is_over or len(held) > LONGEST_LINE else bytes(held)
            held, is_over = bytearray(), False
        if not is_over:
            held += rest
        if len(held) > LONGEST_LINE:
            held, is_over = bytearray(), True
    if held or is_over:
        yield None if is_over else bytes(held)


def _line(number: int, line: bytes) -> Line:
    try:
        row = json.loads(line, parse_float=Decimal, parse_constant=_none)
    except UnicodeDecodeError:
        return Line(number, None, "is not text in UTF-8")
    except (ValueError, RecursionError):
        return Line(number, None, "is not JSON")
    if not isinstance(row, dict):
        return Line(number, None, "is not an object")
    return Line(number, row)


def _none(name: str) -> None:
    raise ValueError(f"{name} is no number")
