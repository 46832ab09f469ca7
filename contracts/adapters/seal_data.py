"""What seals are made of, and come out as. pyHanko, which makes them (`sealing`), takes long to load."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

# PAdES: with a time stamp on the signature and over all of it, and the signature alone.
STAMPED, PLAIN = "B-LTA", "B-B"
TRIAL = "for trying out"


class SealFailed(Exception):
    """The seal could not be made as it is to be made: nothing lower was made instead. Told to the sender."""


@dataclass(frozen=True)
class Token:
    """A key on a PKCS#11 token, and the labels under which it and its certificate are found there."""

    module: str
    label: str
    pin: str
    key_label: str
    certificate_label: str = ""


@dataclass(frozen=True)
class KeyPlace:
    """A token, else a PKCS#12 file, else what is made in `trial_folder` on the first use. `chain` is a PEM file with
    the authorities above the certificate, where neither the file nor the token has them."""

    trial_folder: Path
    pkcs12: str = ""
    password: str = ""
    token: Token | None = None
    chain: str = ""

    @property
    def is_trial(self) -> bool:
        return not self.pkcs12 and self.token is None


@dataclass(frozen=True)
class TimeStamps:
    """A time-stamp authority (RFC 3161) and the PEM file of the roots its certificate leads to; without one, those
    that browsers trust."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    roots: str = ""


@dataclass(frozen=True)
class Sealed:
    """The sealed bytes, the level they reached, and whose certificate it is."""

    content: bytes
    level: str
    certificate: str


class NotTaken(SealFailed):
    """The file as it is takes no further signature: trying again is of no use."""
