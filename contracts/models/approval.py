"""Who has to agree to a text before it is signed: the matrix that says so, and what was asked and answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.accounts.roles import Role
from clm.lib.states import StateTable
from contracts.models.risk import RiskFrom
from contracts.states import (
    APPROVAL_STATES,
    APPROVAL_STEP_STATES,
    MATRIX_STATES,
    SEAT_STATES,
    ApprovalState,
    ApprovalStepState,
    MatrixState,
    SeatState,
)


class Needs(models.TextChoices):
    ONE = "one", _("One of them")
    ALL = "all", _("All of them")
    SOME = "some", _("So many of them")


class Departure(models.TextChoices):
    ANY = "any", _("Any departure from the library")
    GRAVE = "grave", _("Words that decide, or that are not acceptable")


class Origin(models.TextChoices):
    """What a text was made of, as far as it says how risky it is."""

    STANDARD = "standard", _("Template of standard risk")
    HIGH = "high", _("Template of high risk")
    NONE = "none", _("No template")


class CameBy(models.TextChoices):
    """How somebody came to a seat."""

    RULE = "rule", _("Named by a rule")
    REASSIGNED = "reassigned", _("Put in another's place")
    ESCALATED = "escalated", _("Asked because it was late")


def _person(**kwargs: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


def _codes(length: int, label: Any) -> Any:
    return ArrayField(models.CharField(max_length=length), default=list, blank=True, verbose_name=label)


class Matrix(OrganizationRow):
    """The rules of who approves what. One at most is active; what was active stays as it was."""

    STATES: ClassVar[StateTable] = MATRIX_STATES

    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=8, choices=MatrixState.choices, default=MatrixState.DRAFT)
    note = models.TextField(_("what changes"), blank=True)
    created_by = _person()
    activated_by = _person(null=True)
    activated_at = models.DateTimeField(_("active since"), null=True)
    retired_at = models.DateTimeField(_("active until"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "number"], name="matrix_number_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(state="active"), name="matrix_one_active"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="active") | models.Q(activated_at__isnull=False, activated_by__isnull=False),
                name="active_matrix_was_switched_on",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Matrix %(number)s") % {"number": self.number})

    def get_absolute_url(self) -> str:
        return f"/approvals/matrices/{self.pk}/"


class Rule(OrganizationRow):
    """A row of a matrix: where all its conditions hold (none: always), the step is part of the route. A threshold holds
    of amounts from `value_from` on and below `value_below`; a value that is missing or in another currency counts as
    over every threshold. A currency without a threshold holds of contracts in it, and of those without a value. Steps
    of the same `stage` run side by side, later ones after. Hours count from the instant at which a step opens."""

    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="rules")
    place = models.PositiveIntegerField()
    name = models.CharField(_("name of the step"), max_length=120)
    value_from = models.DecimalField(_("value from"), max_digits=18, decimal_places=4, null=True, blank=True)
    value_below = models.DecimalField(_("value below"), max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    categories = _codes(16, _("types"))
    origins = _codes(10, _("made of"))
    departure = models.CharField(_("departs from standard"), max_length=8, choices=Departure.choices, blank=True)
    lacks_mandatory = models.BooleanField(_("a mandatory clause is missing or left out"), default=False)
    risk = models.CharField(_("risk from"), max_length=8, choices=RiskFrom.choices, blank=True)
    parties = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name=_("counterparties"))
    countries = _codes(2, _("countries of counterparties"))
    departments = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name=_("departments"))
    tags = _codes(40, _("tags"))
    is_confidential = models.BooleanField(_("only confidential contracts"), default=False)
    stage = models.PositiveSmallIntegerField(_("stage"), default=1)
    person = _person(null=True, blank=True, verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=24, choices=Role.choices, blank=True)
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("team")
    )
    needs = models.CharField(_("who of them"), max_length=4, choices=Needs.choices, default=Needs.ONE)
    needs_count = models.PositiveSmallIntegerField(_("how many"), null=True, blank=True)
    hours = models.PositiveIntegerField(_("hours allowed"), null=True, blank=True)
    remind_hours = models.PositiveIntegerField(_("reminder after hours"), null=True, blank=True)
    escalate_person = _person(null=True, blank=True, verbose_name=_("escalate to"))
    escalate_role = models.CharField(_("escalate to role"), max_length=24, choices=Role.choices, blank=True)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["matrix", "place"], name="rule_place_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=models.Q(stage__range=(1, 9)), name="rule_stage_1_to_9"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, role="", team=None)
                | (models.Q(person=None, team=None) & ~models.Q(role=""))
                | models.Q(person=None, role="", team__isnull=False),
                name="rule_asks_person_role_or_team",
            ),
            models.CheckConstraint(
                condition=models.Q(value_from=None, value_below=None) | models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="rule_threshold_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(needs="some", needs_count__gte=1)
                | (~models.Q(needs="some") & models.Q(needs_count=None)),
                name="rule_counts_where_it_needs_some",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Approval(OrganizationRow):
    """The question whether the exact text and terms of a version (`content_hash`) may be signed. `facts` are what the
    rules looked at and `trace` which rules asked for what, as it was when it was asked; `came_from` the contract's
    state before, empty of an amendment. `reason` is that of its end; `ended_at` when nobody was to decide any more."""

    STATES: ClassVar[StateTable] = APPROVAL_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="approvals")
    version = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="approvals")
    content_hash = models.CharField(max_length=64)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=ApprovalState.choices, default=ApprovalState.OPEN)
    matrix = models.ForeignKey(Matrix, null=True, on_delete=models.PROTECT, related_name="approvals")
    facts = models.JSONField(default=dict)
    trace = models.JSONField(default=list)
    requested_by = _person(verbose_name=_("asked by"))
    note = models.TextField(_("note"), blank=True)
    came_from = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="approval_number_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(state="open"), name="approval_one_open_per_contract"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open") | models.Q(ended_at__isnull=False), name="approval_ended_at_an_instant"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "-id"], name="approval_newest"),
            models.Index(fields=["version", "state"], name="approval_of_version"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.number}"

    def get_absolute_url(self) -> str:
        return f"/approvals/{self.pk}/"

    @property
    def is_open(self) -> bool:
        return self.state == ApprovalState.OPEN


class ApprovalStep(OrganizationRow):
    """A step of the route, open once every step of an earlier stage is approved. `needs` yeses of different people make
    it approved, one no rejects the whole. `next_at` is when somebody is next told of its lateness: at `remind_at`, then
    at `due_at`."""

    STATES: ClassVar[StateTable] = APPROVAL_STEP_STATES

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="steps")
    place = models.PositiveIntegerField()
    stage = models.PositiveSmallIntegerField(_("stage"))
    name = models.CharField(_("name"), max_length=120)
    asked = models.CharField(_("asked"), max_length=200)
    needs = models.PositiveSmallIntegerField(_("yeses needed"))
    state = models.CharField(
        _("state"), max_length=10, choices=ApprovalStepState.choices, default=ApprovalStepState.WAITING
    )
    reasons = models.JSONField(default=list)
    hours = models.PositiveIntegerField(null=True)
    remind_hours = models.PositiveIntegerField(null=True)
    escalate_person = _person(null=True)
    escalate_role = models.CharField(max_length=24, blank=True)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    remind_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, editable=False)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["approval", "place"], name="approval_step_place_once"),
            models.CheckConstraint(condition=models.Q(needs__gte=1), name="approval_step_needs_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="approval_step_due"),
        ]

    def __str__(self) -> str:
        return self.name


class ApprovalSeat(OrganizationRow):
    """A person's part in a step. Who decides for them while they are away is `decided_by`; the seat stays theirs, so
    that both names are there. `asked_by` is who requested the approval: nobody decides on their own request."""

    STATES: ClassVar[StateTable] = SEAT_STATES

    step = models.ForeignKey(ApprovalStep, on_delete=models.PROTECT, related_name="seats")
    person = _person(verbose_name=_("person"))
    asked_by = _person()
    # They saw a confidential contract only because of it: with the seat their sight ends.
    gave_sight = models.BooleanField(default=False)
    came_by = models.CharField(max_length=12, choices=CameBy.choices, default=CameBy.RULE)
    in_place_of = _person(null=True)
    state = models.CharField(_("state"), max_length=10, choices=SeatState.choices, default=SeatState.WAITING)
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["step", "person"], condition=~models.Q(state="released"), name="seat_once_per_step"
            ),
            models.UniqueConstraint(
                fields=["step", "decided_by"],
                condition=models.Q(decided_by__isnull=False),
                name="seat_decided_once_by_a_person",
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("asked_by")), name="seat_of_somebody_else"),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="seat_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "released"))
                | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="seat_decided_by_a_person",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "state"], name="seat_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.person_id}"

    def get_absolute_url(self) -> str:
        return f"/approvals/seats/{self.pk}/"

    @property
    def acting_for(self) -> Any:
        """Whom the decision was taken for; None where it was their own."""
        return self.person if self.decided_by_id and self.decided_by_id != self.person_id else None
