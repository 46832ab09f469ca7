"""Reads what a PDF's signatures prove: what they cover, whether anything came later, who signed, when, and how far it
leads.

Files of strangers are read by `signatures.read_in_bounds`, which runs this in a bounded process.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from clm.documents.extraction.extracted import Refused
from contracts.adapters.seal_data import TRIAL
from contracts.adapters.signatures import Reading, Signature, Stamp

MOST_SIGNATURES = 40


@dataclass(frozen=True)
class Trust:
    """The roots to which certificates, and those of time stamps, may lead."""

    roots: tuple[x509.Certificate, ...] = ()
    stamp_roots: tuple[x509.Certificate, ...] = ()


def read_signatures(content: bytes, trust: Trust) -> Reading:
    """Asks no network: revocations are read from the file. Raises Refused for what is no PDF."""
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        embedded = list(reader.embedded_signatures)
    except (PdfError, ValueError, KeyError, IndexError, RecursionError, OSError) as failure:
        raise Refused("corrupt") from failure
    if len(embedded) > MOST_SIGNATURES:
        raise Refused("too_large")
    stamps = [_document_stamp(each, trust) for each in embedded if _is_stamp(each)]
    has_archive = bool(stamps) and stamps[-1].is_intact
    others = [each for each in embedded if not _is_stamp(each)]
    last = embedded[-1] if embedded else None
    signatures = [_signature(each, trust, reader, has_archive, is_last=each is last) for each in others]
    return Reading(tuple(signatures), tuple(stamps))


def _is_stamp(signature: EmbeddedPdfSignature) -> bool:
    return str(signature.sig_object.get("/Type", "/Sig")) == "/DocTimeStamp"


def _context(reader: PdfFileReader, roots: Iterable[x509.Certificate], at: datetime | None) -> ValidationContext:
    """With what the file carries for its own validation; at the moment that a time stamp proves, else now."""
    asked: dict[str, Any] = {"trust_roots": list(roots), "allow_fetching": False, "revocation_mode": "soft-fail"}
    if at is not None:
        asked |= {"moment": at, "retroactive_revinfo": True}
    try:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(asked)
    except NoDSSFoundError:
        return ValidationContext(**asked)


def _document_stamp(embedded: EmbeddedPdfSignature, trust: Trust) -> Stamp:
    context = _context(embedded.reader, trust.stamp_roots, None)
    status = validate_pdf_timestamp(embedded, validation_context=context)
    authority = str(status.signing_cert.subject.human_friendly)
    return Stamp(status.timestamp, authority, status.intact and status.valid, status.trusted)


def _signature(
    embedded: EmbeddedPdfSignature, trust: Trust, reader: PdfFileReader, has_archive: bool, *, is_last: bool
) -> Signature:
    certificate = embedded.signer_cert
    named = {
        "field": str(embedded.field_name),
        "name": str(certificate.subject.human_friendly),
        "issuer": str(certificate.issuer.human_friendly),
        "fingerprint": certificate.sha256.hex(),
        "claimed_at": embedded.self_reported_timestamp,
        "is_trial": TRIAL in str(certificate.subject.human_friendly),
    }
    try:
        status = _status(embedded, trust, reader)
    except (SignatureValidationError, PdfError) as failure:
        # Not a signature that can be judged: it proves nothing.
        del failure
        return Signature(
            **named, is_intact=False, covers_all=False, is_changed=True, is_trusted=False, level="", stamp=None
        )
    is_intact = bool(status.intact and status.valid)
    stamp = _stamp(status.timestamp_validity)
    covers = status.coverage in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
    return Signature(
        **named,
        is_intact=is_intact,
        covers_all=covers,
        is_changed=not covers or _is_changed(status, is_last=is_last),
        is_trusted=bool(status.trusted),
        level=_level(stamp, reader, has_archive) if is_intact else "",
        stamp=stamp,
    )


def _status(embedded: EmbeddedPdfSignature, trust: Trust, reader: PdfFileReader) -> Any:
    """At the moment of the signature's own time stamp, where that is intact and trusted; else now."""
    now = _context(reader, trust.roots, None)
    status = validate_pdf_signature(embedded, now, _context(reader, trust.stamp_roots, None))
    stamp = _stamp(status.timestamp_validity)
    if status.trusted or stamp is None or not (stamp.is_intact and stamp.is_trusted):
        return status
    then = _context(reader, trust.roots, stamp.at)
    return validate_pdf_signature(embedded, then, _context(reader, trust.stamp_roots, None))


def _stamp(status: Any) -> Stamp | None:
    if status is None:
        return None
    authority = str(status.signing_cert.subject.human_friendly)
    return Stamp(status.timestamp, authority, bool(status.intact and status.valid), bool(status.trusted))


def _is_changed(status: Any, *, is_last: bool) -> bool:
    """Whether something came behind it that is neither validation data nor a time stamp nor a signature it allows."""
    if is_last and status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return False
    level = status.modification_level
    if level is None or level > ModificationLevel.FORM_FILLING:
        return True
    return status.docmdp_ok is False


def _level(stamp: Stamp | None, reader: PdfFileReader, has_archive: bool) -> str:
    """ETSI EN 319 142-1, by what is there: time stamp (T), validation data (LT), a stamp over the document (LTA)."""
    if stamp is None or not stamp.is_intact:
        return "B-B"
    if "/DSS" not in reader.root:
        return "B-T"
    return "B-LTA" if has_archive else "B-LT"
