"""How contracts belong together."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class ContractRelation(OrganizationRow):
    """`contract` is what `kind` says to `other`: a statement of work under it, its renewal. What was ended keeps its
    row, so that who may not see the other contract reads nothing of it in a history either."""

    class Kind(models.TextChoices):
        WORK = "statement_of_work", _("Statement of work under")
        ORDER = "order", _("Order under")
        AMENDMENT = "amendment", _("Amendment of")
        DPA = "dpa", _("Data processing agreement to")
        RENEWAL = "renewal", _("Renewal of")
        REPLACES = "replaces", _("Replaces")
        RELATED = "related", _("Related to")

    # The other way round, as the other contract's page says it.
    BACK: ClassVar = {
        Kind.WORK: _("Has as statement of work"),
        Kind.ORDER: _("Has as order"),
        Kind.AMENDMENT: _("Is amended by"),
        Kind.DPA: _("Has as data processing agreement"),
        Kind.RENEWAL: _("Is renewed by"),
        Kind.REPLACES: _("Is replaced by"),
        Kind.RELATED: _("Related to"),
    }
    # What goes below another contract, and what follows one: neither may lead back to where it began.
    BELOW: ClassVar = frozenset({Kind.WORK, Kind.ORDER, Kind.AMENDMENT, Kind.DPA})
    AFTER: ClassVar = frozenset({Kind.RENEWAL, Kind.REPLACES})

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="relations")
    other = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="relations_back")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    note = models.CharField(_("note"), max_length=250, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Least("contract", "other"), Greatest("contract", "other"), "kind",
                condition=models.Q(ended_at=None), name="contract_relation_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(contract=models.F("other")), name="contract_relation_to_another"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.contract_id} {self.kind} {self.other_id}"
