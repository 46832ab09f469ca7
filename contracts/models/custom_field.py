"""What an organization wants to know of its contracts beyond the facts that every contract has.

Values are rows with a column of their type, not one JSON column on the contract: lists of 100,000 contracts are
filtered by ranges (numbers, amounts, dates), which an index on typed columns answers and a GIN index on JSON does not;
what is counted by value is counted in a narrow index; people and companies are foreign keys. The price is one query a
page of a list that shows them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from contracts.engine import custom_values as values
from contracts.models.contract import Category


class CustomField(OrganizationRow):
    """`key` names it in the API and the ledger and never changes; no category means every type of contract. One that is
    retired is asked no more; what was answered stays."""

    class Kind(models.TextChoices):
        TEXT = values.TEXT, _("Text")
        LONG_TEXT = values.LONG_TEXT, _("Long text")
        INTEGER = values.INTEGER, _("Whole number")
        DECIMAL = values.DECIMAL, _("Number")
        AMOUNT = values.AMOUNT, _("Amount with currency")
        DATE = values.DATE, _("Date")
        CHOICE = values.CHOICE, _("One of several choices")
        CHOICES = values.CHOICES, _("Several choices")
        YES_NO = values.YES_NO, _("Yes or no")
        PERSON = values.PERSON, _("Person")
        PARTY = values.PARTY, _("Party")
        LINK = values.LINK, _("Link")

    key = models.SlugField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=80)
    help_text = models.CharField(_("help"), max_length=250, blank=True)
    kind = models.CharField(_("type"), max_length=12, choices=Kind.choices)
    categories = ArrayField(
        models.CharField(max_length=16, choices=Category.choices), default=list, blank=True, verbose_name=_("for types")
    )
    is_required = models.BooleanField(_("must be given"), default=False)
    choices = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("choices"))
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "key"], name="custom_field_key_once"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=(values.CHOICE, values.CHOICES)) | models.Q(choices__len__gt=0),
                name="custom_field_choice_has_choices",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return f"/contracts/custom-fields/{self.pk}/"

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    def is_asked_in(self, category: str) -> bool:
        """Whether contracts of this type are asked for it."""
        return not self.is_retired and (not self.categories or category in self.categories)


class CustomValue(OrganizationRow):
    """One value; of several choices one row each, in their order. `text` has texts, links, choices, and yes or no."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.CASCADE, related_name="custom_values")
    field = models.ForeignKey(CustomField, on_delete=models.PROTECT, related_name="values")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=values.LONGEST, blank=True)
    long_text = models.TextField(blank=True)
    number = models.DecimalField(max_digits=24, decimal_places=values.PLACES, null=True)
    currency = models.CharField(max_length=3, blank=True)
    day = models.DateField(null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("contracts.Party", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "field", "position"], name="custom_value_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["field", "text"], include=["contract"], name="custom_value_by_text"),
            models.Index(
                fields=["field", "number"],
                include=["contract", "currency"],
                condition=models.Q(number__isnull=False),
                name="custom_value_by_number",
            ),
            models.Index(
                fields=["field", "day"],
                include=["contract"],
                condition=models.Q(day__isnull=False),
                name="custom_value_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field_id}: {self.value}"

    @property
    def value(self) -> Any:
        """As `contracts.engine.custom_values.read` has it; of several choices this one."""
        kind = self.field.kind
        if kind == values.AMOUNT:
            return values.Amount(self.number or Decimal(0), self.currency)
        if kind == values.INTEGER:
            return int(self.number or 0)
        plain = {
            values.DECIMAL: self.number, values.DATE: self.day, values.PERSON: self.person_id,
            values.PARTY: self.party_id, values.LONG_TEXT: self.long_text, values.YES_NO: self.text == "yes",
        }  # fmt: skip
        return plain.get(kind, self.text)
