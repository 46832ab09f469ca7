"""The relationship: who, what, in which state."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.access.objects import GroupObjectPermissionBase, UserObjectPermissionBase
from clm.lib.states import StateTable
from contracts.states import CONTRACT_STATES, IN_FORCE, ContractState, Side


class Category(models.TextChoices):
    MASTER = "master", _("Master agreement")
    CLOUD = "cloud", _("Cloud or software service")
    HOSTING = "hosting", _("Hosting or outsourcing")
    SLA = "sla", _("Service level agreement")
    NDA = "nda", _("Non-disclosure agreement")
    DPA = "dpa", _("Data processing agreement")
    SERVICES = "services", _("Professional services")
    ORDER = "order", _("Order form")
    LICENSE = "license", _("Licence")
    DISTRIBUTION = "distribution", _("Distribution or reseller")
    OTHER = "other", _("Other")


class Contract(OrganizationRow):
    """`reference` is ours and unique; `external_reference` is the other side's, as their invoices quote it."""

    STATES: ClassVar[StateTable] = CONTRACT_STATES
    told_as = ""

    reference = models.CharField(_("reference"), max_length=40)
    external_reference = models.CharField(_("their reference"), max_length=80, blank=True, db_index=True)
    title = models.CharField(_("title"), max_length=250)
    category = models.CharField(_("type"), max_length=16, choices=Category.choices, default=Category.OTHER)
    state = models.CharField(_("state"), max_length=20, choices=ContractState.choices, default=ContractState.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    value_amount = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # ISO 3166: a country (DE), or a part of one (US-NY), whose law governs the contract.
    jurisdiction = models.CharField(_("governing law"), max_length=6, blank=True)
    is_confidential = models.BooleanField(_("confidential: only these people"), default=False)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags"))
    description = models.TextField(_("description"), blank=True)
    department = models.ForeignKey(
        "accounts.Team",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("department"),
    )
    turn = models.CharField(_("whose turn it is"), max_length=8, choices=Side.choices, default=Side.OURS)
    terms_due_at = models.DateTimeField(null=True, editable=False)
    # The end of the newest term, kept by advance_terms: lists sort and filter by it without asking for the terms.
    term_ends_on = models.DateField(null=True, editable=False)
    # The day on which its first text took effect, kept by fix_version, and the one on which it was signed.
    effective_on = models.DateField(_("takes effect on"), null=True, editable=False)
    executed_on = models.DateField(_("signed on"), null=True, editable=False)
    # The last day of notice in the newest term, kept by advance_terms: null where there is none, where notice was given
    # or a renewal agreed, and once it is over.
    notice_due_on = models.DateField(_("notice due"), null=True, editable=False)
    # The first day on which it was over, whether it expired, was terminated or never signed; and the first on which it
    # need not be kept any more (null: it is not over, or no rule says).
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    # The day on which people said that it had ended, where they said an earlier one: it is kept from this day. Null
    # where it ended by its own terms.
    end_recorded_on = models.DateField(null=True, editable=False)
    kept_until = models.DateField(_("kept until"), null=True, editable=False)
    # How risky it is, kept by assess_risk so that lists sort and filter by it; null and empty: not assessed yet.
    risk_score = models.PositiveSmallIntegerField(_("risk score"), null=True, editable=False)
    risk_band = models.CharField(_("risk"), max_length=8, blank=True, editable=False)
    risk_due_at = models.DateTimeField(null=True, editable=False)
    # The clauses of the library whose words the text that counts has, kept by assess_risk. Null: it has no text, or
    # nobody has looked at it yet; while `risk_due_at` is set it is about to be looked at again.
    library_clauses = ArrayField(models.UUIDField(), null=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        permissions: ClassVar = [("see_confidential_contract", "Sees this confidential contract")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "reference"], name="contract_reference_once"),
            models.CheckConstraint(
                condition=models.Q(value_amount=None) | models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="contract_value_has_currency",
            ),
        ]
        indexes: ClassVar = [
            # With the included column, lists count and page in the index alone: the rule of who sees what asks for it.
            models.Index(fields=["organization", "-id"], include=["is_confidential"], name="contract_newest"),
            models.Index(fields=["organization", "state", "id"], include=["is_confidential"], name="contract_state"),
            models.Index(fields=["organization", "title", "id"], include=["is_confidential"], name="contract_by_title"),
            models.Index(
                fields=["organization", "category", "id"], include=["is_confidential"], name="contract_by_type"
            ),
            models.Index(fields=["organization", "owner", "id"], include=["is_confidential"], name="contract_by_owner"),
            models.Index(
                fields=["organization", "currency", "value_amount", "id"],
                include=["is_confidential"],
                name="contract_by_value",
            ),
            models.Index(
                fields=["organization", "term_ends_on", "id"], include=["is_confidential"], name="contract_by_term_end"
            ),
            models.Index(
                fields=["organization", "effective_on", "id"], include=["is_confidential"], name="contract_by_effect"
            ),
            models.Index(
                fields=["organization", "executed_on", "id"], include=["is_confidential"], name="contract_by_signing"
            ),
            models.Index(
                fields=["organization", "notice_due_on", "id"], include=["is_confidential"], name="contract_by_notice"
            ),
            models.Index(
                fields=["organization", "risk_score", "id"], include=["is_confidential"], name="contract_by_risk"
            ),
            # Highest first, and those without a score last.
            models.Index(
                "organization",
                models.F("risk_score").desc(nulls_last=True),
                models.F("id").desc(),
                include=["is_confidential"],
                name="contract_by_risk_highest",
            ),
            models.Index(
                fields=["risk_due_at"], condition=models.Q(risk_due_at__isnull=False), name="contract_risk_due"
            ),
            models.Index(fields=["terms_due_at"], condition=models.Q(terms_due_at__isnull=False), name="contract_due"),
            GinIndex(fields=["search"], name="contract_search"),
            GinIndex(fields=["tags"], name="contract_tags"),
            GinIndex(fields=["library_clauses"], name="contract_library_clauses"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="contract_title_trigram"),
        ]

    def __str__(self) -> str:
        """A contract that was disposed of has its reference for a title."""
        return self.reference if self.title == self.reference else f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return f"/contracts/{self.pk}/"

    @property
    def shown_state(self) -> str:
        """The state that the reader is told: `told_as` where `told_states` (contracts/access/other_side.py) put one."""
        return self.told_as or self.state

    @property
    def is_in_force(self) -> bool:
        return self.state in IN_FORCE

    @property
    def contract_id(self):  # type: ignore[no-untyped-def]
        """So that a contract and what belongs to one are asked for their contract alike."""
        return self.pk


