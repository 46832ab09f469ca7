"""A rule of a matrix says something else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import approvals as events
from contracts.models import Rule
from contracts.operations.matrices.guards import locked_rule, put_values, rule_facts

VERB = "contracts.change_rule"


@transaction.atomic
def change_rule(*, actor: Actor, rule_id: UUID, **values: Any) -> Rule:
    """The rule of a draft has the given values of FIELDS. Raises Invalid `rule_wrong`, DomainError `matrix_fixed`."""
    rule = locked_rule(actor, VERB, rule_id)
    require(actor, VERB, rule)
    before = rule_facts(rule)
    put_values(rule, values).save()
    after = rule_facts(rule)
    record(actor, events.rule_event("matrix.rule_changed", VERB, rule, before, after))
    return rule
