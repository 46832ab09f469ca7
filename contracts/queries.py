"""Reads about contracts: querysets and frozen values."""

from __future__ import annotations

from datetime import date

from clm.lib.trace import ClauseRef
from contracts.models import Contract, Passage, Version
from contracts.states import VersionState


def version_in_force(contract: Contract, on: date) -> Version | None:
    """The final version with the latest `effective_on` that is not after `on` (a date in the contract's zone)."""
    finals = Version.objects.filter(contract=contract, state=VersionState.FINAL, effective_on__lte=on)
    return finals.order_by("-effective_on", "-number").first()


def clause_ref(passage: Passage) -> ClauseRef:
    """The sentence of a passage for a trace. Fetch it with version__contract and clause joined."""
    version = passage.version
    return ClauseRef(
        quote=passage.quote,
        clause_number=passage.clause.number,
        clause_id=str(passage.clause_id),
        contract_id=str(version.contract_id),
        contract_reference=version.contract.reference,
        version_id=str(version.pk),
        version_number=version.number,
        content_hash=version.content_hash,
    )