class FurtherWords(OrganizationRow):
    """A part of a long text, with places for its phrases; `end_at` is where it ends, in code points. `is_beyond`: some
    of its words are not in the contract's own `search`, which few texts fill."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    end_at = models.PositiveIntegerField()
    is_beyond = models.BooleanField()
    search = SearchVectorField()

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="contract_further_phrases"),
            GinIndex(fields=["search"], condition=models.Q(is_beyond=True), name="contract_further_words"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}"


class WordPairs(OrganizationRow):
    """Which words stand next to each other in a contract, as hashes: for phrases of frequent words, which the vectors
    would be read for one by one. Written with the contract's `search`, of all its parts."""

    # Without an index: the planner takes reading the pairs of all rows for cheaper than it is.
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contract = models.OneToOneField(Contract, on_delete=models.CASCADE, related_name="+")
    pairs = ArrayField(models.BigIntegerField())

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["pairs"], name="contract_word_pairs")]

    def __str__(self) -> str:
        return f"{self.contract_id}"


class ContractUserPermission(UserObjectPermissionBase):  # type: ignore[misc]
    """Guardian's direct table: who sees which confidential contract."""

    content_object = models.ForeignKey(Contract, on_delete=models.CASCADE)


class ContractGroupPermission(GroupObjectPermissionBase):  # type: ignore[misc]
    content_object = models.ForeignKey(Contract, on_delete=models.CASCADE)


class ContractParty(OrganizationRow):
    """A party's part in one contract."""

    class Role(models.TextChoices):
        OURS = "ours", _("Our side")
        COUNTERPARTY = "counterparty", _("Counterparty")
        AFFILIATE = "affiliate", _("Affiliate")
        GUARANTOR = "guarantor", _("Guarantor")

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="parties")
    party = models.ForeignKey("contracts.Party", on_delete=models.PROTECT, related_name="contracts")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "party", "role"], name="party_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.party} ({self.role})"
