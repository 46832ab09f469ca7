"""A DOCX as a zip package: its bounds are checked before any part is unpacked."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING

from lxml import etree

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import Limits

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# A local entry, an empty archive, a part of several; a text may begin with the two letters.
PACKAGE_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ENTRY_MAGIC = b"PK\x03\x04"
CENTRAL_ENTRY = b"PK\x01\x02"
XML_SUFFIXES = (".xml", ".rels", ".vml")
EMBEDDABLE = (".xlsx", ".docx", ".pptx", ".xlsm", ".vsdx", ".odttf")
CONTENT_TYPES = "[Content_Types].xml"
MAIN_TYPES = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
MACRO_TYPE = "application/vnd.ms-word.document.macroenabled.main+xml"
MACRO_TEMPLATE_TYPE = "application/vnd.ms-word.template.macroenabledtemplate.main+xml"
ENCODINGS = (None, "utf-8", "utf-16", "us-ascii", "ascii", "utf8", "utf-16le", "utf-16be")
# Everything the zip reader raises on a damaged archive, in any of its compressions.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
NO_MEMORY = 2  # libxml2's XML_ERR_NO_MEMORY
MAX_CONTENT_TYPES = 4 * 1024 * 1024
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def check_package(data: bytes, limits: Limits, *, depth: int = 0) -> zipfile.ZipFile:
    """The opened package, whose directory is within the limits and whose names stay inside it."""
    if data.count(CENTRAL_ENTRY) > 2 * limits.zip_entries:
        raise Refused("zip_bomb")
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        check_directory(package, len(data), limits)
        check_nested(package, limits, depth)
    except UNREADABLE:
        raise Refused("corrupt") from None
    return package


def check_directory(package: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    entries = package.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.zip_entries or total > limits.zip_total_bytes:
        raise Refused("zip_bomb")
    if total > limits.zip_ratio_from_bytes and total > limits.zip_ratio * packed:
        raise Refused("zip_bomb")
    names = [entry.filename for entry in entries]
    if any(is_outside(entry.orig_filename) or is_outside(entry.filename) for entry in entries):
        raise Refused("path_traversal")
    if len(set(names)) != len(names):
        raise Refused("corrupt", "The document holds two parts of the same name.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")


def is_outside(name: str) -> bool:
    """True for an absolute name, a drive, a backslash, a NUL, or a step upwards."""
    return name.startswith("/") or any(bad in name for bad in ("\\", ":", "\x00")) or ".." in name.split("/")


def check_nested(package: zipfile.ZipFile, limits: Limits, depth: int) -> None:
    """Only embedded office files may be packages themselves, one deep and within the same limits."""
    for entry in package.infolist():
        if entry.filename.lower().endswith(XML_SUFFIXES) or entry.is_dir():
            continue
        with package.open(entry) as part:
            start = part.read(4)
        if start == ENTRY_MAGIC:
            if depth or not entry.filename.lower().endswith(EMBEDDABLE):
                raise Refused("zip_bomb", "The document holds another archive inside it.")
            check_package(read_part(package, entry.filename, limits), limits, depth=depth + 1).close()


def read_part(package: zipfile.ZipFile, name: str, limits: Limits) -> bytes:
    """The part's bytes, never more than the limit, whatever size its directory entry states."""
    return read_bounded(package, name, limits.zip_part_bytes)


def read_bounded(package: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        with package.open(name) as part:
            data = part.read(most + 1)
    except UNREADABLE:
        raise Refused("corrupt") from None
    if len(data) > most:
        raise Refused("zip_bomb")
    return data


def content_types(package: zipfile.ZipFile) -> dict[str, str]:
    """Part name (without the leading slash) -> its content type in lower case, from the overrides."""
    if CONTENT_TYPES not in package.namelist():
        return {}
    root = parse_xml(read_bounded(package, CONTENT_TYPES, MAX_CONTENT_TYPES))
    overrides = (child for child in root.iter() if str(child.tag).endswith("}Override"))
    return {
        str(child.get("PartName", "")).lstrip("/"): str(child.get("ContentType", "")).lower() for child in overrides
    }


def is_word_package(package: zipfile.ZipFile) -> bool:
    """True for a Word document or template; Refused when it may run macros."""
    types = content_types(package)
    macros = any(name.lower().endswith("vbaproject.bin") for name in package.namelist())
    if macros or {MACRO_TYPE, MACRO_TEMPLATE_TYPE} & set(types.values()):
        sentence = "This Word file may run macros. Save it as .docx without macros and upload it again."
        raise Refused("wrong_type", sentence)
    return any(kind in MAIN_TYPES for kind in types.values())


def parse_xml(data: bytes) -> Element:
    """The root of an XML part that declares no document type and no entity, read without expanding any."""
    refuse_entities(data)
    data = data.replace(STRICT, TRANSITIONAL)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("too_much_memory" if getattr(error, "code", 0) == NO_MEMORY else "corrupt") from None
    except ValueError:
        raise Refused("corrupt") from None
    info = root.getroottree().docinfo
    if getattr(info, "doctype", "") or info.internalDTD is not None:
        raise Refused("xml_entities")
    if (info.encoding or "utf-8").lower() not in ENCODINGS:
        raise Refused("corrupt")
    return root


def refuse_entities(data: bytes) -> None:
    """A DTD or entity declaration in any encoding that pads ASCII with NULs, and in plain ASCII."""
    plain = data.replace(b"\x00", b"") if b"\x00" in data[:200] else data
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain or b"<!doctype" in plain or b"<!entity" in plain:
        raise Refused("xml_entities")


def refuse_entities_everywhere(package: zipfile.ZipFile, limits: Limits) -> None:
    """No XML part of the package, read or not, declares a document type."""
    for entry in package.infolist():
        if entry.filename.lower().endswith(XML_SUFFIXES):
            refuse_entities(read_part(package, entry.filename, limits))
