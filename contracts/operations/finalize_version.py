"""A version's text and terms are fixed for good."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts import events
from contracts.models import Amendment, Contract, Terms, Version
from contracts.operations.advance_terms import catch_up
from contracts.operations.amending.guards import effect_of, finish
from contracts.operations.guards import locked_version
from contracts.operations.negotiation.guards import settle_negotiation
from contracts.outlook import check_history
from contracts.queries.amendments import check_accepted
from contracts.queries.approvals import check_may_be_filed, check_no_approval_open
from contracts.queries.omissions import check_version_complete
from contracts.queries.signing import check_not_out
from contracts.states import BEFORE_SIGNATURE, ENDED, VersionState

VERB = "contracts.finalize_version"


@transaction.atomic
def finalize_version(*, actor: Actor, version_id: UUID, effective_on: date | None = None) -> Version:
    """The version is final and takes effect on that day in the contract's zone. The database refuses later changes.

    Of a contract that is signed it is an amendment: each party has accepted it (`check_accepted`), and it takes effect
    on the day that they accepted, or on that of the last acceptance where that is later. Of a contract in force the
    current term follows as soon as the version takes effect. Raises Invalid `effective_on_missing`, DomainError
    `terms_missing`, `effect_in_disorder` (an earlier final version takes effect later), `not_signed` while the
    contract is under way to its signature, `mandatory_missing` of a text that was negotiated here (see
    `contracts/queries/omissions.py`), and what `settle_negotiation`, `check_may_be_filed`, `check_accepted` and
    `check_history` refuse, `effect_not_agreed` for another day than was accepted.
    """
    version = locked_version(version_id)
    contract = version.contract
    require(actor, VERB, version)
    check_not_out(contract)
    version.STATES.check(version.state, VersionState.FINAL)
    check_no_approval_open(contract)
    check_can_be_final(version, contract, effective_on)
    check_version_complete(version, contract)
    check_may_be_filed(contract, version)
    settle_negotiation(actor, version)
    amendment = check_accepted(contract, version)
    starts_on = _start(contract, amendment, effective_on)
    check_order(version, contract, starts_on)
    if amendment is not None:
        check_history(version, starts_on)
    fix_version(actor, version, starts_on)
    if amendment is not None:
        finish(actor, VERB, amendment)
    if contract.is_in_force:
        catch_up(actor, contract)
    return version


def _start(contract: Contract, amendment: Amendment | None, wanted: date | None) -> date:
    """From when the text counts: as all accepted, else as the caller says."""
    if amendment is not None:
        day = effect_of(amendment)
        if wanted not in (None, amendment.effective_on, day):
            message = _("The parties accepted that it takes effect on %(day)s.") % {"day": day}
            raise DomainError("effect_not_agreed", message, fields={"effective_on": [message]})
        return day
    if wanted is None:
        message = _("Say from which day it counts.")
        raise Invalid("effective_on_missing", message, fields={"effective_on": [message]})
    return wanted


def check_can_be_final(version: Version, contract: Contract, effective_on: date | None) -> None:
    if contract.state in ENDED:
        raise DomainError("contract_closed", _("This contract has ended: nothing of it changes any more."))
    if contract.state in BEFORE_SIGNATURE:
        raise DomainError("not_signed", "This contract is on its way to signature: its text becomes final when signed.")
    if not Terms.objects.filter(version=version).exists():
        raise DomainError("terms_missing", "Set the terms first: a final version cannot get them any more.")
    if effective_on is not None:
        check_order(version, contract, effective_on)


def check_order(version: Version, contract: Contract, effective_on: date) -> None:
    """Raises DomainError `effect_in_disorder` where an earlier text takes effect later."""
    later = Version.objects.filter(
        contract=contract, state=VersionState.FINAL, number__lt=version.number, effective_on__gt=effective_on
    ).first()
    if later is not None:
        message = f"Version {later.number} takes effect later, on {later.effective_on}."
        raise DomainError("effect_in_disorder", message, fields={"effective_on": [message]})


def fix_version(actor: Actor, version: Version, effective_on: date) -> None:
    """Dates first, then the move: from the move on the trigger guards the row. The first text says since when the
    contract counts: no later one takes effect before it."""
    version.effective_on = effective_on
    version.finalized_at = clock.now()
    version.shared_at = version.shared_at or version.finalized_at
    version.save(update_fields=["effective_on", "finalized_at", "shared_at"])
    Contract.objects.filter(pk=version.contract_id, effective_on=None).update(effective_on=effective_on)
    move(actor, version, to=VersionState.FINAL)
    record(actor, events.version_finalized(version))
