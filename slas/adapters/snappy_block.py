"""Snappy's block format, read only: what Prometheus compresses its remote writes with.

Source: github.com/google/snappy, format_description.txt. Own code, for the format is two kinds of pieces and nothing
else, and so a block is refused by the length it claims before a byte of it is unpacked.
"""

from __future__ import annotations

COPY_SHORT, COPY_FAR = 1, 3


def unpack_block(block: bytes, *, most: int) -> bytes:
    """The content, at most `most` bytes. ValueError says why the block is none, or that it claims to hold more."""
    length, at = read_varint(block, 0)
    if length > most:
        raise ValueError(f"it holds more than {most} bytes")
    content = bytearray()
    while at < len(block):
        kind = block[at] & 3
        at = _add_copy(content, block, at) if kind else _add_literal(content, block, at)
        if len(content) > length:
            raise ValueError("it holds more than it says")
    if len(content) != length:
        raise ValueError("it is cut off")
    return bytes(content)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The unsigned number of at most 64 bits that begins there, seven bits a byte and the lowest first, and where it
    ends. ValueError where there is none."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("it ends within a number")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            if number >= 1 << 64:
                break
            return number, at
    raise ValueError("a number has more than 64 bits")


def _add_literal(content: bytearray, block: bytes, at: int) -> int:
    """Lengths up to 60 stand in the tag, longer ones in the one to four bytes behind it."""
    size, at = block[at] >> 2, at + 1
    if size >= 60:
        width = size - 59
        size, at = _little(block, at, width), at + width
    end = at + size + 1
    if end > len(block):
        raise ValueError("it is cut off")
    content += block[at:end]
    return end


def _add_copy(content: bytearray, block: bytes, at: int) -> int:
    """What stands `offset` bytes before the end once more; longer than the offset it repeats itself."""
    tag = block[at]
    if tag & 3 == COPY_SHORT:
        size, offset, at = 4 + (tag >> 2 & 7), (tag >> 5) << 8 | _little(block, at + 1, 1), at + 2
    else:
        width = 4 if tag & 3 == COPY_FAR else 2
        size, offset, at = 1 + (tag >> 2), _little(block, at + 1, width), at + 1 + width
    if not 0 < offset <= len(content):
        raise ValueError("it repeats what it does not hold")
    start = len(content) - offset
    piece = content[start : start + size]
    content += (piece * (size // len(piece) + 1))[:size]
    return at


def _little(block: bytes, at: int, width: int) -> int:
    if at + width > len(block):
        raise ValueError("it is cut off")
    return int.from_bytes(block[at : at + width], "little")
