"""Seals papers with the key of the settings, and reads what signatures prove by the roots of the settings."""

from __future__ import annotations

import certifi
from django.conf import settings

from clm.documents.extraction import Refused
from clm.lib.outside import outside_transactions
from contracts.adapters.seal_data import PLAIN, STAMPED, KeyPlace, NotTaken, Sealed, SealFailed, TimeStamps, Token
from contracts.adapters.signatures import Reading, read_in_bounds


def key_place() -> KeyPlace:
    """Where the settings say that the key is."""
    token = None
    if settings.SEAL_TOKEN_MODULE:
        token = Token(
            settings.SEAL_TOKEN_MODULE,
            settings.SEAL_TOKEN_LABEL,
            settings.SEAL_TOKEN_PIN,
            settings.SEAL_TOKEN_KEY,
            settings.SEAL_TOKEN_CERTIFICATE,
        )
    return KeyPlace(
        settings.SEAL_FOLDER, settings.SEAL_PKCS12, settings.SEAL_PKCS12_PASSWORD, token, settings.SEAL_CHAIN
    )


def time_stamps() -> TimeStamps | None:
    """The time-stamp authority of the settings, if they name one."""
    if not settings.TSA_URL:
        return None
    return TimeStamps(settings.TSA_URL, settings.TSA_USER, settings.TSA_PASSWORD, settings.TSA_ROOTS)


def level_to_come() -> str:
    """The level that seals have by the settings."""
    return STAMPED if settings.TSA_URL else PLAIN


def is_trial() -> bool:
    """Whether seals are made with the key for trying out."""
    return key_place().is_trial


def seal_paper(content: bytes, *, reason: str) -> Sealed:
    """The paper, sealed. Raises SealFailed. Outside of every transaction."""
    outside_transactions("a paper is sealed")
    return _seal(content, reason=reason)


def seal_behind(content: bytes, *, reason: str) -> Sealed | None:
    """A paper that bears signatures, with our seal behind them; None where one of them would not hold any more, or the
    file takes no further one. Raises SealFailed. Outside of every transaction."""
    outside_transactions("a paper is sealed")
    try:
        before = read_paper_signatures(content)
        made = _seal(content, reason=reason, certifies=False)
        after = read_paper_signatures(made.content)
    except (Refused, NotTaken):
        return None
    held = [each.holds for each in after.signatures[: len(before.signatures)]]
    return made if held == [each.holds for each in before.signatures] else None


def _seal(content: bytes, *, reason: str, certifies: bool = True) -> Sealed:
    from contracts.adapters.sealing import seal  # only processes that seal load pyHanko

    return seal(content, key_place(), time_stamps(), reason=reason, certifies=certifies)


def read_paper_signatures(content: bytes) -> Reading:
    """What the signatures of anybody's PDF prove here. Raises Refused. Outside of every transaction."""
    outside_transactions("signatures are read")
    return read_in_bounds(content, _trusted(), [settings.TSA_ROOTS or certifi.where()])


def _trusted() -> list[str]:
    """Never the authority for trying out: it vouches for nobody."""
    return [file for file in (settings.SEAL_TRUST, settings.SEAL_CHAIN) if file]


__all__ = [
    "Reading", "SealFailed", "Sealed", "is_trial", "level_to_come", "read_paper_signatures", "seal_behind",
    "seal_paper",
]  # fmt: skip
