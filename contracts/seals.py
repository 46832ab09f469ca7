"""What the ledger vouches for: a final version's text and terms still have the hash that was recorded."""

from __future__ import annotations

from clm.audit.seals import Seal, register_seal
from contracts.models import Terms, Version
from contracts.paper import content_hash


def _digest(version: Version) -> str:
    return content_hash(version.text, Terms.objects.filter(version=version).first(), version.blob.sha256)


def register() -> None:
    register_seal(Seal(Version, frozenset({"version.finalized"}), _digest))
