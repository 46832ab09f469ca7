"""The dates a contract's terms give: last day of notice, end, renewal."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from obligations.states import DEADLINE_STATES, DeadlineState


class DeadlineKind(models.TextChoices):
    NOTICE = "notice", _("Last day of notice")
    RENEWAL = "renewal", _("Renews by itself")
    END = "end", _("Ends")


class Deadline(OrganizationRow):
    """One date of one term of a contract, with its trace. `next_reminder_at` is when people are told next.

    `closes_at` is the instant at which the date is over: for notice the one from which on it no longer counts.
    """

    STATES: ClassVar[StateTable] = DEADLINE_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="deadlines")
    term_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=DeadlineKind.choices)
    state = models.CharField(max_length=12, choices=DeadlineState.choices, default=DeadlineState.OPEN)
    due_on = models.DateField()
    closes_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    remind_days = ArrayField(models.PositiveIntegerField(), default=list)
    next_reminder_at = models.DateTimeField(null=True)
    trace = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["due_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "term_number", "kind"], name="deadline_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_reminder_at"], condition=Q(state="open"), name="deadline_reminder"),
            models.Index(fields=["organization", "state", "due_on"], name="deadline_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.state == DeadlineState.OPEN
