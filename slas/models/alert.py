"""What a person should hear of before a window is missed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from slas.states import ALERT_STATES, AlertState


class AlertKind(models.TextChoices):
    BURN_PAGE = "burn_page", _("The error budget burns fast")
    BURN_TICKET = "burn_ticket", _("The error budget burns")


class Alert(OrganizationRow):
    """Something about a commitment that goes on, from `opened_at` to `cleared_at`; one of a kind at a time.

    `figures` are those at which it opened, `trace` how they came about.
    """

    STATES: ClassVar[StateTable] = ALERT_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="alerts")
    commitment = models.ForeignKey("slas.Commitment", on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(_("kind"), max_length=16, choices=AlertKind.choices)
    state = models.CharField(max_length=12, choices=AlertState.choices, default=AlertState.FIRING)
    opened_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    trace = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commitment", "kind"], condition=~Q(state="cleared"), name="alert_of_a_kind_once"
            ),
            models.CheckConstraint(condition=Q(state="cleared") | Q(cleared_at=None), name="alert_cleared_at"),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "state", "-id"], name="alert_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.commitment_id}"
