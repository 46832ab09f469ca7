"""What the ledger vouches for: a final version's text and terms still have the hash that was recorded."""

from __future__ import annotations

from clm.audit.seals import Seal, register_seal
from contracts.models import Terms, Version
from contracts.papers import content_hash
from contracts.states import ContractState, VersionState


def _digest(version: Version) -> str:
    if version.contract.state == ContractState.DISPOSED:
        return version.content_hash  # the words are gone: what is left to vouch for is their hash
    return content_hash(version.text, Terms.objects.filter(version=version).first(), version.blob.sha256)


def _is_final(version: Version) -> bool:
    return version.state == VersionState.FINAL


def register() -> None:
    register_seal(Seal(Version, frozenset({"version.finalized"}), _digest, must=_is_final))
