"""Who owes what to whom, under which clause, by when; every occurrence is a row."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from obligations.states import OBLIGATION_STATES, OCCURRENCE_STATES, ObligationState, OccurrenceState


class Recurrence(models.TextChoices):
    ONCE = "once", _("once")
    DAYS = "days", _("every so many days")
    MONTHS = "months", _("every so many months")


class Obligation(OrganizationRow):
    """A duty under a contract. Dates are in the contract's zone; months are clamped and counted from `first_due_on`."""

    STATES: ClassVar[StateTable] = OBLIGATION_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="obligations")
    passage = models.ForeignKey("contracts.Passage", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(max_length=12, choices=ObligationState.choices, default=ObligationState.ACTIVE)
    is_ours = models.BooleanField(_("we owe it"), default=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    recurrence = models.CharField(_("recurs"), max_length=8, choices=Recurrence.choices, default=Recurrence.ONCE)
    interval = models.PositiveIntegerField(_("interval"), default=1)
    first_due_on = models.DateField(_("first due on"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    proof_required = models.CharField(_("what proves it"), max_length=300, blank=True)
    remind_days = models.PositiveIntegerField(_("remind this many days before"), default=14)
    occurrences_due_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(interval__gte=1), name="obligation_interval"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("first_due_on")), name="obligation_span"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["occurrences_due_at"], condition=Q(state="active"), name="obligation_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def recurs(self) -> str:
        """How often it is due, in words: "once", "every month", "every 3 months"."""
        if self.recurrence == Recurrence.ONCE:
            return gettext("once")
        if self.recurrence == Recurrence.DAYS:
            return ngettext("every day", "every %(n)d days", self.interval) % {"n": self.interval}
        return ngettext("every month", "every %(n)d months", self.interval) % {"n": self.interval}


class Occurrence(OrganizationRow):
    """One due date of an obligation. `next_at` is when something happens to it by itself: a reminder, due, overdue."""

    STATES: ClassVar[StateTable] = OCCURRENCE_STATES

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="occurrences")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="occurrences")
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=OccurrenceState.choices, default=OccurrenceState.UPCOMING)
    proof = models.TextField(blank=True)
    proof_blob = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due_on"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["obligation", "due_on"], name="occurrence_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="occurrence_next"),
            models.Index(fields=["organization", "state", "due_on"], name="occurrence_state"),
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.due_on}"

    @property
    def is_owed(self) -> bool:
        """Whether somebody still has to do it; what was submitted only waits to be confirmed."""
        return self.state in (
            OccurrenceState.UPCOMING,
            OccurrenceState.DUE,
            OccurrenceState.OVERDUE,
            OccurrenceState.DISPUTED,
        )
