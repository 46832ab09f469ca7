"""How long contracts are kept, what keeps them longer, and who let them go."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.models.contract import Category
from contracts.states import DISPOSAL_STATES, DisposalState


def _person(**kwargs: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


class RetentionRule(OrganizationRow):
    """Contracts of this type and jurisdiction (empty: any) are kept for so many months after they ended. Where several
    rules fit, the longest counts. `basis` is the law or policy it rests on."""

    class CountsFrom(models.TextChoices):
        END = "end", _("The day it ended")
        YEAR_END = "year_end", _("The end of the calendar year in which it ended")

    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("type"), max_length=16, choices=Category.choices, blank=True)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=6, blank=True)
    keep_months = models.PositiveSmallIntegerField(_("kept for"))
    counts_from = models.CharField(_("counted from"), max_length=8, choices=CountsFrom.choices, default=CountsFrom.END)
    basis = models.TextField(_("rests on"))
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=models.Q(retired_at__isnull=True),
                name="retention_rule_name_once",
            ),
            models.CheckConstraint(condition=models.Q(keep_months__range=(1, 1200)), name="retention_rule_bounds"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return "/contracts/records/rules/"


class Matter(OrganizationRow):
    """A dispute, an audit or an inquiry, and the contracts that belong to it."""

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("what it is about"), blank=True)
    opened_by = _person()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "name"], name="matter_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/contracts/records/matters/{self.pk}/"


class MatterContract(OrganizationRow):
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="memberships")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.CASCADE, related_name="matters")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "contract"], name="contract_once_in_matter"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.contract_id}"


class LegalHold(OrganizationRow):
    """Nothing that it covers is disposed of while it stands: one contract, all contracts with a party, or those of a
    matter, also those that come later. `created_at` is when it was placed."""

    name = models.CharField(_("name"), max_length=200)
    reason = models.TextField(_("why"))
    contract = models.ForeignKey("contracts.Contract", null=True, on_delete=models.PROTECT, related_name="holds")
    party = models.ForeignKey("contracts.Party", null=True, on_delete=models.PROTECT, related_name="holds")
    matter = models.ForeignKey(Matter, null=True, on_delete=models.PROTECT, related_name="holds")
    placed_by = _person()
    released_by = _person(null=True)
    released_at = models.DateTimeField(_("released"), null=True)
    release_reason = models.TextField(_("why it was released"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(contract__isnull=False, party=None, matter=None)
                | models.Q(contract=None, party__isnull=False, matter=None)
                | models.Q(contract=None, party=None, matter__isnull=False),
                name="hold_covers_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at=None, released_by=None)
                | models.Q(released_at__isnull=False, released_by__isnull=False),
                name="hold_released_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["contract"], condition=models.Q(released_at=None), name="hold_on_contract"),
            models.Index(fields=["party"], condition=models.Q(released_at=None), name="hold_on_party"),
            models.Index(fields=["matter"], condition=models.Q(released_at=None), name="hold_on_matter"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/contracts/records/holds/{self.pk}/"

    @property
    def stands(self) -> bool:
        return self.released_at is None

    @property
    def covers(self) -> Any:
        """The contract, party or matter."""
        return self.contract or self.party or self.matter


class Disposal(OrganizationRow):
    """The proposal to dispose of a contract, and what somebody else said to it. `until` is the day its retention ended,
    `trace` how that came about; `created_at` is when it was proposed, `removed` how many rows and files went."""

    STATES: ClassVar[StateTable] = DISPOSAL_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="disposals")
    state = models.CharField(_("state"), max_length=10, choices=DisposalState.choices, default=DisposalState.PROPOSED)
    reason = models.TextField(_("why"), blank=True)
    until = models.DateField(_("kept until"))
    trace = models.JSONField(default=dict)
    proposed_by = _person()
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(_("answer"), blank=True)
    removed = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=models.Q(state__in=("proposed", "approved")),
                name="disposal_once_per_contract",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("proposed", "withdrawn"))
                | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="disposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("proposed_by")),
                name="disposal_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.state}"

    def get_absolute_url(self) -> str:
        return f"/contracts/records/disposals/{self.pk}/"
