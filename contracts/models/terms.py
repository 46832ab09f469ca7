"""Term, renewal and notice: the rules a version states, what was decided, and the terms that came of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class Renewal(models.TextChoices):
    NONE = "none", _("Does not renew")
    AUTOMATIC = "automatic", _("Renews by itself unless notice is given")
    EXPRESS = "express", _("Renews only when both agree")


class NoticeUnit(models.TextChoices):
    DAYS = "days", _("days")
    MONTHS = "months", _("months")
    BUSINESS_DAYS = "business_days", _("business days")


class Roll(models.TextChoices):
    NONE = "none", _("stays")
    PRECEDING = "preceding_business_day", _("moves to the business day before")
    FOLLOWING = "following_business_day", _("moves to the business day after")


class Terms(OrganizationRow):
    """What one version says of its own duration. Immutable with its version. Dates are in the contract's zone."""

    version = models.OneToOneField("contracts.Version", on_delete=models.CASCADE, related_name="terms")
    starts_on = models.DateField(_("starts on"))
    initial_months = models.PositiveIntegerField(_("initial term in months"))
    renewal = models.CharField(_("renewal"), max_length=12, choices=Renewal.choices, default=Renewal.NONE)
    renewal_months = models.PositiveIntegerField(_("renewal term in months"), null=True, blank=True)
    max_renewals = models.PositiveIntegerField(_("number of renewals"), null=True, blank=True)
    notice_length = models.PositiveIntegerField(_("notice period"), null=True, blank=True)
    notice_unit = models.CharField(max_length=16, choices=NoticeUnit.choices, default=NoticeUnit.DAYS)
    notice_roll = models.CharField(max_length=24, choices=Roll.choices, default=Roll.PRECEDING)
    clear_days = models.BooleanField(_("clear days"), default=False)
    day_ends_at = models.TimeField(
        _("notice counts until"), null=True, blank=True, help_text=_("Local time on the last day; empty is 24:00.")
    )
    holidays_country = models.CharField(_("holidays of"), max_length=8, blank=True)
    notice_passage = models.ForeignKey(
        "contracts.Passage", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(initial_months__gte=1), name="terms_not_empty"),
            models.CheckConstraint(
                condition=Q(renewal="none") | Q(renewal_months__gte=1), name="terms_renewal_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} + {self.initial_months} months"


class RenewalDecision(OrganizationRow):
    """Notice given in a term, or a renewal both agreed to. Append-only: withdrawn by a later row.

    `decided_at` is the instant at which notice arrived; None where only the day was said.
    """

    class Kind(models.TextChoices):
        NOTICE_GIVEN = "notice_given", _("Notice given: does not renew")
        RENEWAL_AGREED = "renewal_agreed", _("Renewal agreed")

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="renewal_decisions")
    term_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    decided_on = models.DateField()
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "term_number"], name="one_decision_per_term"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.term_number}"


class Term(OrganizationRow):
    """One term of a contract, [starts_on, ends_on). Written by the task that advances terms, none skipped.

    `notice_closes_at` is the instant in `notice_deadline` from which on notice no longer counts.
    """

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="terms")
    version = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    notice_deadline = models.DateField(null=True)
    notice_closes_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=12)
    trace = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="term_number_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="term_not_empty"),
            ExclusionConstraint(
                name="terms_do_not_overlap",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    (Func("starts_on", "ends_on", function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.starts_on} – {self.ends_on}"
