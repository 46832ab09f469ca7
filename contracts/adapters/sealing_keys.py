"""Where the key of the seal comes from: a PKCS#12 file, a PKCS#11 token, or one made here for trying out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers import Signer, SimpleSigner

from clm.lib import clock
from contracts.adapters.seal_data import TRIAL, KeyPlace, SealFailed, Token

TRIAL_YEARS = 10
TRIAL_FILE, TRIAL_AUTHORITY = "trial-seal.p12", "trial-authority.pem"
# RFC 9608: the one who issued this certificate tells of no revocations.
NO_REVOCATIONS = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00")


@contextmanager
def signer_at(place: KeyPlace) -> Iterator[Signer]:
    """The signer, as long as the block runs. Raises SealFailed where the key cannot be had."""
    if place.token is not None:
        with _token_signer(place.token, place.chain) as signer:
            yield signer
        return
    file = Path(place.pkcs12) if place.pkcs12 else trial_key(place.trial_folder)
    yield _file_signer(file, place)


def _file_signer(file: Path, place: KeyPlace) -> SimpleSigner:
    try:
        content = file.read_bytes()
        password = place.password.encode() if place.pkcs12 and place.password else None
        chain = certificates_in(place.chain)
        signer: SimpleSigner = SimpleSigner.load_pkcs12_data(content, other_certs=chain, passphrase=password)
        return signer
    except OSError as failure:
        raise SealFailed(f"The key of the seal cannot be read: {failure.strerror}.") from failure
    except ValueError as failure:
        raise SealFailed("The key of the seal cannot be opened: is it PKCS#12, and is this its password?") from failure


@contextmanager
def _token_signer(token: Token, chain: str) -> Iterator[Signer]:
    from pkcs11.exceptions import PKCS11Error
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    try:
        session = open_pkcs11_session(token.module, token_criteria=TokenCriteria(label=token.label), user_pin=token.pin)
    except (PKCS11Error, RuntimeError, OSError) as failure:
        raise SealFailed(f"The token of the seal does not open: {type(failure).__name__}.") from failure
    with session:
        signer = PKCS11Signer(
            session,
            key_label=token.key_label,
            cert_label=token.certificate_label or token.key_label,
            ca_chain=certificates_in(chain),
        )
        # Every token signs a hash with an elliptic key; few make the hash themselves, and it is no secret.
        signer.use_raw_mechanism = signer.signing_cert.public_key.algorithm == "ec"
        yield signer


def certificates_in(path: str | Path) -> list[asn1_x509.Certificate]:
    """The certificates of a PEM file; none without a path. Raises SealFailed for a file that is none."""
    if not path:
        return []
    try:
        blocks = list(pem.unarmor(Path(path).read_bytes(), multiple=True))
    except (OSError, ValueError) as failure:
        raise SealFailed(f"{Path(path).name} is no readable PEM file of certificates.") from failure
    return [asn1_x509.Certificate.load(content) for _kind, _headers, content in blocks]


def trial_key(folder: Path) -> Path:
    """The PKCS#12 file of the key for trying out; made together with its authority where there is none yet."""
    file = folder / TRIAL_FILE
    if not file.exists():
        _make_trial(folder)
    return file


def _make_trial(folder: Path) -> None:
    """Whole or not at all, and once, whoever else makes one: a folder is renamed, and only one can be."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        file, authority = _trial_files()
        for name, content in ((TRIAL_FILE, file), (TRIAL_AUTHORITY, authority)):
            (made / name).write_bytes(content)
            (made / name).chmod(0o600)
        try:
            os.rename(made, folder)
        except OSError:
            if not (folder / TRIAL_FILE).exists():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _trial_files() -> tuple[bytes, bytes]:
    """The PKCS#12 file and the authority's certificate. The authority's own key is forgotten: it issues no more."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("Covenant trial authority"), _name("Covenant seal")
    root = _certificate(root_name, root_name, root_key.public_key(), is_authority=True).sign(root_key, hashes.SHA256())
    leaf = _certificate(name, root_name, key.public_key(), is_authority=False).sign(root_key, hashes.SHA256())
    file = pkcs12.serialize_key_and_certificates(
        b"covenant-trial-seal", key, leaf, [root], serialization.NoEncryption()
    )
    return file, root.public_bytes(serialization.Encoding.PEM)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Covenant, {TRIAL}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{common} ({TRIAL}, proves no identity)"),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, is_authority: bool
) -> x509.CertificateBuilder:
    now = clock.now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * TRIAL_YEARS))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    return builder if is_authority else builder.add_extension(NO_REVOCATIONS, critical=False)


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
