"""A matrix has one rule less."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import approvals as events
from contracts.models import Matrix, Rule
from contracts.operations.matrices.guards import locked_rule, rule_facts

VERB = "contracts.remove_rule"


@transaction.atomic
def remove_rule(*, actor: Actor, rule_id: UUID) -> Matrix:
    """The draft has the rule no more. Raises DomainError `matrix_fixed`."""
    rule = locked_rule(actor, VERB, rule_id)
    require(actor, VERB, rule)
    record(actor, events.rule_event("matrix.rule_removed", VERB, rule, rule_facts(rule), {}))
    matrix, place = rule.matrix, rule.place
    rule.delete()
    Rule.objects.filter(matrix=matrix, place__gt=place).update(place=F("place") - 1)
    return matrix
