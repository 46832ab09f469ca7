"""The lists of contracts and of parties."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from clm.access.permissions import can
from clm.accounts.models import Membership, User
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.models import Contract, ContractParty, Party
from contracts.models.contract import Category
from contracts.states import ContractState


def _owners(request: Any) -> QuerySet[User]:
    """People who own a contract that the actor sees: asked of each member, so that it costs as much as there are."""
    if request is None:
        return User.objects.none()
    owned = queries.contracts(request.actor).filter(owner=OuterRef("pk"))
    members = Membership.objects.values("user_id")
    return User.objects.filter(Exists(owned), pk__in=members).order_by("name")


class ContractFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=ContractState.choices, label=_("State"), empty_label=_("Any"))
    category = django_filters.ChoiceFilter(choices=Category.choices, label=_("Type"), empty_label=_("Any"))
    party = django_filters.CharFilter(method="by_party", label=_("Party"))
    owner = django_filters.ModelChoiceFilter(queryset=_owners, label=_("Owner"))
    ends_after = django_filters.DateFilter(
        "term_ends_on", lookup_expr="gte", label=_("Term ends from"), widget=forms.DateInput({"type": "date"})
    )
    ends_before = django_filters.DateFilter(
        "term_ends_on", lookup_expr="lte", label=_("Term ends until"), widget=forms.DateInput({"type": "date"})
    )
    confidential = django_filters.BooleanFilter(field_name="is_confidential", label=_("Confidential"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None and not can(self.request.actor, VIEW_INSIDE):
            del self.filters["owner"], self.filters["confidential"]

    def by_party(self, rows: QuerySet[Contract], _name: str, value: str) -> QuerySet[Contract]:
        named = ContractParty.objects.filter(party__name__icontains=value)
        return rows.filter(pk__in=named.values("contract"))


@method_decorator(login_required, name="dispatch")
class ContractList(ListPage):
    key = "contracts"
    title = _("Contracts")
    verb = "contracts.view_contract"
    filterset_class = ContractFilter
    search_hint = _("Words in the title, the text, a party or a reference")
    searched = ("q", "party")
    default_sort = "-newest"
    actions_template = "contracts/list_actions.html"
    empty = Empty(
        title=_("No contracts yet"),
        hint=_("Upload the first one: Word, PDF or text. Its clauses are read at once."),
        icon="file-text",
        action_label=_("Add a contract"),
        action_url="/contracts/new/",
        action_verb="contracts.create_contract",
    )
    columns = (
        Column("reference", _("Reference"), sort=("reference",), template="contracts/reference_cell.html"),
        Column("title", _("Title"), main=True, sort=("title",), template="contracts/title_cell.html"),
        Column("counterparties", _("Counterparty"), lambda row: queries.names_of(row, "counterparty")),
        Column("category", _("Type"), lambda row: Category(row.category).label, sort=("category",)),
        Column("state", _("State"), kind="state", domain="contract", sort=("state",)),
        Column("ends_on", _("Term ends"), "term_ends_on", kind="date", zone="time_zone", sort=("term_ends_on",)),
        Column(
            "value",
            _("Value"),
            "value_amount",
            kind="money",
            currency="currency",
            sort=("currency", "value_amount"),
            verb=VIEW_INSIDE,
        ),
        Column("owner", _("Owner"), lambda row: str(row.owner), sort=("owner__name",), visible=False, verb=VIEW_INSIDE),
        Column("external_reference", _("Their reference"), visible=False),
        Column("newest", _("Added"), "created_at", kind="instant", sort=("id",), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        return queries.listed(self.actor)

    def search(self, found: QuerySet[Any], text: str) -> QuerySet[Any]:
        return queries.found_for(self.actor, found, text) if text else found

    def url_of(self, row: Contract) -> str:
        return f"/contracts/{row.pk}/"

    def extra_context(self) -> dict[str, Any]:
        return {"can_add": can(self.actor, "contracts.create_contract")}


class PartyFilter(django_filters.FilterSet):
    is_ours = django_filters.BooleanFilter(label=_("Our own"))


@method_decorator(login_required, name="dispatch")
class PartyList(ListPage):
    key = "parties"
    title = _("Parties")
    verb = "contracts.view_party"
    filterset_class = PartyFilter
    search_fields = ("name", "registration_number")
    default_sort = "name"
    actions_template = "contracts/party_list_actions.html"
    empty = Empty(title=_("No parties yet"), hint=_("They come with the first contract."), icon="building")
    columns = (
        Column("name", _("Legal name"), main=True, sort=("name",)),
        Column("side", _("Side"), lambda row: _("Ours") if row.is_ours else _("Other side")),
        Column("country", _("Country"), sort=("country",)),
        Column("contracts", _("Contracts"), "number_of_contracts", kind="number", sort=("number_of_contracts",)),
        Column("registration_number", _("Registration number"), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        """With how many contracts each has that the actor sees: asked of the rows of one page, of all where that is
        the order."""
        seen = queries.contracts(self.actor).values("pk")
        if self.sorting()[0] == "contracts":
            counted_all = Count("contracts__contract", filter=Q(contracts__contract__in=seen), distinct=True)
            return queries.parties(self.actor).annotate(number_of_contracts=counted_all)
        parts = ContractParty.objects.filter(party=OuterRef("pk"), contract__in=seen).order_by().values("party")
        counted = parts.annotate(number=Count("contract", distinct=True)).values("number")
        number = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
        return queries.parties(self.actor).annotate(number_of_contracts=number)

    def url_of(self, row: Party) -> str:
        return f"/contracts/parties/{row.pk}/"
