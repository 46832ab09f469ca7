"""The bounds within which a document is read."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. `ratio` is unpacked size over packed size."""

    file_bytes: int = 50 * MEBIBYTE
    pages: int = 2_000
    text_chars: int = 20_000_000
    # Paragraphs, list items and table rows; a very long agreement has some thousands.
    blocks: int = 200_000
    zip_entries: int = 2_000
    zip_total_bytes: int = 256 * MEBIBYTE
    zip_part_bytes: int = 96 * MEBIBYTE
    zip_ratio: int = 200
    # Small parts may compress to almost nothing without harm; the ratio counts from here on.
    zip_ratio_from_bytes: int = 8 * MEBIBYTE
    memory_bytes: int = 1024 * MEBIBYTE
    cpu_seconds: int = 50
    wall_seconds: float = 60.0


DEFAULT = Limits()
