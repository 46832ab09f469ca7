"""Somebody asks for a contract: by a template's questions, until it is drafted, declined or withdrawn."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import OPEN_REQUESTS, REQUEST_STATES, RequestState


class Priority(models.IntegerChoices):
    """Sorts by itself: the most urgent is the highest."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


def _person(**kwargs: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


class ContractRequest(OrganizationRow):
    """`answers` are those to the questions of `template_version`, in the form in which drafts keep them. `revision`
    goes up with every change, so that nobody acts on what they did not see. `waits_until` is the instant from which
    the people it waits for are reminded; empty once they were, and where it waits for nobody."""

    STATES: ClassVar[StateTable] = REQUEST_STATES

    reference = models.CharField(_("reference"), max_length=40)
    template_version = models.ForeignKey("contracts.TemplateVersion", on_delete=models.PROTECT, related_name="requests")
    title = models.CharField(_("title"), max_length=250)
    party = models.ForeignKey("contracts.Party", on_delete=models.PROTECT, related_name="requests", null=True)
    counterparty = models.CharField(_("counterparty"), max_length=200, blank=True)
    wanted_by = models.DateField(_("wanted by"), null=True)
    reason = models.TextField(_("why"), blank=True)
    value_amount = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    is_confidential = models.BooleanField(_("confidential"), default=False)
    answers = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=RequestState.choices, default=RequestState.SUBMITTED)
    requester = _person(verbose_name=_("asked by"))
    assignee = _person(null=True, verbose_name=_("assigned to"))
    outcome = models.TextField(_("outcome"), blank=True)
    contract = models.OneToOneField("contracts.Contract", on_delete=models.PROTECT, related_name="request", null=True)
    revision = models.PositiveIntegerField(default=1)
    waits_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "reference"], name="request_reference_once"),
            models.CheckConstraint(
                condition=models.Q(value_amount=None) | models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="request_value_has_currency",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="drafted") | models.Q(contract__isnull=False),
                name="drafted_request_has_contract",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="assigned") | models.Q(assignee__isnull=False),
                name="assigned_request_has_assignee",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "state", "-priority", "id"], name="request_queue"),
            models.Index(fields=["organization", "requester", "-id"], name="request_by_requester"),
            models.Index(fields=["organization", "assignee", "state"], name="request_by_assignee"),
            models.Index(fields=["waits_until"], condition=models.Q(waits_until__isnull=False), name="request_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return f"/contracts/requests/{self.pk}/"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REQUESTS


class RequestQuestion(OrganizationRow):
    """What the requester was asked beside the form, and what they answered. One is open at a time."""

    request = models.ForeignKey(ContractRequest, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveIntegerField(_("number"))
    question = models.TextField(_("question"))
    asked_by = _person()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = _person(null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "number"], name="request_question_number_once"),
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(answered_at__isnull=True), name="request_question_open_once"
            ),
        ]

    def __str__(self) -> str:
        return self.question


class RequestFile(OrganizationRow):
    """A file that belongs to a request, as it came."""

    request = models.ForeignKey(ContractRequest, on_delete=models.PROTECT, related_name="files")
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=250)
    added_by = _person()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "blob"], name="request_file_once"),
        ]

    def __str__(self) -> str:
        return self.file_name
