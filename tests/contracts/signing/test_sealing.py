"""A seal as a stranger would check it: with our reading, and with Poppler's pdfsig, which knows nothing of us."""

from __future__ import annotations

import asyncio
import io
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfWriter

from clm.documents.extraction.extracted import Refused
from clm.embedded import system
from contracts.adapters.seal_data import KeyPlace, Sealed, SealFailed, TimeStamps, Token
from contracts.adapters.sealing import seal
from contracts.adapters.sealing_keys import TRIAL_AUTHORITY, TRIAL_FILE, trial_key
from contracts.adapters.signatures import Reading, read_in_bounds
from contracts.papers import sealing
from tests.contracts.signing.authority import PASSWORD, Authority
from tests.shared_data import installed


@cache
def paper() -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(made)
    return made.getvalue()


def trial(folder: Path) -> Sealed:
    return seal(paper(), KeyPlace(folder), None, reason="Executed")


def stamped(authority: Authority) -> Sealed:
    place = KeyPlace(Path("unused"), pkcs12=str(authority.pkcs12), password=PASSWORD)
    return seal(paper(), place, stamps(authority), reason="Executed")


def stamps(authority: Authority) -> TimeStamps:
    return TimeStamps(authority.url, roots=str(authority.roots))


def read(content: bytes, roots: Path) -> Reading:
    return read_in_bounds(content, [str(roots)], [str(roots)])


def pdfsig(content: bytes, folder: Path) -> str:
    file = folder / "checked.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
    return said.stdout


def altered(content: bytes) -> bytes:
    """One byte of the page is another."""
    changed = bytearray(content)
    changed[changed.index(b"/MediaBox") + 3] ^= 1
    return bytes(changed)


def test_without_an_authority_the_seal_says_plainly_that_it_is_b_b(trial_folder: Path, tmp_path: Path) -> None:
    sealed = trial(trial_folder)
    (signature,) = read(sealed.content, trial_folder / TRIAL_AUTHORITY).signatures

    assert (sealed.level, signature.level, signature.stamp) == ("B-B", "B-B", None)
    assert (signature.is_intact, signature.covers_all, signature.is_changed, signature.is_trusted) == (
        True, True, False, True,
    )  # fmt: skip
    assert "for trying out, proves no identity" in sealed.certificate
    said = pdfsig(sealed.content, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_a_thread_that_runs_an_event_loop_seals_as_well(trial_folder: Path) -> None:
    async def in_a_loop() -> Sealed:
        return trial(trial_folder)

    with ThreadPoolExecutor(max_workers=1) as own:
        assert own.submit(asyncio.run, in_a_loop()).result().level == "B-B"


def test_one_changed_byte_is_found_by_both(trial_folder: Path, tmp_path: Path) -> None:
    changed = altered(trial(trial_folder).content)
    reading = read(changed, trial_folder / TRIAL_AUTHORITY)

    assert not reading.is_whole
    assert (reading.signatures[0].is_intact, reading.signatures[0].level) == (False, "")
    assert "Digest Mismatch." in pdfsig(changed, tmp_path)


def test_what_is_added_behind_the_seal_is_found(trial_folder: Path) -> None:
    sealed = trial(trial_folder).content
    writer = PdfWriter(io.BytesIO(sealed), incremental=True)
    writer.pages[0].rotate(90)
    made = io.BytesIO()
    writer.write(made)
    reading = read(made.getvalue(), trial_folder / TRIAL_AUTHORITY)

    assert made.getvalue().startswith(sealed)
    assert (reading.is_whole, reading.signatures[0].is_intact, reading.signatures[0].is_changed) == (False, True, True)


def test_with_an_authority_it_is_b_lta_with_stamps_and_revocations(authority: Authority, tmp_path: Path) -> None:
    sealed = stamped(authority)
    reading = read(sealed.content, authority.roots)
    (signature,), (archive,) = reading.signatures, reading.document_stamps

    assert (sealed.level, signature.level) == ("B-LTA", "B-LTA")
    assert reading.is_whole
    assert signature.is_trusted
    assert signature.stamp is not None
    assert signature.stamp.is_intact
    assert signature.stamp.is_trusted
    assert (archive.is_intact, archive.is_trusted) == (True, True)
    assert "Time-stamp authority" in archive.authority
    assert signature.stamp.at <= archive.at
    assert b"/CRLs" in sealed.content
    # Poppler judges the signature, and lists the stamp over the document without judging it.
    said = pdfsig(sealed.content, tmp_path)
    assert said.count("Signature is Valid.") == 1
    assert "Signature #2" in said


def test_a_changed_byte_of_a_stamped_file_is_found_by_both(authority: Authority, tmp_path: Path) -> None:
    changed = altered(stamped(authority).content)

    assert not read(changed, authority.roots).is_whole
    assert "Digest Mismatch." in pdfsig(changed, tmp_path)


def test_an_authority_that_nobody_knows_is_said_to_be_unknown(authority: Authority, trial_folder: Path) -> None:
    trial_key(trial_folder)
    reading = read(stamped(authority).content, trial_folder / TRIAL_AUTHORITY)

    assert reading.is_whole
    assert not reading.signatures[0].is_trusted
    assert not reading.document_stamps[0].is_trusted


@pytest.mark.parametrize("path", ["/house/tsa/nobody", "/house/certs/root/ca.crt"])
def test_a_failed_stamp_is_an_error_and_never_a_lower_level(
    authority: Authority, trial_folder: Path, path: str
) -> None:
    wrong = replace(stamps(authority), url=authority.url.replace("/house/tsa/tsa", path), user="user", password="hush")
    with pytest.raises(SealFailed, match=r"^Not sealed: ") as failure:
        seal(paper(), KeyPlace(trial_folder), wrong, reason="Executed")
    assert "hush" not in str(failure.value)
    assert "hush" not in repr(wrong)


def test_a_stamp_of_an_untrusted_authority_is_no_stamp(authority: Authority, trial_folder: Path) -> None:
    """Without a path to a root that is trusted the level would be a claim."""
    trial_key(trial_folder)
    unknown = TimeStamps(authority.url, roots=str(trial_folder / TRIAL_AUTHORITY))
    with pytest.raises(SealFailed):
        seal(paper(), KeyPlace(trial_folder), unknown, reason="Executed")


def test_the_trial_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "keys"
    first = trial_key(folder).read_bytes()

    assert trial_key(folder).read_bytes() == first
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in (TRIAL_FILE, TRIAL_AUTHORITY)] == [0o600] * 2
    assert [each.name for each in folder.parent.iterdir()] == ["keys"]


