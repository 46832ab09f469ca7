"""Somebody who drafts asks to leave a mandatory clause out."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from clm.notify.tell import people_with_roles, tell
from contracts.access.omissions import DECIDERS
from contracts.events import omissions as events
from contracts.models import Contract, Omission
from contracts.queries.omissions import mandatory_clauses
from contracts.queries.writers import barred_from
from contracts.states import OmissionState

VERB = "contracts.ask_omission"


@transaction.atomic
def ask_omission(*, actor: Actor, contract_id: UUID, library_clause_id: UUID, reason: str) -> Omission:
    """Those of legal and the approvers are asked who had no hand in the contract; until one agrees it is missing.

    Raises Invalid `not_mandatory`, `reason_missing`, DomainError `omission_known` where it waits or is approved.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    clause = mandatory_clauses(contract).filter(pk=library_clause_id).first()
    if clause is None:
        message = _("This clause is not mandatory in this contract.")
        raise Invalid("not_mandatory", message, fields={"library_clause": [message]})
    if not reason.strip():
        message = _("Say why it is left out.")
        raise Invalid("reason_missing", message, fields={"reason": [message]})
    known = Omission.objects.filter(contract=contract, library_clause=clause).exclude(state=OmissionState.REFUSED)
    if known.exists():
        raise DomainError("omission_known", _("This was asked already."))
    omission = Omission.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        library_clause=clause,
        reason=reason.strip(),
        asked_by_id=actor.person_id,
        created_at=clock.now(),
    )
    record(actor, events.omission_asked(omission))
    _tell(omission)
    return omission


def _tell(omission: Omission) -> None:
    words = {"clause": omission.library_clause.title, "contract": omission.contract.title}
    tell(
        {*people_with_roles(*DECIDERS)} - barred_from(omission),
        kind="contract.omission_asked",
        title=_("May “%(clause)s” be left out? %(contract)s") % words,
        body=omission.reason,
        url=omission.get_absolute_url(),
        subject=omission,
        dedupe_key=f"omission:{omission.pk}:asked",
    )
