"""A rule counts no more. To change one, add another and retire it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import retention as events
from contracts.models import RetentionRule
from contracts.operations.requests.guards import check_words
from contracts.operations.retention.guards import keep_all_anew, wait_for_records

VERB = "contracts.retire_retention_rule"


@transaction.atomic
def retire_retention_rule(*, actor: Actor, rule_id: UUID, reason: str) -> RetentionRule:
    """Contracts are kept by the rules that are left. Raises DomainError `rule_retired`, Invalid `words_missing`."""
    wait_for_records(actor.organization_id)
    rule = lock_row(RetentionRule, rule_id)
    require(actor, VERB, rule)
    if rule.retired_at is not None:
        raise DomainError("rule_retired", _("This rule is retired already."))
    said = check_words("reason", reason)
    rule.retired_at = clock.now()
    rule.save(update_fields=["retired_at"])
    keep_all_anew()
    record(actor, events.rule_retired(rule, said))
    return rule
