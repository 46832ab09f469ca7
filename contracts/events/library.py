"""Facts about the clause library: one function per fact, which builds its payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.accounts.models import Organization
from clm.events.record import Event
from contracts.models import Clause, DeclinedOffer, LibraryClause, LibraryClauseVersion


def clause_added(clause: LibraryClause, version: LibraryClauseVersion, facts: Mapping[str, Any]) -> Event:
    after = {**facts, "version": version.number, "positions": version.positions}
    return _clause("library_clause.added", "contracts.add_library_clause", clause, {}, after)


def clause_changed(clause: LibraryClause, before: Mapping[str, Any], after: Mapping[str, Any], note: str = "") -> Event:
    """Facts by name; a new or changed draft as `version` and its `positions`."""
    return _clause("library_clause.changed", "contracts.change_library_clause", clause, before, after, note)


def clause_approved(
    clause: LibraryClause, version: LibraryClauseVersion, before: Mapping[str, Any], *, is_new: bool
) -> Event:
    """The payload names the version, so that whoever keeps drafts up to date needs no further look; `is_new` False: it
    counted before, and other types of contracts must have it now."""
    words = {"version": version.number, "positions": version.positions} if is_new else {}
    types = {"mandatory_for": clause.mandatory_for} if "mandatory_for" in before else {}
    return Event(
        type="library_clause.approved",
        verb="contracts.approve_library_clause",
        subject=clause,
        before=before,
        after={"state": clause.state, **words, **types},
        payload={
            "library_clause_id": clause.pk,
            "library_version_id": version.pk,
            "number": version.number,
            "is_new": is_new,
        },
    )


def clause_retired(clause: LibraryClause, before: str, reason: str) -> Event:
    change: tuple[dict[str, Any], dict[str, Any]] = {"state": before}, {"state": clause.state}
    return _clause("library_clause.retired", "contracts.retire_library_clause", clause, *change, reason)


def library_imported(organization: Organization, counts: Mapping[str, int]) -> Event:
    """Each clause that came has a fact of its own besides."""
    facts = {"added": counts["added"], "changed": counts["changed"], "unchanged": counts["unchanged"]}
    return Event(
        type="library.imported", verb="contracts.import_library", subject=organization, after=facts, payload=facts
    )


def clause_adopted(clause: Clause, before: Mapping[str, Any]) -> Event:
    """clause.adopted, or clause.released where the tie was taken off."""
    after = {"library_version": clause.library_version_id, "position": clause.library_position}
    contract_id = clause.version.contract_id
    return Event(
        type="clause.adopted" if clause.library_version_id else "clause.released",
        verb="contracts.adopt_library_clause",
        subject=clause,
        contract_id=contract_id,
        before=before,
        after={"clause": f"{clause.number} {clause.heading}".strip(), **after},
        payload={"clause_id": clause.pk, "version_id": clause.version_id, "contract_id": contract_id, **after},
    )


def offer_declined(declined: DeclinedOffer) -> Event:
    version = declined.library_version
    ids = {"contract_id": declined.contract_id, "library_version_id": version.pk}
    return Event(
        type="library.offer_declined",
        verb="contracts.decline_offer",
        subject=version.clause,
        contract_id=declined.contract_id,
        after={"contract": declined.contract_id, "library_version": version.pk},
        payload={"library_clause_id": version.clause_id, **ids},
        reason=declined.reason,
    )


def _clause(
    type_: str,
    verb: str,
    clause: LibraryClause,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> Event:
    payload = {"library_clause_id": clause.pk}
    return Event(type=type_, verb=verb, subject=clause, before=before, after=after, payload=payload, reason=reason)
