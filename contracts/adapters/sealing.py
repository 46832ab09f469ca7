"""Seals a PDF: bytes in, bytes out. PAdES B-LTA where there is a time-stamp authority, B-B where there is none.

ETSI EN 319 142-1: B-B is the signature alone; B-LTA has a time stamp on it, what it takes to validate it later, and a
time stamp over both.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import count

import certifi
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext

from contracts.adapters.seal_data import PLAIN, STAMPED, KeyPlace, NotTaken, Sealed, SealFailed, TimeStamps
from contracts.adapters.sealing_keys import certificates_in, signer_at
from contracts.adapters.signatures_read import Trust, read_signatures

FIELD = "CovenantSeal"
SECONDS = 20


def seal(content: bytes, place: KeyPlace, stamps: TimeStamps | None, *, reason: str, certifies: bool = True) -> Sealed:
    """The PDF with an invisible signature over all of it, behind those that it has. It certifies that nothing comes
    later, unless there are others before it. Takes seconds and asks the network: never inside a transaction. Raises
    SealFailed; a level lower than the settings ask for is never answered."""
    # pyHanko runs an event loop of its own, and the caller's thread may have one already.
    with ThreadPoolExecutor(max_workers=1) as own:
        return own.submit(copy_context().run, _seal, content, place, stamps, _Facts(reason, certifies)).result()


@dataclass(frozen=True)
class _Facts:
    reason: str
    certifies: bool


def _seal(content: bytes, place: KeyPlace, stamps: TimeStamps | None, facts: _Facts) -> Sealed:
    wanted = STAMPED if stamps else PLAIN
    field = _free_field(content)
    try:
        with signer_at(place) as signer:
            roots = _roots(signer, place)
            made = _signed(content, signer, roots, stamps, facts, field)
            name = _name(signer)
    except SealFailed:
        raise
    except SigningError as failure:
        raise NotTaken(f"Not sealed: {_said(failure)}") from failure
    except Exception as failure:
        # pyHanko, aiohttp and the token each have their own kinds of failure: all of them mean "not sealed, try again".
        raise SealFailed(f"Not sealed: {_said(failure)}") from failure
    reached = _checked(made, Trust(tuple(roots), tuple(_trusted(stamps)) if stamps else ()), field)
    if reached != wanted:
        raise SealFailed(f"The seal came out as {reached or 'none'}, not as {wanted}.")
    return Sealed(made, reached, name)


def _name(signer: Signer) -> str:
    certificate = signer.signing_cert
    return str(certificate.subject.human_friendly) if certificate is not None else ""


def _said(failure: Exception) -> str:
    """One line without addresses: an address may carry a name and a password."""
    if isinstance(failure, PdfError):
        return str(failure)[:300]
    return type(failure).__name__


def _roots(signer: Signer, place: KeyPlace) -> list[x509.Certificate]:
    """The authorities that came with the key: what the seal leads to."""
    given = [*certificates_in(place.chain), *signer.cert_registry]
    return [each for each in given if each.self_signed in ("yes", "maybe")] or [signer.signing_cert]


def _signed(
    content: bytes,
    signer: Signer,
    roots: Sequence[x509.Certificate],
    stamps: TimeStamps | None,
    facts: _Facts,
    field: str,
) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    context = _validation(roots, stamps) if stamps else None
    how = PdfSignatureMetadata(
        field_name=field,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason=facts.reason,
        certify=facts.certifies,
        docmdp_permissions=MDPPerm.NO_CHANGES if facts.certifies else MDPPerm.FILL_FORMS,
        embed_validation_info=stamps is not None,
        use_pades_lta=stamps is not None,
        validation_context=context,
    )
    out = io.BytesIO()
    PdfSigner(how, signer, timestamper=_stamper(stamps)).sign_pdf(writer, output=out)
    return out.getvalue()


def _validation(roots: Sequence[x509.Certificate], stamps: TimeStamps) -> ValidationContext:
    """What a certificate says about its revocations has to be had, or there is no seal."""
    return ValidationContext(trust_roots=[*roots, *_trusted(stamps)], allow_fetching=True, revocation_mode="hard-fail")


def _trusted(stamps: TimeStamps) -> list[x509.Certificate]:
    return certificates_in(stamps.roots or certifi.where())


def _stamper(stamps: TimeStamps | None) -> HTTPTimeStamper | None:
    if stamps is None:
        return None
    auth = (stamps.user, stamps.password) if stamps.user else None
    return HTTPTimeStamper(stamps.url, timeout=SECONDS, auth=auth)


def _free_field(content: bytes) -> str:
    """A name that no field of the file has: it may be one that was sealed here before."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    taken = {name for name, _value, _field in enumerate_sig_fields(reader)}
    names = (FIELD if number == 1 else f"{FIELD}{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def _checked(content: bytes, trust: Trust, field: str) -> str:
    """The level of our own seal in what was made."""
    found = [each for each in read_signatures(content, trust).signatures if each.field == field]
    return found[0].level if found and found[0].is_intact else ""
