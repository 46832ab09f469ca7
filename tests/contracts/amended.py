"""Amendments for tests, made by calling verbs: proposed, accepted by both sides, final."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Amendment, Contract, ContractParty, Version
from contracts.operations.add_version import add_version
from contracts.operations.amending.answer_amendment import accept_amendment
from contracts.operations.amending.guards import Evidence, put_evidence
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import record_acceptance
from contracts.operations.finalize_version import finalize_version
from contracts.operations.set_terms import set_terms
from contracts.queries.amendments import amendment_of, waited_for
from tests.contracts.papers import TERMS, TEXT, active_contract, text_paper


def letter(actor: Actor) -> Evidence:
    return put_evidence(actor, b"We accept.", "letter.txt")


def amended_text(actor: Actor, contract: Contract, text: str = "", **terms: Any) -> Version:
    """The next version, with its terms, a draft."""
    paper = text_paper(text or TEXT.replace("99.9", "99.5"))
    version = add_version(actor=actor, contract_id=contract.pk, paper=paper)
    set_terms(actor=actor, version_id=version.pk, terms=TERMS | terms)
    return version


def proposed(actor: Actor, contract: Contract | None = None, **facts: Any) -> Amendment:
    """Of a contract in force: 99.5 instead of 99.9."""
    version = amended_text(actor, contract or active_contract(actor))
    return propose_amendment(actor=actor, version_id=version.pk, **facts)


def accepted(actor: Actor, amendment: Amendment) -> Amendment:
    """By everybody who has not yet: by us here, by the others in a letter."""
    found = amendment_of(amendment.version)
    assert found is not None
    for part in waited_for(found):
        facts = {"actor": actor, "amendment_id": found.pk, "part_id": part.pk}
        if part.role == ContractParty.Role.OURS:
            accept_amendment(**facts, seen=found.content_hash)
        else:
            record_acceptance(**facts, how="letter", by_name="Carl Cirrus", evidence=letter(actor))
    return found


def agree(actor: Actor, version_id: UUID, effective_on: date) -> None:
    """The version is proposed and accepted by everybody; from a day that is over because it says so."""
    version = Version.objects.select_related("contract").get(pk=version_id)
    is_past = effective_on < clock.today(version.contract.time_zone)
    why = {"is_retroactive": is_past, "retroactive_reason": "Section 2 says so" if is_past else ""}
    accepted(actor, propose_amendment(actor=actor, version_id=version_id, effective_on=effective_on, **why))


def amended(actor: Actor, version_id: UUID, effective_on: date) -> Version:
    """The version is a final amendment."""
    agree(actor, version_id, effective_on)
    return finalize_version(actor=actor, version_id=version_id, effective_on=effective_on)
