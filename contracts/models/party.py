"""A legal entity that contracts are made with, or our own: its numbers, addresses, people and group."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from contracts.engine.reachability import Hours
from contracts.states import Side


class Party(OrganizationRow):
    """`parent` is the company that it belongs to; `archived_at` when it was said to be no longer used. `email` is of
    the company as a whole: people are contacts."""

    name = models.CharField(_("legal name"), max_length=200)
    is_ours = models.BooleanField(_("one of our own entities"), default=False)
    country = models.CharField(_("country"), max_length=2, blank=True)
    email = models.EmailField(_("contact e-mail"), blank=True)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subsidiaries",
        verbose_name=_("parent company"),
    )
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    # While its contracts come to be found by its new name: when the next of them do, and up to which they are.
    found_due_at = models.DateTimeField(null=True, editable=False)
    found_up_to = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "name"], name="party_name_once"),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")), name="party_not_its_own_parent"
            ),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="party_name_trigram"),
            models.Index(
                fields=["found_due_at"], condition=models.Q(found_due_at__isnull=False), name="party_found_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/contracts/parties/{self.pk}/"

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class PartyIdentifier(OrganizationRow):
    """A number by which others know the entity, written as `contracts.engine.identifiers` keeps it. `issuer` is the
    register, or whoever gave it; kinds whose numbers are unique by themselves have none."""

    class Kind(models.TextChoices):
        REGISTER = "register", _("Register number")
        VAT = "vat", _("VAT number")
        LEI = "lei", _("LEI")
        DUNS = "duns", _("D-U-N-S number")
        EORI = "eori", _("EORI number")
        GLN = "gln", _("GLN")
        OTHER = "other", _("Other number")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    value = models.CharField(_("number"), max_length=80)
    issuer = models.CharField(_("register or issuer"), max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "kind", "issuer", "value"], name="party_identifier_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("register", "other")) ^ models.Q(issuer=""),
                name="party_identifier_has_its_issuer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} ({self.issuer})" if self.issuer else self.value


class PartyAddress(OrganizationRow):
    class Kind(models.TextChoices):
        REGISTERED = "registered", _("Registered office")
        POSTAL = "postal", _("Postal address")
        BILLING = "billing", _("Invoices")
        NOTICES = "notices", _("Notices")
        SITE = "site", _("Site")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    street = models.TextField(_("street, building, box"))
    postal_code = models.CharField(_("postal code"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=120)
    region = models.CharField(_("region"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(kind="registered"), name="party_has_one_registered_office"
            ),
        ]

    def __str__(self) -> str:
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        street = ", ".join(line.strip() for line in self.street.splitlines() if line.strip())
        return ", ".join(part for part in (street, town, self.region, self.country) if part)


class PartyContact(OrganizationRow):
    """Somebody to turn to about a party: of theirs, or of ours who looks after them. Level 1 is asked first; who has no
    level is not escalated to. `days` are ISO weekdays, all where none is named; no times mean around the clock."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contacts")
    side = models.CharField(_("on whose side"), max_length=8, choices=Side.choices, default=Side.THEIRS)
    name = models.CharField(_("name"), max_length=120)
    function = models.CharField(_("function"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    escalation_level = models.PositiveSmallIntegerField(_("escalation level"), null=True, blank=True)
    days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("days"))
    opens_at = models.TimeField(_("from"), null=True, blank=True)
    closes_at = models.TimeField(_("until"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(escalation_level=None) | models.Q(escalation_level__range=(1, 9)),
                name="party_contact_level_1_to_9",
            ),
            models.CheckConstraint(
                condition=models.Q(days__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="party_contact_days_of_a_week"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> Hours:
        return Hours(self.days, self.opens_at, self.closes_at, self.time_zone)
