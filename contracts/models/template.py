"""The library: templates in versions, and which contract was drafted from which."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib import clock
from clm.lib.states import StateTable
from contracts.models.contract import Category
from contracts.states import TEMPLATE_STATES, TemplateState


class Template(OrganizationRow):
    """`review_on` is the day (in the organization's time zone) by which somebody looks at an approved template again;
    `review_due_at` the next instant at which its people are told of that: ahead of the day, on it, and again while it
    is overdue."""

    STATES: ClassVar[StateTable] = TEMPLATE_STATES

    class Risk(models.TextChoices):
        STANDARD = "standard", _("Standard")
        HIGH = "high", _("High")

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    category = models.CharField(_("type"), max_length=16, choices=Category.choices, default=Category.OTHER)
    risk = models.CharField(_("risk"), max_length=10, choices=Risk.choices, default=Risk.STANDARD)
    state = models.CharField(_("state"), max_length=10, choices=TemplateState.choices, default=TemplateState.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    review_on = models.DateField(_("review"), null=True, editable=False)
    review_due_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "name"], condition=~models.Q(state="retired"), name="template_name_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(review_on__isnull=False),
                name="approved_template_has_review",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "name", "id"], name="template_by_name"),
            models.Index(
                fields=["review_due_at"], condition=models.Q(review_due_at__isnull=False), name="template_review_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_review_overdue(self) -> bool:
        """Whether it is in use and the day of its review is over. Fetch the template with its organization."""
        if self.state != TemplateState.APPROVED or self.review_on is None:
            return False
        return self.review_on < clock.today(self.time_zone)

    @property
    def time_zone(self) -> str:
        return self.organization.time_zone


class TemplateVersion(OrganizationRow):
    """Never changes but for its approval (trigger). `fields` is the questionnaire (contracts.engine.questionnaire),
    `rules` the selections and replacements that its document needs. `composition` is what the document was made of
    where it was written here (contracts.engine.composition), with the library's words as they were then."""

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=250)
    fields = models.JSONField()
    rules = models.JSONField(default=dict)
    composition = models.JSONField(null=True)
    source_version = models.CharField(_("their version"), max_length=40, blank=True)
    license = models.CharField(_("licence"), max_length=80, blank=True)
    source_url = models.CharField(_("source"), max_length=500, blank=True)
    attribution = models.TextField(_("attribution"), blank=True)
    note = models.TextField(_("what changed"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_number_once"),
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True, approved_by__isnull=True)
                | models.Q(approved_at__isnull=False, approved_by__isnull=False),
                name="template_version_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class Drafting(OrganizationRow):
    """A contract's version that was made from a template, with the answers. Never changes (trigger)."""

    version = models.OneToOneField("contracts.Version", on_delete=models.PROTECT, related_name="drafting")
    template_version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="draftings")
    answers = models.JSONField()

    def __str__(self) -> str:
        return f"{self.version_id}"
