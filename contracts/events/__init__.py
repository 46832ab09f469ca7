"""Facts about contracts: one function per fact, which builds its payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from clm.events.record import Event
from contracts.models import (
    Contract,
    ContractParty,
    Party,
    Passage,
    Reading,
    RenewalDecision,
    Term,
    Terms,
    UnusualReading,
    Version,
)


def contract_created(contract: Contract, said: Mapping[str, Any] | None = None) -> Event:
    """`said` has values of the organization's own fields."""
    after = {
        "reference": contract.reference,
        "title": contract.title,
        "category": contract.category,
        "owner": contract.owner_id,
        "is_confidential": contract.is_confidential,
        **({"department": contract.department_id} if contract.department_id else {}),
        **({"tags": contract.tags} if contract.tags else {}),
        **(said or {}),
    }
    return Event(
        type="contract.created",
        verb="contracts.create_contract",
        subject=contract,
        contract_id=contract.pk,
        after=after,
        payload={"contract_id": contract.pk, "reference": contract.reference},
    )


def contract_changed(contract: Contract, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return _contract("contract.changed", "contracts.change_contract", contract, before=before, after=after)


def contract_moved(
    type_: str, verb: str, contract: Contract, previous: str, *, reason: str = "", **facts: Any
) -> Event:
    """contract.executed, .activated, .terminated, .archived, .expired."""
    after = {"state": contract.state, **facts}
    return _contract(type_, verb, contract, before={"state": previous}, after=after, reason=reason)


def contract_restricted(contract: Contract, before: bool, people: list[UUID]) -> Event:
    return _contract(
        "contract.restricted" if contract.is_confidential else "contract.opened_up",
        "contracts.restrict_contract",
        contract,
        before={"is_confidential": before},
        after={"is_confidential": contract.is_confidential, "people": sorted(str(person) for person in people)},
    )


def contract_read(reading_id: UUID, contract_id: UUID) -> Event:
    """The first look of a day at a confidential contract. About the reading: the contract's own facts are as before."""
    return Event(
        type="contract.read",
        verb="contracts.view_contract",
        subject=Reading(pk=reading_id),
        contract_id=contract_id,
        payload={"contract_id": contract_id},
    )


def reading_unusual(row: UnusualReading) -> Event:
    return Event(
        type="reading.unusual",
        verb="contracts.flag_unusual_readings",
        subject=row,
        after={"user": row.user_id, "on": row.on, "opened": row.opened},
        payload={"user_id": row.user_id, "on": row.on, "opened": row.opened},
    )


def term_started(contract: Contract, term: Term) -> Event:
    """The payload names the term's dates, so that a calendar needs no further look."""
    dates = {"starts_on": term.starts_on, **_dates(term)}
    return Event(
        type="contract.term_started",
        verb="contracts.advance_terms",
        subject=term,
        contract_id=contract.pk,
        after={"number": term.number, "basis": term.basis, **dates},
        payload={"contract_id": contract.pk, "term_id": term.pk, "number": term.number, **dates},
    )


def term_changed(contract: Contract, term: Term, before: Mapping[str, Any]) -> Event:
    """An amendment governs the current term, and may give it other dates."""
    dates = _dates(term)
    return Event(
        type="contract.term_changed",
        verb="contracts.advance_terms",
        subject=term,
        contract_id=contract.pk,
        before=before,
        after=dates | {"version_id": term.version_id},
        payload={"contract_id": contract.pk, "term_id": term.pk, "number": term.number, **dates},
    )


def _dates(term: Term) -> dict[str, Any]:
    return {name: getattr(term, name) for name in ("ends_on", "notice_deadline", "notice_closes_at")}


def renewal_decided(decision: RenewalDecision) -> Event:
    facts = {"term_number": decision.term_number, "kind": decision.kind, "decided_on": decision.decided_on}
    return Event(
        type="contract.renewal_decided",
        verb="contracts.decide_renewal",
        subject=decision,
        contract_id=decision.contract_id,
        after={**facts, "decided_at": decision.decided_at},
        payload={"contract_id": decision.contract_id, **facts},
        reason=decision.note,
    )


def party_set(verb_type: str, part: ContractParty) -> Event:
    """contract.party_added or contract.party_removed."""
    return Event(
        type=verb_type,
        verb="contracts.set_parties",
        subject=part,
        contract_id=part.contract_id,
        after={"party": part.party_id, "role": part.role},
        payload={"contract_id": part.contract_id, "party_id": part.party_id, "role": part.role},
    )


def party_created(party: Party) -> Event:
    return _party("party.created", "contracts.create_party", party, {})


def party_changed(party: Party, before: Mapping[str, Any]) -> Event:
    return _party("party.changed", "contracts.change_party", party, before)


def version_added(version: Version) -> Event:
    after = {
        "number": version.number,
        "file_name": version.file_name,
        "media_type": version.media_type,
        "document": version.blob.sha256,
        "content_hash": version.content_hash,
    }
    return _version("version.added", "contracts.add_version", version, after)


def version_finalized(version: Version) -> Event:
    after = {"number": version.number, "effective_on": version.effective_on, "digest": version.content_hash}
    return _version("version.finalized", "contracts.finalize_version", version, after)


def terms_set(terms: Terms, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return Event(
        type="version.terms_set",
        verb="contracts.set_terms",
        subject=terms.version,
        contract_id=terms.version.contract_id,
        before=before,
        after={**after, "content_hash": terms.version.content_hash},
        payload={"version_id": terms.version_id, "contract_id": terms.version.contract_id},
    )


def passage_marked(passage: Passage) -> Event:
    return Event(
        type="passage.marked",
        verb="contracts.mark_passage",
        subject=passage,
        contract_id=passage.version.contract_id,
        after={"clause": passage.clause_id, "start": passage.start, "end": passage.end, "quote": passage.quote},
        payload={"passage_id": passage.pk, "version_id": passage.version_id},
    )


def _contract(
    type_: str,
    verb: str,
    contract: Contract,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=contract,
        contract_id=contract.pk,
        before=before,
        after=after,
        payload={"contract_id": contract.pk},
        reason=reason,
    )


def _party(type_: str, verb: str, party: Party, before: Mapping[str, Any]) -> Event:
    names = ("name", "is_ours", "country")
    return Event(
        type=type_,
        verb=verb,
        subject=party,
        before=before,
        after={name: getattr(party, name) for name in names},
        payload={"party_id": party.pk},
    )


def _version(type_: str, verb: str, version: Version, after: Mapping[str, Any]) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=version,
        contract_id=version.contract_id,
        after=after,
        payload={"version_id": version.pk, "contract_id": version.contract_id, "number": version.number},
    )
