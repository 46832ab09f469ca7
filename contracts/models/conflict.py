"""What contracts say on the few things that those with one party must agree in, and where they do not."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import CONFLICT_STATES, ConflictState


class Topic(models.TextChoices):
    LAW = "law", _("Governing law")
    PAYMENT = "payment", _("Payment terms")
    CAP = "cap", _("Cap on liability")
    EXCLUSIVITY = "exclusivity", _("Exclusivity")
    TERM = "term", _("Outlives its master")


class Stance(OrganizationRow):
    """What a clause of the text that counts says on a topic: `value` is what two are compared by."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.CASCADE, related_name="stances")
    clause = models.ForeignKey("contracts.Clause", on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=12)
    value = models.CharField(max_length=80)
    quote = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["contract", "topic"], name="stance_of_contract")]

    def __str__(self) -> str:
        return f"{self.topic} {self.value}"


class Conflict(OrganizationRow):
    """Two contracts with one party, or with companies below one parent, that do not agree. `contract` is the older one;
    `says` and `other_says` are what each says, with the clause, as `contracts.queries.conflicts` writes them, and
    `fingerprint` their hash: what was acknowledged is open again when either changes."""

    STATES: ClassVar[StateTable] = CONFLICT_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.CASCADE, related_name="conflicts")
    other = models.ForeignKey("contracts.Contract", on_delete=models.CASCADE, related_name="conflicts_back")
    topic = models.CharField(_("about"), max_length=12, choices=Topic.choices)
    says = models.JSONField(default=dict)
    other_says = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=ConflictState.choices, default=ConflictState.OPEN)
    found_at = models.DateTimeField(_("found"))
    acknowledged_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "other", "topic"], name="conflict_once"),
            models.CheckConstraint(condition=~models.Q(contract=models.F("other")), name="conflict_of_two"),
            models.CheckConstraint(
                condition=~models.Q(state="acknowledged")
                | (models.Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False) & ~models.Q(reason="")),
                name="conflict_acknowledged_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "state", "-id"], name="conflict_state"),
            models.Index(fields=["other", "state"], name="conflict_of_other"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.topic} {self.other_id}"

    def get_absolute_url(self) -> str:
        return f"/contracts/conflicts/{self.pk}/"
