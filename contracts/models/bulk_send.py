"""One text for many: a list of recipients, each of whom gets a contract and an envelope of their own."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class BulkSend(OrganizationRow):
    """The text is a version of a template, filled in for each row, or a version of a contract, copied as it is.
    `mapping` says which of the `columns` of the list holds what. `started_at` is when rows began to be sent: from then
    on nothing about it changes, and nothing about a row that was sent (triggers)."""

    title = models.CharField(_("title"), max_length=200)
    template_version = models.ForeignKey(
        "contracts.TemplateVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.ForeignKey("contracts.Version", null=True, on_delete=models.PROTECT, related_name="+")
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    our_party = models.ForeignKey("contracts.Party", on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(_("who signs for us"), max_length=200, blank=True)
    signer_email = models.EmailField(_("their e-mail address"), blank=True)
    unilateral_reason = models.TextField(_("why not every party signs"), blank=True)
    message = models.TextField(_("message"), blank=True)
    days = models.PositiveSmallIntegerField(_("days to sign"), default=30)
    remind_days = models.PositiveSmallIntegerField(_("reminded every so many days"), default=5)
    starts_on = models.DateField(_("begins on"))
    initial_months = models.PositiveSmallIntegerField(_("months"), default=12)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(template_version__isnull=False, version=None)
                | models.Q(template_version=None, version__isnull=False),
                name="bulk_send_of_one_text",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "-id"], name="bulk_send_newest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/contracts/bulk-sends/{self.pk}/"


class BulkRow(OrganizationRow):
    """A line of the list: `data` by column. Its contract is made once, its `envelope_id` too (no foreign key: envelopes
    go with a disposed contract), and it is sent once. `code` and `problem` say why it was refused the last time."""

    bulk = models.ForeignKey(BulkSend, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    data = models.JSONField(default=dict)
    contract = models.ForeignKey("contracts.Contract", null=True, on_delete=models.PROTECT, related_name="+")
    envelope_id = models.UUIDField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    code = models.CharField(max_length=60, blank=True)
    problem = models.TextField(_("refused"), blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bulk", "number"], name="bulk_row_number_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(contract__isnull=False), name="bulk_row_contract_once"
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(contract__isnull=False, envelope_id__isnull=False),
                name="bulk_row_sent_with_a_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.number}"
