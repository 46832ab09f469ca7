"""Service credits: computed, proposed, approved and issued by people; and the credit notes they become."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.states import CREDIT_STATES, CreditState
from clm.access.base import OrganizationRow
from clm.lib.states import StateTable


class Credit(OrganizationRow):
    """What a breach is worth by its remedy, for one evaluation of the window. The figures never change (trigger).

    A revised evaluation or fee withdraws an unissued credit and proposes another; after issue the difference to a
    revised evaluation is proposed as a further credit with `adjusts` set, and may be negative.
    """

    STATES: ClassVar[StateTable] = CREDIT_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="credits")
    commitment = models.ForeignKey("slas.Commitment", on_delete=models.PROTECT, related_name="credits")
    breach = models.ForeignKey("slas.Breach", on_delete=models.PROTECT, related_name="credits")
    evaluation = models.ForeignKey("slas.Evaluation", on_delete=models.PROTECT, related_name="credits")
    adjusts = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="adjustments")
    reference = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=CreditState.choices, default=CreditState.PROPOSED)
    base_amount = models.DecimalField(max_digits=18, decimal_places=4)
    percent = models.DecimalField(max_digits=12, decimal_places=6)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    claim_due_on = models.DateField(_("claim until"), null=True)
    trace = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "reference"], name="credit_reference_once"),
            models.UniqueConstraint(
                fields=["evaluation", "adjusts"],
                condition=~Q(state="withdrawn"),
                nulls_distinct=False,
                name="one_credit_per_evaluation",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0) | Q(adjusts__isnull=False), name="credit_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "state", "-id"], name="credit_state"),
            models.Index(fields=["claim_due_on"], condition=Q(state__in=["proposed", "approved"]), name="credit_claim"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def takes_back(self) -> list[str]:
        """The references of the credits that this one takes back after a dispute; of any other credit none."""
        named: list[str] = self.trace.get("parameters", {}).get("takes_back", [])
        return named

    @property
    def is_claimable(self) -> bool:
        """Whether it still has to be claimed, before `claim_due_on` where that is set."""
        return self.state in (CreditState.PROPOSED, CreditState.APPROVED)


class CreditNote(OrganizationRow):
    """The paper of an issued credit. Everything but its PDF, the invoice that carried it, and `overdue_on`, the first
    day on which it had waited for that too long, is fixed (trigger)."""

    credit = models.OneToOneField(Credit, on_delete=models.PROTECT, related_name="note")
    number = models.CharField(max_length=40)
    issued_on = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    digest = models.CharField(max_length=64)
    blob = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey("billing.Invoice", null=True, on_delete=models.PROTECT, related_name="settled_notes")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    overdue_on = models.DateField(_("not paid since"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "number"], name="credit_note_number_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["issued_on"], condition=Q(overdue_on=None, settled_by=None), name="credit_note_unpaid"
            ),
        ]

    def __str__(self) -> str:
        return self.number
