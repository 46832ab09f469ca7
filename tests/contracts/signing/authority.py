"""A certificate authority and a time-stamp authority that tests start on 127.0.0.1, with keys made once a session."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import yaml
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

PASSWORD = "for the tests"
NAMES = ("root", "tsa", "signer")
AUTHORITY = {"id": "basic_constraints", "critical": True, "value": {"ca": True}}
CRL = {
    "id": "crl_distribution_points",
    "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": ["root"]}},
}
VALID = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2099-01-01T00:00:00+0000"}


@dataclass(frozen=True)
class Authority:
    """Where its time stamps are had, its root as a PEM file, and a signer's key of it as PKCS#12."""

    url: str
    roots: Path
    pkcs12: Path
    asked: list[str]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        del format, args


@contextmanager
def authority_in(folder: Path) -> Iterator[Authority]:
    """Runs as long as the block does; `asked` are the paths that were asked for."""
    asked: list[str] = []
    with make_server("127.0.0.1", 0, _nothing, server_class=WSGIServer, handler_class=_Quiet) as server:
        prefix = f"http://127.0.0.1:{server.server_port}"
        _keys(folder)
        config = CertomancerConfig(yaml.safe_load(yaml.safe_dump(_config(prefix, folder))), key_search_dir=str(folder))
        animator = Animator(AnimatorArchStore(config.pki_archs), with_web_ui=False)

        def app(environ: Any, start: Any) -> Any:
            asked.append(environ["PATH_INFO"])
            return animator(environ, start)

        server.set_app(app)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        arch = config.get_pki_arch(ArchLabel("house"))
        (folder / "root.pem").write_bytes(_pem(arch.get_cert(CertLabel("root")).dump()))
        (folder / "signer.p12").write_bytes(arch.package_pkcs12(CertLabel("signer"), password=PASSWORD.encode()))
        try:
            yield Authority(f"{prefix}/house/tsa/tsa", folder / "root.pem", folder / "signer.p12", asked)
        finally:
            server.shutdown()
            thread.join()


def _nothing(environ: Any, start: Any) -> list[bytes]:
    start("503 Not yet", [])
    return []


def _pem(der: bytes) -> bytes:
    from cryptography import x509

    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)


def _keys(folder: Path) -> None:
    for name in NAMES:
        key = ec.generate_private_key(ec.SECP256R1())
        content = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.key.pem").write_bytes(content)


def _usage(*names: str) -> dict[str, Any]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(names)}}


def _config(prefix: str, folder: Path) -> dict[str, Any]:
    stamping = {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]}
    certificates = {
        "root": {
            "subject": "root", "subject-key": "root", "issuer": "root", "authority-key": "root", "validity": VALID,
            "extensions": [AUTHORITY, _usage("digital_signature", "key_cert_sign", "crl_sign")],
        },
        "tsa": {"issuer": "root", "validity": VALID, "extensions": [_usage("digital_signature"), stamping, CRL]},
        "signer": {
            "issuer": "root", "validity": VALID,
            "extensions": [_usage("digital_signature", "non_repudiation"), CRL],
        },
    }  # fmt: skip
    services = {
        "crl-repo": {"root": {"for-issuer": "root", "signing-key": "root", "simulated-update-schedule": "P90D"}},
        "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
    }
    return {
        "external-url-prefix": prefix,
        "keysets": {"house": {"path-prefix": ".", "keys": {name: {"path": f"{name}.key.pem"} for name in NAMES}}},
        "pki-architectures": {
            "house": {
                "keyset": "house",
                "entity-defaults": {"country-name": "DE", "organization-name": "Authority of the tests"},
                "entities": {
                    "root": {"common-name": "Root"},
                    "tsa": {"common-name": "Time-stamp authority"},
                    "signer": {"common-name": "Acme Ltd"},
                },
                "certs": certificates,
                "services": services,
            }
        },
    }
