"""What becomes of duplicates is decided row by row."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.access.imports import IMPORT
from contracts.events import imports as events
from contracts.models import ContractImport, ImportRow
from contracts.operations.imports.guards import locked_import

OPEN = (ImportRow.Outcome.READY, ImportRow.Outcome.DUPLICATE, ImportRow.Outcome.SKIPPED)


@transaction.atomic
def decide_import_rows(*, actor: Actor, import_id: UUID, numbers: Iterable[int], decision: str) -> ContractImport:
    """The rows are imported whatever they are like, or left out; an empty decision leaves it to the import's own rule.

    Raises DomainError `import_busy`, Invalid `decision_unknown`, `row_unknown` for one that is refused, imported or not
    there.
    """
    batch = locked_import(actor, import_id)
    require(actor, IMPORT, batch)
    wanted = sorted(set(numbers))
    if decision and decision not in ImportRow.Decision.values:
        raise Invalid("decision_unknown", _("Choose one."), fields={"decision": [_("Choose one.")]})
    rows = ImportRow.objects.filter(batch=batch, number__in=wanted, outcome__in=OPEN)
    found = set(rows.values_list("number", flat=True))
    if unknown := [number for number in wanted if number not in found]:
        message = _("Row %(number)s cannot be decided.") % {"number": unknown[0]}
        raise Invalid("row_unknown", message, fields={"rows": [message]})
    rows.update(decision=decision)
    record(actor, events.import_set("import.decided", batch, {"rows": wanted, "decision": decision}))
    return batch
