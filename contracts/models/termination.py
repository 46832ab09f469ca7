"""How a contract is brought to its end before its term is over: notice, the day, what survives, what is left to do."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.models.terms import NoticeUnit
from contracts.states import TERMINATION_STATES, TerminationState


def _person(**kwargs: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


class Termination(OrganizationRow):
    """`ends_on` is the first day on which the contract is not in force any more, in its own zone; `due_at` the instant
    at which that day begins (null once it is over or withdrawn). `trace` says how the earliest day came about."""

    STATES: ClassVar[StateTable] = TERMINATION_STATES

    class Kind(models.TextChoices):
        CONVENIENCE = "convenience", _("For convenience")
        CAUSE = "cause", _("For cause")
        AGREEMENT = "agreement", _("By agreement")

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="terminations")
    state = models.CharField(
        _("state"), max_length=10, choices=TerminationState.choices, default=TerminationState.ANNOUNCED
    )
    kind = models.CharField(_("how"), max_length=12, choices=Kind.choices)
    reason = models.TextField(_("why"))
    notice_on = models.DateField(_("notice given on"))
    notice_length = models.PositiveSmallIntegerField(_("notice period"), default=0)
    notice_unit = models.CharField(max_length=16, choices=NoticeUnit.choices, default=NoticeUnit.DAYS)
    ends_on = models.DateField(_("ends on"))
    due_at = models.DateTimeField(null=True, editable=False)
    passage = models.ForeignKey(
        "contracts.Passage", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("rests on")
    )
    trace = models.JSONField(default=dict)
    announced_by = _person()
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(state="announced"), name="termination_announced_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("notice_on")), name="termination_after_notice"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="termination_due"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.ends_on}"

    def get_absolute_url(self) -> str:
        return f"/contracts/terminations/{self.pk}/"


class SurvivingClause(OrganizationRow):
    """A clause that goes on after the end, as the text says."""

    termination = models.ForeignKey(Termination, on_delete=models.CASCADE, related_name="surviving")
    clause = models.ForeignKey("contracts.Clause", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["termination", "clause"], name="clause_survives_once"),
        ]

    def __str__(self) -> str:
        return f"{self.termination_id} {self.clause_id}"


class TerminationItem(OrganizationRow):
    """Something to be done because the contract ends."""

    termination = models.ForeignKey(Termination, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("what"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    done_by = _person(null=True)
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["termination", "position"], name="termination_item_position_once"),
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None) | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="termination_item_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title
