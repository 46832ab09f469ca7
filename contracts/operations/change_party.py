"""What is known of a legal entity is changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require, sees
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract, Party
from contracts.operations.approval.guards import LIVE, supersede_approvals
from contracts.queries.signing import out_of
from contracts.search import find_by_name_later

ROUTED = ("name", "is_ours", "country")
FIELDS = ("name", "is_ours", "country", "email")


@transaction.atomic
def change_party(*, actor: Actor, party_id: UUID, **changes: Any) -> Party:
    """The party has the given values; `changes` names fields of FIELDS. Approvals of contracts with it are overtaken
    where it is another for the rules. What is out for signature keeps the name that it was sent with. Its contracts are
    found by a new name soon, however many they are. Raises DomainError `party_known`; `out_for_signature` where rules
    look at something else of it."""
    approved = _lock_approved(party_id) if set(changes) & set(ROUTED) else []
    party = lock_row(Party, party_id)
    require(actor, "contracts.change_party", party)
    if Party.objects.filter(name__iexact=changes.get("name", party.name)).exclude(pk=party.pk).exists():
        raise DomainError("party_known", "There is a party of this name.", fields={"name": ["There is one already."]})
    before = {name: getattr(party, name) for name in FIELDS if name in changes}
    for name in FIELDS:
        if name in changes:
            setattr(party, name, changes[name])
    party.save()
    changed = {name for name in ROUTED if before.get(name, getattr(party, name)) != getattr(party, name)}
    for contract in approved if changed else ():
        _overtake(actor, contract, may_be_out=changed == {"name"})
    if "name" in changed:
        find_by_name_later(party)
    if before != {name: getattr(party, name) for name in before}:
        record(actor, events.party_changed(party, before))
    return party


def _lock_approved(party_id: UUID) -> list[Contract]:
    """The contracts with it that are approved, or wait to be, in one order and before the party, as `add_party` locks:
    of two who change the same, one waits. What is sent for approval meanwhile follows the event (`follow_contract`)."""
    rows = Contract.objects.filter(parties__party=party_id, approvals__state__in=LIVE).order_by("pk").distinct()
    return [lock_row(Contract, contract_id) for contract_id in list(rows.values_list("pk", flat=True))]


def _overtake(actor: Actor, contract: Contract, *, may_be_out: bool) -> None:
    """Which contract stands against it is told to nobody who does not see it."""
    if may_be_out and out_of(contract) is not None:
        return
    try:
        supersede_approvals(actor, contract, verb="contracts.change_party", why=_("What is known of a party changed."))
    except DomainError as refusal:
        message = _(
            "A contract with this party is out for signature: its country, and whether it is ours, stay so long."
        )
        raise DomainError(refusal.code, message, detail=refusal.detail if sees(actor, contract) else None) from refusal
