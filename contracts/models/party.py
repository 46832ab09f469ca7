"""A legal entity that contracts are made with, or our own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class Party(OrganizationRow):
    name = models.CharField(_("legal name"), max_length=200)
    is_ours = models.BooleanField(_("one of our own entities"), default=False)
    registration_number = models.CharField(_("registration number"), max_length=64, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    email = models.EmailField(_("contact e-mail"), blank=True)
    address = models.TextField(_("address"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "name"], name="party_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
