"""The lists of records: what is over, rules, holds, matters, and what waits to be let go."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from clm.access.permissions import can, visible
from clm.lib import clock
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access.retention import VIEW, VIEW_READING
from contracts.models import Contract, Disposal, LegalHold, Matter, RetentionRule, UnusualReading
from contracts.models.contract import Category
from contracts.pages.cells import held_cell
from contracts.queries.retention import disposal_rows, held, held_among, hold_rows
from contracts.states import ContractState, DisposalState


class RecordFilter(django_filters.FilterSet):
    due = django_filters.ChoiceFilter(
        label=_("Retention"), empty_label=_("Any"), method="by_retention",
        choices=[("over", _("Over")), ("running", _("Still kept")), ("none", _("No rule says"))],
    )  # fmt: skip
    held = django_filters.BooleanFilter(label=_("On hold"), method="by_hold")
    state = django_filters.ChoiceFilter(label=_("State"), empty_label=_("Any"), choices=ContractState.choices)
    category = django_filters.ChoiceFilter(label=_("Type"), empty_label=_("Any"), choices=Category.choices)

    def by_retention(self, rows: QuerySet[Contract], _name: str, value: str) -> QuerySet[Contract]:
        today = clock.today()
        wanted = {"over": Q(kept_until__lte=today), "running": Q(kept_until__gt=today), "none": Q(kept_until=None)}
        return rows.filter(wanted[value])

    def by_hold(self, rows: QuerySet[Contract], _name: str, value: bool) -> QuerySet[Contract]:
        return rows.filter(held()) if value else rows.exclude(held())


@method_decorator(login_required, name="dispatch")
class RecordList(ListPage):
    key = "records"
    title = _("Records")
    subtitle = _("Contracts that are over, and until when they are kept")
    verb = VIEW
    filterset_class = RecordFilter
    search_fields = ("title", "reference")
    default_sort = "kept_until"
    actions_template = "contracts/record_list_actions.html"
    empty = Empty(
        title=_("Nothing is over yet"),
        hint=_("Contracts come here when they expire, are terminated or archived."),
        icon="archive",
    )
    columns = (
        Column("reference", _("Reference"), sort=("reference",), kind="code"),
        Column("title", _("Title"), main=True, sort=("title",)),
        Column("category", _("Type"), lambda row: Category(row.category).label, sort=("category",)),
        Column("jurisdiction", _("Governing law")),
        Column("state", _("State"), kind="state", domain="contract", sort=("state",)),
        Column("ended_on", _("Ended"), kind="date", zone="time_zone", sort=("ended_on",)),
        Column("kept_until", _("Kept until"), kind="date", zone="time_zone", sort=("kept_until",)),
        Column("held", _("On hold"), lambda row: _("On hold") if row.is_held else "", draw=held_cell),
    )

    def rows(self) -> QuerySet[Any]:
        return queries.contracts(self.actor).filter(ended_on__isnull=False)

    def complete(self, rows: Any) -> None:
        held_ids = held_among(row.pk for row in rows)
        for row in rows:
            row.is_held = row.pk in held_ids

    def extra_context(self) -> dict[str, Any]:
        return {
            "can_keep": can(self.actor, "contracts.place_hold"),
            "can_see_readings": can(self.actor, VIEW_READING),
        }


@method_decorator(login_required, name="dispatch")
class RuleList(ListPage):
    key = "retention-rules"
    title = _("Retention rules")
    subtitle = _("How long contracts are kept after they ended. Where several fit, the longest counts.")
    verb = VIEW
    default_sort = "name"
    actions_template = "contracts/rule_list_actions.html"
    empty = Empty(
        title=_("No rules yet"),
        hint=_("Without one nothing is ever disposed of."),
        icon="clock",
        action_label=_("Add a rule"),
        action_url="/contracts/records/rules/new/",
        action_verb="contracts.add_retention_rule",
    )
    columns = (
        Column("name", _("Name"), main=True, sort=("name",)),
        Column("category", _("Type"), lambda row: row.get_category_display() or _("Any")),
        Column("jurisdiction", _("Governing law"), lambda row: row.jurisdiction or _("Any")),
        Column("keep_months", _("Months"), kind="number", sort=("keep_months",)),
        Column("counts_from", _("Counted from"), lambda row: row.get_counts_from_display()),
        Column("basis", _("Rests on")),
        Column("retired_at", _("Retired"), kind="instant", visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        found = visible(self.actor, RetentionRule.objects.all())
        return found if self.request.GET.get("retired") else found.filter(retired_at=None)

    def url_of(self, row: RetentionRule) -> str:
        may = row.retired_at is None and can(self.actor, "contracts.retire_retention_rule")
        return reverse("retention-rule-retire", args=[row.pk]) if may else ""

    def extra_context(self) -> dict[str, Any]:
        return {"can_add": can(self.actor, "contracts.add_retention_rule")}


class HoldFilter(django_filters.FilterSet):
    stands = django_filters.BooleanFilter(label=_("Stands"), field_name="released_at", lookup_expr="isnull")


@method_decorator(login_required, name="dispatch")
class HoldList(ListPage):
    key = "holds"
    title = _("Legal holds")
    subtitle = _("Nothing that they cover is disposed of")
    verb = VIEW
    filterset_class = HoldFilter
    search_fields = ("name", "reason")
    default_sort = "-placed"
    actions_template = "contracts/hold_list_actions.html"
    empty = Empty(
        title=_("No holds"),
        hint=_("Place one on a contract, a party or a matter when a dispute or an audit comes near."),
        icon="lock",
        action_label=_("Place a hold"),
        action_url="/contracts/records/holds/new/",
        action_verb="contracts.place_hold",
    )
    columns = (
        Column("name", _("Name"), main=True, sort=("name",)),
        Column("covers", _("Covers"), lambda row: str(row.covers)),
        Column("placed", _("Placed"), "created_at", kind="instant", sort=("created_at",)),
        Column("placed_by", _("By"), lambda row: str(row.placed_by)),
        Column("released", _("Released"), "released_at", kind="instant", sort=("released_at",)),
        Column("reason", _("Why"), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, hold_rows())

    def extra_context(self) -> dict[str, Any]:
        return {"can_place": can(self.actor, "contracts.place_hold")}

    def url_of(self, row: LegalHold) -> str:
        return row.get_absolute_url()


@method_decorator(login_required, name="dispatch")
class MatterList(ListPage):
    key = "matters"
    title = _("Matters")
    subtitle = _("Disputes, audits and inquiries, and the contracts that belong to them")
    verb = VIEW
    search_fields = ("name", "description")
    default_sort = "name"
    actions_template = "contracts/matter_list_actions.html"
    empty = Empty(
        title=_("No matters yet"),
        hint=_("A matter gathers contracts that one hold covers."),
        icon="briefcase",
        action_label=_("Open a matter"),
        action_url="/contracts/records/matters/new/",
        action_verb="contracts.open_matter",
    )
    columns = (
        Column("name", _("Name"), main=True, sort=("name",)),
        Column("holds", _("Holds that stand"), "standing", kind="number"),
        Column("opened_by", _("Opened by"), lambda row: str(row.opened_by)),
        Column("created_at", _("Opened"), kind="instant", sort=("created_at",)),
    )

    def rows(self) -> QuerySet[Any]:
        found = visible(self.actor, Matter.objects.select_related("opened_by"))
        return found.annotate(standing=Count("holds", filter=Q(holds__released_at=None)))

    def extra_context(self) -> dict[str, Any]:
        return {"can_open": can(self.actor, "contracts.open_matter")}


class DisposalFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), empty_label=_("Any"), choices=DisposalState.choices)


@method_decorator(login_required, name="dispatch")
class DisposalList(ListPage):
    key = "disposals"
    title = _("Disposals")
    subtitle = _("It takes two people to let a contract go")
    verb = VIEW
    filterset_class = DisposalFilter
    search_fields = ("contract__reference", "contract__title")
    default_sort = "-proposed"
    empty = Empty(title=_("Nothing was proposed"), hint=_("Propose it on an archived contract."), icon="trash")
    columns = (
        Column("contract", _("Contract"), lambda row: f"{row.contract.reference} {row.contract.title}", main=True),
        Column("state", _("State"), kind="state", domain="disposal", sort=("state",)),
        Column("until", _("Kept until"), kind="date"),
        Column("proposed_by", _("Proposed by"), lambda row: str(row.proposed_by)),
        Column("proposed", _("Proposed"), "created_at", kind="instant", sort=("created_at",)),
        Column("decided_by", _("Decided by"), lambda row: str(row.decided_by or "")),
        Column("decided_at", _("Decided"), kind="instant", sort=("decided_at",)),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, disposal_rows())

    def url_of(self, row: Disposal) -> str:
        return row.get_absolute_url()


@method_decorator(login_required, name="dispatch")
class UnusualReadingList(ListPage):
    key = "unusual-readings"
    title = _("Unusual reading")
    subtitle = _("Days on which somebody opened far more contracts than they and their roles usually do")
    verb = VIEW_READING
    search_fields = ("user__name", "user__email")
    default_sort = "-on"
    empty = Empty(title=_("Nothing unusual"), hint=_("Who opens confidential contracts is in the ledger."), icon="eye")
    columns = (
        Column("user", _("Person"), lambda row: str(row.user), main=True, sort=("user__name",)),
        Column("on", _("Day (UTC)"), kind="date", sort=("on",)),
        Column("opened", _("Contracts opened"), kind="number", sort=("opened",)),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, UnusualReading.objects.select_related("user"))

    def url_of(self, row: UnusualReading) -> str:
        return reverse("unusual-reading", args=[row.pk])
