"""Seals papers with the key of the settings, and reads what signatures prove by the roots of the settings."""

from __future__ import annotations

import certifi
from django.conf import settings

from clm.lib.outside import outside_transactions
from contracts.adapters.sealing import PLAIN, STAMPED, Sealed, TimeStamps, seal
from contracts.adapters.sealing_keys import TRIAL_AUTHORITY, KeyPlace, SealFailed, Token, trial_key
from contracts.adapters.signatures_read import Reading, read_in_bounds


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
    return seal(content, key_place(), time_stamps(), reason=reason)


def read_paper_signatures(content: bytes) -> Reading:
    """What the signatures of anybody's PDF prove here. Raises Refused. Outside of every transaction."""
    outside_transactions("signatures are read")
    return read_in_bounds(content, _trusted(), [settings.TSA_ROOTS or certifi.where()])


def _trusted() -> list[str]:
    place = key_place()
    files = [settings.SEAL_TRUST, settings.SEAL_CHAIN]
    if place.is_trial:
        trial_key(place.trial_folder)
        files.append(str(place.trial_folder / TRIAL_AUTHORITY))
    return [file for file in files if file]


__all__ = ["Reading", "SealFailed", "Sealed", "is_trial", "level_to_come", "read_paper_signatures", "seal_paper"]
