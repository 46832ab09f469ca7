"""A matrix has one rule more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import approvals as events
from contracts.models import Rule
from contracts.operations.matrices.guards import locked_draft, put_values, rule_facts

VERB = "contracts.add_rule"
MOST = 200


@transaction.atomic
def add_rule(*, actor: Actor, matrix_id: UUID, **values: Any) -> Rule:
    """The draft has the rule behind its others; `values` are fields of FIELDS. Raises Invalid `rule_wrong`, DomainError
    `matrix_fixed`, `matrix_full`."""
    matrix = locked_draft(actor, VERB, matrix_id)
    require(actor, VERB, matrix)
    rules = Rule.objects.filter(matrix=matrix)
    if rules.count() >= MOST:
        raise DomainError("matrix_full", _("A matrix holds at most %(count)s rules.") % {"count": MOST})
    place = (rules.aggregate(last=Max("place"))["last"] or 0) + 1
    rule = Rule(organization_id=matrix.organization_id, matrix=matrix, place=place, created_at=clock.now())
    put_values(rule, values).save(force_insert=True)
    record(actor, events.rule_event("matrix.rule_added", VERB, rule, {}, rule_facts(rule)))
    return rule
