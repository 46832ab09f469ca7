"""Whether two texts are the same, or nearly: sketches of what a text says, that are small enough to be kept and found.

A text is the set of its runs of SHINGLE words. The share of runs that two texts have in common (Jaccard, 1901) is
estimated by one permutation hashing (Li, Owen, Zhang: "One Permutation Hashing", NIPS 2012), with empty bins filled
from the next one (Shrivastava, Li: "Densifying One Permutation Hashing via Rotation", ICML 2014). Texts that are worth
comparing share a band of their sketches (Leskovec, Rajaraman, Ullman: "Mining of Massive Datasets", section 3.4).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from struct import pack, unpack

SHINGLE = 4
BINS = 128
# 32 bands of four: texts that share 80 % of their runs meet in one of them all but once in ten million times, those
# that share 30 % once in four.
BAND = 4
# From here on two texts are told as nearly the same.
ALIKE = 0.8
# A shorter text says too little to be like another one by chance or by design: it is the same, or it is not.
FEWEST_WORDS = 40
_BIN_BITS = BINS.bit_length() - 1
_VALUE_BITS = 32 - _BIN_BITS
_MOST = 2**_VALUE_BITS
_WORD = re.compile(r"\w+")
Sketch = tuple[int, ...]


def words_of(text: str) -> list[str]:
    """The words without case, punctuation and the many ways of writing one letter."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def text_key(words: Sequence[str]) -> str:
    """The same for texts that have the same words in the same order; empty where there is no word."""
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest() if words else ""


def sketch(words: Sequence[str]) -> Sketch:
    """BINS numbers of 32 bits; none for a text that is too short."""
    if len(words) < FEWEST_WORDS:
        return ()
    least: list[int | None] = [None] * BINS
    for each in _hashes(words):
        place, value = each >> _VALUE_BITS, each & (_MOST - 1)
        known = least[place]
        if known is None or value < known:
            least[place] = value
    return _filled(least)


def _hashes(words: Sequence[str]) -> Iterator[int]:
    """A number of 32 bits for each run of words; the same run twice counts once, for only the least is kept."""
    for start in range(len(words) - SHINGLE + 1):
        run = " ".join(words[start : start + SHINGLE]).encode("utf-8", "surrogatepass")
        yield int.from_bytes(hashlib.blake2b(run, digest_size=4).digest(), "big")


def _filled(least: Sequence[int | None]) -> Sketch:
    """Empty bins have the number of the next one that is not, moved by how far away it is."""
    found: list[int] = [0] * BINS
    value, away = 0, 0
    for place in range(2 * BINS - 1, -1, -1):
        own = least[place % BINS]
        value, away = (own, 0) if own is not None else (value, away + 1)
        found[place % BINS] = (value + away * _MOST) % 2**32
    return tuple(found)


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of runs in common, 0 to 1; its standard error is at most 0.045. 0 where one has no sketch."""
    if not one or not other:
        return 0.0
    return sum(a == b for a, b in zip(one, other, strict=True)) / BINS


def bands(found: Sequence[int]) -> list[int]:
    """Numbers of 64 bits with a sign: texts with one in common are worth comparing."""
    return [_band(start, found[start : start + BAND]) for start in range(0, len(found), BAND)]


def _band(start: int, values: Sequence[int]) -> int:
    digest = hashlib.blake2b(pack(f">{len(values) + 1}I", start, *values), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def as_bytes(found: Sequence[int]) -> bytes:
    return pack(f">{len(found)}I", *found)


def from_bytes(kept: bytes | memoryview) -> Sketch:
    return unpack(f">{len(kept) // 4}I", kept)
