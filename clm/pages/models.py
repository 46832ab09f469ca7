"""What a person keeps of the pages: the views of lists they named."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class SavedView(OrganizationRow):
    """A list's filters, order and columns under a name. `query` is the address's query, without the page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user", "page", "name"], name="one_view_of_a_name"),
            models.UniqueConstraint(
                fields=["organization", "user", "page"],
                condition=models.Q(is_default=True),
                name="one_default_view_a_page",
            ),
        ]

    def __str__(self) -> str:
        return self.name
