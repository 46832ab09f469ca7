"""Prometheus remote write 1.0: the series of one request. Decides nothing about what they mean.

Source: prometheus.io/docs/specs/prw/remote_write_spec (April 2023). The message has four fields that matter here, so it
is read by hand: no generated code, and every length is checked before it is followed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isfinite

from clm.lib.errors import Invalid
from slas.adapters.snappy_block import read_varint, unpack_block

MOST_BYTES = 32 * 1024 * 1024
MOST_SAMPLES = 100_000
# A series that ended is marked by this one among all values that are no number (value.StaleNaN of Prometheus).
STALE = 0x7FF0000000000002
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTH = {_FIXED64: 8, _FIXED32: 4}
# Fields by number: WriteRequest.timeseries; TimeSeries.labels, .samples, .histograms; Label.name, .value;
# Sample.value, .timestamp.
_TIMESERIES, _LABELS, _SAMPLES, _HISTOGRAMS = 1, 1, 2, 4
_NAME, _TEXT = 1, 2
_VALUE, _TIMESTAMP = 1, 2


@dataclass(frozen=True)
class Point:
    """A value at an instant: None where the series ended, or has no number there (`is_stale` tells which)."""

    at: datetime | None
    value: Decimal | None
    is_stale: bool = False


@dataclass(frozen=True)
class Series:
    """Labels and points in the order they came. `histograms` counts native ones, which are not read."""

    labels: dict[str, str]
    points: list[Point]
    histograms: int = 0


def read_write_request(body: bytes) -> list[Series]:
    """The series of a compressed request. Raises Invalid `remote_write_unreadable`, `remote_write_too_large`."""
    try:
        message = unpack_block(body, most=MOST_BYTES)
        series = [_series(each) for number, each in _fields(message) if number == _TIMESERIES]
    except (ValueError, UnicodeDecodeError) as fault:
        raise Invalid("remote_write_unreadable", f"This is no remote write request: {fault}.") from None
    if sum(len(each.points) for each in series) > MOST_SAMPLES:
        raise Invalid("remote_write_too_large", f"Send at most {MOST_SAMPLES} samples a request.")
    return series


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Fields in order: bytes, and as numbers what is sent as such; the rest of unknown fields is passed over."""
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            found, at = read_varint(message, at)
            yield number, found
            continue
        size = _WIDTH.get(kind)
        if size is None:
            if kind != _BYTES:
                raise ValueError("a field is of an unknown kind")
            size, at = read_varint(message, at)
        if at + size > len(message):
            raise ValueError("a field is cut off")
        yield number, message[at : at + size]
        at += size


def _series(message: bytes | int) -> Series:
    labels: dict[str, str] = {}
    points: list[Point] = []
    histograms = 0
    for number, found in _fields(_bytes(message)):
        if number == _LABELS:
            name, text = _label(_bytes(found))
            labels[name] = text
        elif number == _SAMPLES:
            points.append(_point(_bytes(found)))
        elif number == _HISTOGRAMS:
            histograms += 1
    return Series(labels, points, histograms)


def _bytes(found: bytes | int) -> bytes:
    if isinstance(found, int):
        raise ValueError("a field is of another kind")
    return found


def _label(message: bytes) -> tuple[str, str]:
    found = {number: _bytes(each).decode() for number, each in _fields(message) if number in (_NAME, _TEXT)}
    return found.get(_NAME, ""), found.get(_TEXT, "")


def _point(message: bytes) -> Point:
    bits, milliseconds = 0, 0
    for number, found in _fields(message):
        if number == _VALUE:
            octets = _bytes(found)
            if len(octets) != 8:
                raise ValueError("a value is no double")
            (bits,) = struct.unpack("<Q", octets)
        elif number == _TIMESTAMP:
            if not isinstance(found, int):
                raise ValueError("a timestamp is no number")
            milliseconds = found - (1 << 64) if found >= 1 << 63 else found
    (value,) = struct.unpack("<d", struct.pack("<Q", bits))
    return Point(_instant(milliseconds), Decimal(repr(value)) if isfinite(value) else None, bits == STALE)


def _instant(milliseconds: int) -> datetime | None:
    """None where no calendar reaches."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
