"""A mandatory clause that a contract may do without, because somebody else than who asked said so."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import OMISSION_STATES, OmissionState


class Omission(OrganizationRow):
    """The question whether a contract may leave a library clause out, and what was said to it. An approved one counts
    for every text of the contract. `created_at` is when it was asked; `answer` the reason of a refusal."""

    STATES: ClassVar[StateTable] = OMISSION_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="omissions")
    library_clause = models.ForeignKey(
        "contracts.LibraryClause", on_delete=models.PROTECT, related_name="omissions", verbose_name=_("clause")
    )
    reason = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=12, choices=OmissionState.choices, default=OmissionState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "library_clause"],
                condition=models.Q(state__in=("asked", "approved")),
                name="omission_once_per_clause",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="omission_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="omission_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.library_clause_id}"

    def get_absolute_url(self) -> str:
        return f"/contracts/omissions/{self.pk}/"
