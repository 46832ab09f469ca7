"""The clause library: what we want to say, what we accept instead, and what we do not sign."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.library_categories import ClauseCategory
from contracts.models.contract import Category
from contracts.states import LIBRARY_STATES, LIBRARY_VERSION_STATES, LibraryState, LibraryVersionState


class Risk(models.TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class LibraryClause(OrganizationRow):
    """A clause by what it is about. `mandatory_for` are the types of contracts that must have it, `proposed_for` those
    that wait for somebody else's approval; null where nothing waits."""

    STATES: ClassVar[StateTable] = LIBRARY_STATES

    title = models.CharField(_("title"), max_length=200)
    category = models.CharField(_("category"), max_length=40, choices=ClauseCategory.choices)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk.choices, default=Risk.MEDIUM)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    guidance = models.TextField(_("guidance"), blank=True)
    mandatory_for = ArrayField(
        models.CharField(max_length=16, choices=Category.choices),
        default=list,
        blank=True,
        verbose_name=_("mandatory in"),
    )
    proposed_for = ArrayField(
        models.CharField(max_length=16, choices=Category.choices), null=True, verbose_name=_("to be mandatory in")
    )
    attribution = models.TextField(_("source"), blank=True)
    state = models.CharField(_("state"), max_length=12, choices=LibraryState.choices, default=LibraryState.DRAFT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "title"], name="library_title_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/contracts/library/{self.pk}/"

    @property
    def wanted_for(self) -> list[str]:
        """The types as they were said last, approved or not."""
        return self.mandatory_for if self.proposed_for is None else self.proposed_for


class LibraryClauseVersion(OrganizationRow):
    """One ladder of positions; immutable once approved (trigger). `positions` is [{kind, text, why}]: one preferred,
    then the fallbacks in the order in which they are offered, then what is unacceptable, with the reason."""

    STATES: ClassVar[StateTable] = LIBRARY_VERSION_STATES

    clause = models.ForeignKey(LibraryClause, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=12, choices=LibraryVersionState.choices, default=LibraryVersionState.DRAFT
    )
    positions = models.JSONField(default=list)
    note = models.TextField(_("what changed"), blank=True)
    approved_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clause", "number"], name="library_version_once"),
            models.UniqueConstraint(
                fields=["clause"], condition=models.Q(state="draft"), name="library_one_draft_per_clause"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(approved_at__isnull=False),
                name="library_approved_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def keyed(self) -> list[tuple[str, dict[str, Any]]]:
        """The positions with their names: preferred, fallback-1, fallback-2, unacceptable-1 ..."""
        counts: dict[str, int] = {}
        found = []
        for position in self.positions:
            kind = position["kind"]
            counts[kind] = counts.get(kind, 0) + 1
            found.append((kind if kind == "preferred" else f"{kind}-{counts[kind]}", position))
        return found


class DeclinedOffer(OrganizationRow):
    """A newer version of a library clause that the drafts of a contract do not take: it is offered there no more. The
    version after it is an offer of its own."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="declined_offers")
    library_version = models.ForeignKey(LibraryClauseVersion, on_delete=models.PROTECT, related_name="declined_offers")
    reason = models.TextField(_("why"), blank=True)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "library_version"], name="offer_declined_once"),
        ]

    def __str__(self) -> str:
        return str(self.library_version)