def test_a_wrong_password_is_said(authority: Authority) -> None:
    place = KeyPlace(Path("unused"), pkcs12=str(authority.pkcs12), password="wrong")
    with pytest.raises(SealFailed, match="is this its password"):
        seal(paper(), place, None, reason="Executed")


def test_what_is_no_pdf_is_refused(trial_folder: Path) -> None:
    trial_key(trial_folder)
    with pytest.raises(Refused):
        read(b"%PDF-1.7 and nothing else", trial_folder / TRIAL_AUTHORITY)


def test_a_paper_whose_signatures_nobody_reads_gets_no_seal_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than are read, say: asking again would end the same."""

    def refuses(content: bytes) -> Reading:
        raise Refused("too_many_signatures", "This file has more than 40 signatures.")

    monkeypatch.setattr(sealing, "read_paper_signatures", refuses)
    assert sealing.seal_behind(b"%PDF-1.7", reason="Completed") is None


def test_a_pdf_without_signatures_proves_nothing(trial_folder: Path) -> None:
    trial_key(trial_folder)
    reading = read(paper(), trial_folder / TRIAL_AUTHORITY)
    assert (reading.is_whole, reading.signatures) == (False, ())


def test_the_key_may_be_on_a_token(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PKCS#11: the private key never leaves the token; the certificate's authority is given as a file."""
    module = installed(system.softhsm(), "SoftHSM, a token made of software (softhsm2)")
    _token(module, authority, tmp_path, monkeypatch)
    token = Token(module, "covenant", "1234", "seal")
    place = KeyPlace(Path("unused"), token=token, chain=str(authority.roots))
    sealed = seal(paper(), place, stamps(authority), reason="Executed")

    assert sealed.level == "B-LTA"
    assert "Acme Ltd" in sealed.certificate
    assert read(sealed.content, authority.roots).signatures[0].is_trusted
    with pytest.raises(SealFailed, match="token"):
        seal(paper(), replace(place, token=replace(token, pin="9999")), None, reason="Executed")


def _token(module: str, authority: Authority, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pkcs11
    from asn1crypto import pem
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
    from pkcs11.util.x509 import decode_x509_certificate

    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    made = ["--init-token", "--free", "--label", "covenant", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run(["softhsm2-util", "--module", module, *made], check=True, capture_output=True)
    key_file = authority.roots.parent / "signer.key.pem"
    brought = ["--import", str(key_file), "--token", "covenant", "--label", "seal", "--id", "01", "--pin", "1234"]
    subprocess.run(["softhsm2-util", "--module", module, *brought], check=True, capture_output=True)
    _key, certificate, _more = pkcs12.load_key_and_certificates(authority.pkcs12.read_bytes(), PASSWORD.encode())
    assert certificate is not None
    der = pem.unarmor(certificate.public_bytes(Encoding.PEM))[2]
    with pkcs11.lib(module).get_token(token_label="covenant").open(rw=True, user_pin="1234") as session:
        facts = decode_x509_certificate(der)
        session.create_object({**facts, pkcs11.Attribute.LABEL: "seal", pkcs11.Attribute.TOKEN: True})
