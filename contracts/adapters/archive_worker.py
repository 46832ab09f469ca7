"""`python -m contracts.adapters.archive_worker LIMITS FROM`: unpacks a ZIP from standard input, within bounds.

Writes frames, one for each file in the order of the archive from number FROM on: a line of JSON, then as many bytes as
its `size` says. `problem` is a refusal's [code, message]; such a file has no bytes. Nothing is written to a disk, so no
name leads anywhere.
"""

from __future__ import annotations

import json
import os
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.package import UNREADABLE
from clm.documents.extraction.worker import confine

# What systems put beside people's files.
NOISE = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
UNICODE_PATH = 0x7075  # APPNOTE.TXT 4.6.9: the name in UTF-8, with the CRC of the other one
UTF8_FLAG = 0x800
LONGEST_NAME = 400
LEAST_RATIO_BYTES = 1024 * 1024


def main(arguments: list[str]) -> int:
    limits = Limits(**json.loads(arguments[1]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    confine(limits)
    try:
        for frame, content in frames(sys.stdin.buffer, limits, int(arguments[2])):
            out.write(json.dumps(frame).encode() + b"\n" + content)
    except Refused as refused:
        out.write(json.dumps({"refused": [refused.code, refused.message]}).encode() + b"\n")
    except MemoryError:
        out.write(json.dumps({"refused": ["too_much_memory", ""]}).encode() + b"\n")
    out.flush()
    return 0


def frames(file: IO[bytes], limits: Limits, first: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each file as {"path", "size", "total", "problem"} and its bytes."""
    try:
        archive = zipfile.ZipFile(file)
        entries = [entry for entry in archive.infolist() if not _is_noise(entry)]
    except UNREADABLE as wrong:
        raise Refused("corrupt", "This is no ZIP archive, or a damaged one.") from wrong
    _check(archive, entries, limits)
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        path = path_of(entry)
        problem = _problem(entry, path, limits) or _again(path, seen)
        seen.add(path)
        if number < first:
            continue
        content = b""
        if problem is None:
            content, problem = _content(archive, entry, limits)
        yield {"path": path, "size": len(content), "total": len(entries), "problem": problem}, content


def _check(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(archive.infolist()) > limits.zip_entries:
        raise Refused("zip_bomb", f"An archive has at most {limits.zip_entries:,} files.")
    if sum(entry.file_size for entry in entries) > limits.zip_total_bytes:
        most = limits.zip_total_bytes // 1024 // 1024
        raise Refused("zip_bomb", f"The archive unpacks to more than {most:,} MB: split it.")
    if not entries:
        raise Refused("empty_file", "There is no file in the archive.")


def _is_noise(entry: zipfile.ZipInfo) -> bool:
    name = path_of(entry).lower()
    return entry.is_dir() or name.startswith(NOISE) or name.rpartition("/")[2].startswith(("~$", "._", *NOISE))


def path_of(entry: zipfile.ZipInfo) -> str:
    """The name with slashes, composed, in UTF-8 where it is so although the archive does not say so."""
    name = entry.filename
    if not entry.flag_bits & UTF8_FLAG:
        name = _unicode_path(entry) or _guessed(name)
    clean = "".join(each for each in unicodedata.normalize("NFC", name) if each.isprintable())
    return clean.replace("\\", "/").encode("utf-8", "replace").decode()[:LONGEST_NAME]


def _guessed(name: str) -> str:
    """zipfile reads names without the flag as code page 437, as the format says; many programs write UTF-8 there."""
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _unicode_path(entry: zipfile.ZipInfo) -> str:
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(body) > 5 and _is_for(body, entry):
            return body[5:].decode("utf-8", "replace")
    return ""


def _is_for(body: bytes, entry: zipfile.ZipInfo) -> bool:
    version, crc = struct.unpack("<BI", body[:5])
    return bool(version == 1) and crc == zlib.crc32(entry.orig_filename.encode("cp437", "replace"))


def _problem(entry: zipfile.ZipInfo, path: str, limits: Limits) -> list[str] | None:
    """Why the file is not even opened."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return ["wrong_type", "This is a link to another place, not a file."]
    if path.startswith("/") or path[1:3] == ":/" or ".." in path.split("/"):
        return ["path_traversal", "Its name points outside of the archive."]
    if entry.flag_bits & 1:
        return ["encrypted", "It is protected by a password. Remove the protection first."]
    if entry.file_size > limits.file_bytes:
        return ["too_large", f"A document has at most {limits.file_bytes // 1024 // 1024} MB."]
    if entry.file_size > LEAST_RATIO_BYTES and entry.file_size > limits.zip_ratio * max(entry.compress_size, 1):
        return ["zip_bomb", "It unpacks to far more than a document needs, so it was not opened."]
    return None


def _again(path: str, seen: set[str]) -> list[str] | None:
    return ["same_name", "The archive has another file of this name."] if path in seen else None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> tuple[bytes, list[str] | None]:
    """The bytes, never more than the limit, whatever size the directory states."""
    try:
        with archive.open(entry) as part:
            content = part.read(limits.file_bytes + 1)
    except UNREADABLE:
        return b"", ["corrupt", "This file of the archive is damaged."]
    if len(content) > limits.file_bytes or len(content) > max(entry.file_size, 0):
        return b"", ["zip_bomb", "It unpacks to more than it says."]
    return content, None if content else ["empty_file", "The file is empty."]


if __name__ == "__main__":
    sys.exit(main(sys.argv))
