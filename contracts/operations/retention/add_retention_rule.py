"""A rule says how long contracts of a type and jurisdiction are kept."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import retention as events
from contracts.models import RetentionRule
from contracts.operations.requests.guards import check_words
from contracts.operations.retention.guards import check_jurisdiction, keep_all_anew, wait_for_records

VERB = "contracts.add_retention_rule"


@transaction.atomic
def add_retention_rule(
    *,
    actor: Actor,
    name: str,
    keep_months: int,
    basis: str,
    category: str = "",
    jurisdiction: str = "",
    counts_from: str = RetentionRule.CountsFrom.END,
) -> RetentionRule:
    """Every contract that has ended is kept by it from now on. Raises Invalid `words_missing`,
    `jurisdiction_unknown`, DomainError `rule_known` where a rule in use has the name."""
    wait_for_records(actor.organization_id)
    require(actor, VERB)
    if RetentionRule.objects.filter(name=name.strip(), retired_at=None).exists():
        message = _("A rule has this name already.")
        raise DomainError("rule_known", message, fields={"name": [message]})
    rule = RetentionRule.objects.create(
        organization_id=actor.organization_id,
        name=check_words("name", name),
        keep_months=keep_months,
        basis=check_words("basis", basis),
        category=category,
        jurisdiction=check_jurisdiction(jurisdiction),
        counts_from=counts_from,
        created_at=clock.now(),
    )
    keep_all_anew()
    record(actor, events.rule_added(rule))
    return rule
