"""A draft contract exists, with its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts.defaults import zone_of
from clm.accounts.models import Membership, User
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.sequences import next_number
from contracts import events
from contracts.models import Contract
from contracts.models.contract import Category
from contracts.operations.custom_fields.guards import check_department, check_tags, put_values
from contracts.operations.retention.guards import check_jurisdiction
from contracts.search import refresh_search


@transaction.atomic
def create_contract(
    *,
    actor: Actor,
    title: str,
    category: str = Category.OTHER,
    owner_id: UUID | None = None,
    external_reference: str = "",
    value_amount: Decimal | None = None,
    currency: str = "",
    time_zone: str = "",
    description: str = "",
    jurisdiction: str = "",
    department_id: UUID | None = None,
    tags: Sequence[str] = (),
    custom_fields: Mapping[str, Any] | None = None,
) -> Contract:
    """A draft contract with the next reference of the year (C-2026-0001).

    The owner is the actor unless named, and is a present member; the time zone is the organization's unless named.
    Own fields of the organization that must be given are asked for where `custom_fields` is not None: what another
    document begins is completed later. Raises Invalid `owner_unknown`, `department_unknown`, `tags_unfit`,
    `jurisdiction_unknown`, and as `put_values`.
    """
    require(actor, "contracts.create_contract")
    check_department(department_id)
    contract = Contract.objects.create(
        organization_id=actor.organization_id,
        reference=next_number(Contract, "reference", f"C-{clock.today().year}-"),
        title=title,
        category=category,
        owner=_member(owner_id or actor.person_id),
        external_reference=external_reference,
        value_amount=value_amount,
        currency=currency,
        time_zone=time_zone or zone_of(actor.organization_id),
        description=description,
        department_id=department_id,
        tags=check_tags(tags),
        jurisdiction=check_jurisdiction(jurisdiction),
        created_at=clock.now(),
    )
    said = put_values(contract, custom_fields)[1] if custom_fields is not None else {}
    refresh_search(contract)
    record(actor, events.contract_created(contract, said))
    return contract


def _member(user_id: UUID) -> User:
    membership = Membership.objects.filter(user_id=user_id, removed_at=None).select_related("user").first()
    if membership is None:
        raise Invalid("owner_unknown", "The owner is not a member.", fields={"owner": ["Not a member."]})
    return membership.user
