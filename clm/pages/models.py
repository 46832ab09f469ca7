"""What a person keeps of the pages: the views of lists they named."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class Alert(models.TextChoices):
    """When the owner of a view is told of what newly matches."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Each morning, as one notice")


class SavedView(OrganizationRow):
    """A list's filters, order and columns under a name. `query` is the address's query, without the page. With an
    `alert` its owner is told of what newly matches; `alert_based_at` is when it was last looked at, null: what matches
    is taken as known."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    is_default = models.BooleanField(default=False)
    alert = models.CharField(_("tell me of what newly matches"), max_length=8, choices=Alert.choices, blank=True)
    alert_by_mail = models.BooleanField(_("by mail too"), default=True)
    alert_due_at = models.DateTimeField(null=True, editable=False)
    alert_based_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user", "page", "name"], name="one_view_of_a_name"),
            models.UniqueConstraint(
                fields=["organization", "user", "page"],
                condition=models.Q(is_default=True),
                name="one_default_view_a_page",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["alert_due_at"], condition=models.Q(alert_due_at__isnull=False), name="view_alert_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ViewMatch(OrganizationRow):
    """A row that matched the view when it was last looked at; it goes when the row does not match any more."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="matches")
    row_id = models.UUIDField()
    matched_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["view", "row_id"], name="view_match_once"),
        ]

    def __str__(self) -> str:
        return f"{self.view_id} {self.row_id}"
