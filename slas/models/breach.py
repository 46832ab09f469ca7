"""A missed window with the evidence that was frozen for it, and the papers made of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from slas.states import BREACH_STATES, BreachState


class Breach(OrganizationRow):
    """One per missed window. `evidence` holds the samples and outages behind it, `evidence_digest` their sha256."""

    STATES: ClassVar[StateTable] = BREACH_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="breaches")
    commitment = models.ForeignKey("slas.Commitment", on_delete=models.PROTECT, related_name="breaches")
    window = models.OneToOneField("slas.EvaluationWindow", on_delete=models.PROTECT, related_name="breach")
    evaluation = models.ForeignKey("slas.Evaluation", on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=BreachState.choices, default=BreachState.OPEN)
    opened_at = models.DateTimeField()
    evidence = models.JSONField(default=dict)
    evidence_digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "reference"], name="breach_reference_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "state", "-id"], name="breach_state")]

    def __str__(self) -> str:
        return self.reference


class EvidenceBundle(OrganizationRow):
    """A breach's evidence as a PDF, as it stood when it was made."""

    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="bundles")
    evaluation = models.ForeignKey("slas.Evaluation", on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.breach_id}"


class ServiceReport(OrganizationRow):
    """The monthly report of one contract's service levels as a PDF. `month` is its first day."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="service_reports")
    month = models.DateField()
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.contract_id} {self.month}"
