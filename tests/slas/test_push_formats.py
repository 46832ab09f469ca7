"""Telemetry as it is pushed: remote writes and streams of lines, read by hand and never trusted."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.lib.errors import Invalid
from slas.adapters.remote_write import MOST_BYTES, Point, read_write_request
from slas.adapters.snappy_block import unpack_block
from slas.adapters.telemetry_lines import LONGEST_LINE, inflate, read_lines

MOST = 1 << 20


def varint(number: int) -> bytes:
    head = b""
    while number >= 0x80:
        head += bytes([number & 0x7F | 0x80])
        number >>= 7
    return head + bytes([number])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def literal(content: bytes) -> bytes:
    """A snappy block that repeats nothing."""
    if not content:
        return varint(0)
    if len(content) <= 60:
        return varint(len(content)) + bytes([len(content) - 1 << 2]) + content
    return varint(len(content)) + bytes([63 << 2]) + (len(content) - 1).to_bytes(4, "little") + content


def sample(value: float | bytes, milliseconds: int) -> bytes:
    bits = value if isinstance(value, bytes) else struct.pack("<d", value)
    return field(2, b"\x09" + bits + b"\x10" + varint(milliseconds % (1 << 64)))


def series(labels: dict[str, str], *samples: bytes, beside: bytes = b"") -> bytes:
    named = b"".join(field(1, field(1, name.encode()) + field(2, text.encode())) for name, text in labels.items())
    return field(1, named + b"".join(samples) + beside)


# The blocks are written down by hand from the format's description: each kind of piece once.
@pytest.mark.parametrize(
    ("block", "content"),
    [
        (b"\x00", b""),
        (b"\x03\x08abc", b"abc"),
        (b"\x0b\x08abc\x11\x03", b"abcabcabcab"),  # one byte of offset, 8 bytes, longer than the offset
        (b"\x09\x08abc\x16\x03\x00", b"abcabcabc"),  # two bytes of offset, 6 bytes
        (b"\x09\x08abc\x17\x03\x00\x00\x00", b"abcabcabc"),  # four bytes of offset
        (b"\x3d\xf0\x3c" + b"x" * 61, b"x" * 61),  # the length of a literal in a byte of its own
        (b"\x80\x02\x00a\xfe\x01\x00\xfe\x01\x00\xfe\x01\x00\xfa\x01\x00", b"a" * 256),
    ],
)
def test_a_block_is_unpacked(block: bytes, content: bytes) -> None:
    assert unpack_block(block, most=MOST) == content


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (b"", "ends within a number"),
        (b"\xff" * 10 + b"\x01", "more than 64 bits"),
        (b"\xff\xff\xff\xff\x0f", "holds more than"),
        (b"\x05\x08abc", "is cut off"),
        (b"\x03\x08ab", "is cut off"),
        (b"\x02\x08abc", "holds more than it says"),
        (b"\x08\x08abc\x11\x00", "repeats what it does not hold"),
        (b"\x08\x08abc\x11\x04", "repeats what it does not hold"),
        (b"\x08\x08abc\x11", "is cut off"),
        (b"\x08\xfc\xff", "is cut off"),
    ],
)
def test_a_broken_block_says_why(block: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        unpack_block(block, most=MOST)


def test_a_remote_write_is_read() -> None:
    stale = struct.pack("<Q", 0x7FF0000000000002)
    message = series(
        {"__name__": "up", "job": "ä"},
        sample(1, 1_767_225_600_000),
        sample(0.1, 1_767_225_615_500),
        sample(float("nan"), 1_767_225_630_000),
        sample(stale, -1),
        sample(5, 1 << 62),
        beside=field(3, b"exemplar") + field(4, b"native histogram"),
    )
    [found] = read_write_request(literal(message + field(3, b"metadata") + b"\x20\x07\x2d1234"))
    assert (found.labels, found.histograms) == ({"__name__": "up", "job": "ä"}, 1)
    assert found.points == [
        Point(datetime(2026, 1, 1, tzinfo=UTC), Decimal(1)),
        Point(datetime(2026, 1, 1, 0, 0, 15, 500_000, tzinfo=UTC), Decimal("0.1")),
        Point(datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC), None),
        Point(datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC), None, is_stale=True),
        Point(None, Decimal(5)),
    ]
    assert read_write_request(literal(b"")) == []


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_read_or_refused(body: bytes) -> None:
    for sent in (body, literal(body), literal(series({"a": "b"}, body))):
        assert outcome(sent) in ("read", "remote_write_unreadable")


def outcome(sent: bytes) -> str:
    try:
        read_write_request(sent)
    except Invalid as refusal:
        return refusal.code
    return "read"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Invalid, match=f"more than {MOST_BYTES} bytes"):
        read_write_request(varint(MOST_BYTES + 1) + b"\x00a" + b"\xfe\x01\x00" * 1000)


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
def test_lines_are_told_apart_wherever_they_are_cut(size: int) -> None:
    content = b'{"a": 0.1}\r\n\n[1]\n{"a": NaN}\n\xff\n' + b"x" * (LONGEST_LINE + 5) + b'\n{"b": 2}'
    found = [(line.number, line.row, line.problem) for line in read_lines(pieces(content, size))]
    assert found == [
        (1, {"a": Decimal("0.1")}, ""),
        (3, None, "is not an object"),
        (4, None, "is not JSON"),
        (5, None, "is not text in UTF-8"),
        (6, None, f"is longer than {LONGEST_LINE} bytes"),
        (7, {"b": 2}, ""),
    ]


def test_a_line_without_end_takes_little_memory() -> None:
    seen = 0

    def endless() -> Iterator[bytes]:
        nonlocal seen
        for _piece in range(200):
            seen += 64 * 1024
            yield b"x" * 64 * 1024
        yield b'\n{"a": 1}\n'

    [first, second] = read_lines(endless())
    assert (first.row, second.row, seen) == (None, {"a": 1}, 200 * 64 * 1024)


@pytest.mark.parametrize("size", [1, 1000])
def test_gzip_is_unpacked_as_it_comes(size: int) -> None:
    rows = [{"n": number} for number in range(500)]
    content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    packed = gzip.compress(content[:3000]) + gzip.compress(content[3000:])
    found = list(inflate(pieces(packed, size), piece=512))
    assert b"".join(found) == content
    assert max(map(len, found)) <= 512


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (b"no gzip", "gzip_broken"),
        (gzip.compress(b"x" * 1000)[:-9], "gzip_broken"),
        (zlib.compress(b"x"), "gzip_broken"),
        (gzip.compress(b"\0" * 20_000_000), "gzip_too_large"),
    ],
)
def test_gzip_that_is_broken_or_a_bomb_is_refused(packed: bytes, code: str) -> None:
    grown: list[int] = []
    with pytest.raises(Invalid) as refusal:
        grown.extend(len(found) for found in inflate(pieces(packed, 1000)))
    assert refusal.value.code == code
    assert sum(grown) < 3_000_000
