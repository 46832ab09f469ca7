"""Contracts in the open: what is known of them by the Open Contracting Data Standard, and who publishes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class OpenContract(OrganizationRow):
    """A contract as one of a contracting process. `facts` are what was read of it and has no place of its own here,
    with the notes of its documents; `roles` say who of its parties buys and who supplies. `digest` is over what was
    read last: the same again changes nothing. It is published while `published_at` says since when."""

    contract = models.OneToOneField("contracts.Contract", on_delete=models.PROTECT, related_name="opened")
    ocid = models.CharField(_("contracting process (ocid)"), max_length=200)
    key = models.CharField(_("contract in the process"), max_length=200)
    award_key = models.CharField(_("award"), max_length=210, blank=True)
    roles = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    read_at = models.DateTimeField(_("read"), null=True)
    # Written for people inside: it goes out only where somebody said so.
    with_description = models.BooleanField(_("with its description"), default=False)
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "ocid", "key"], name="open_contract_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ocid} {self.key}"

    def get_absolute_url(self) -> str:
        return f"/contracts/{self.contract_id}/facts/"


class OpenPublisher(OrganizationRow):
    """Under which name, prefix and licence an organization publishes."""

    prefix = models.CharField(_("prefix of its processes"), max_length=24)
    name = models.CharField(_("name of the publisher"), max_length=200)
    uri = models.URLField(_("web address"), max_length=300, blank=True)
    license_url = models.URLField(_("licence of the data"), max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization"], name="one_publisher"),
            models.CheckConstraint(
                condition=models.Q(prefix__regex=r"^ocds-[a-z0-9]{6}$"), name="publisher_prefix_registered"
            ),
        ]

    def __str__(self) -> str:
        return self.name
