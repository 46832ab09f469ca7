"""The lists of contracts and of parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Upper
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clm.access.middleware import actor_of
from clm.access.permissions import can, visible
from clm.accounts.models import Membership, Team, User
from clm.lib.plans import COUNTED, NumberOf
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.access.imports import IMPORT
from contracts.access.other_side import in_told_state, told_choices, told_states
from contracts.access.retention import VIEW as VIEW_RECORDS
from contracts.engine import custom_values as engine
from contracts.engine.identifiers import SEPARATORS
from contracts.models import Contract, ContractParty, LibraryClause, Party, PartyIdentifier, Watcher
from contracts.models.contract import Category
from contracts.models.risk import RiskBand
from contracts.pages.cells import held_cell, many_cell, risk_cell, title_cell
from contracts.queries.clauses_had import having_clause, lacking_clause, looked_through
from contracts.queries.custom_fields import asked_fields, words_of
from contracts.queries.custom_filters import PREFIX, custom_filters
from contracts.queries.finding import Found, found_for, looked_up
from contracts.queries.party_names import in_capitals, parties_like
from contracts.queries.retention import held_among
from contracts.queries.snippets import snippets_of
from contracts.states import ContractState, LibraryState


def _owners(request: Any) -> QuerySet[User]:
    """People who own a contract that the actor sees: asked of each member, so that it costs as much as there are."""
    if request is None:
        return User.objects.none()
    owned = queries.contracts(request.actor).filter(owner=OuterRef("pk"))
    members = Membership.objects.values("user_id")
    return User.objects.filter(Exists(owned), pk__in=members).order_by("name")


def _departments(request: Any) -> QuerySet[Team]:
    rows = Team.objects.none() if request is None else visible(request.actor, Team.objects.all())
    return rows.filter(kind=Team.Kind.DEPARTMENT).order_by("name")


def _library(request: Any) -> QuerySet[LibraryClause]:
    """Retired ones too: texts go on having them."""
    rows = LibraryClause.objects.none() if request is None else visible(request.actor, LibraryClause.objects.all())
    return rows.order_by("title").only("title")


def _library_in_use(request: Any) -> QuerySet[LibraryClause]:
    return _library(request).filter(state=LibraryState.APPROVED)


def _day(column: str, lookup: str, label: Any) -> django_filters.DateFilter:
    return django_filters.DateFilter(column, lookup_expr=lookup, label=label, widget=forms.DateInput({"type": "date"}))


def by_told_state(rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
    return in_told_state(rows, [value])


INSIDE_FILTERS = (
    "owner", "confidential", "department", "tag", "watched", "currency", "value_from", "value_below", "clause",
    "without_clause", "known_clauses", "risk", "party_id", "effective_after", "effective_before", "executed_after",
    "executed_before", "notice_after", "notice_before",
)  # fmt: skip


class ContractFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=ContractState.choices, label=_("State"), empty_label=_("Any"))
    category = django_filters.ChoiceFilter(choices=Category.choices, label=_("Type"), empty_label=_("Any"))
    party = django_filters.CharFilter(method="by_party", label=_("Party"))
    # Exactly this one, as *Narrow* counts it: a name may be a part of another.
    party_id = django_filters.UUIDFilter(method="by_party_id", label=_("Party"), widget=forms.HiddenInput())
    owner = django_filters.ModelChoiceFilter(queryset=_owners, label=_("Owner"))
    department = django_filters.ModelChoiceFilter(queryset=_departments, label=_("Department"))
    tag = django_filters.CharFilter(method="by_tag", label=_("Tag"))
    watched = django_filters.BooleanFilter(method="by_watched", label=_("Watched by me"))
    effective_after = _day("effective_on", "gte", _("Took effect from"))
    effective_before = _day("effective_on", "lte", _("Took effect until"))
    executed_after = _day("executed_on", "gte", _("Signed from"))
    executed_before = _day("executed_on", "lte", _("Signed until"))
    ends_after = _day("term_ends_on", "gte", _("Term ends from"))
    ends_before = _day("term_ends_on", "lte", _("Term ends until"))
    notice_after = _day("notice_due_on", "gte", _("Notice due from"))
    notice_before = _day("notice_due_on", "lte", _("Notice due until"))
    risk = django_filters.ChoiceFilter("risk_band", choices=RiskBand.choices, label=_("Risk"), empty_label=_("Any"))
    confidential = django_filters.BooleanFilter(field_name="is_confidential", label=_("Confidential"))
    currency = django_filters.CharFilter(lookup_expr="iexact", label=_("Currency"))
    value_from = django_filters.NumberFilter("value_amount", lookup_expr="gte", label=_("Value from"))
    value_below = django_filters.NumberFilter("value_amount", lookup_expr="lt", label=_("Value below"))
    # Choices of hundreds, drawn with *All filters* and where they are asked for.
    clause = django_filters.ModelChoiceFilter(queryset=_library, method="by_clause", label=_("Has the clause"))
    without_clause = django_filters.ModelChoiceFilter(
        queryset=_library_in_use, method="by_lack", label=_("Lacks the clause")
    )
    known_clauses = django_filters.BooleanFilter(method="by_known_clauses", label=_("Held against the library"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is None:
            return
        if can(self.request.actor, VIEW_INSIDE):
            self.filters |= custom_filters(getattr(self.request, "own_fields", None) or asked_fields())
        else:
            for name in INSIDE_FILTERS:
                del self.filters[name]
            self.filters["state"] = django_filters.ChoiceFilter(
                choices=told_choices(), label=_("State"), empty_label=_("Any"), method=by_told_state
            )

    def by_tag(self, rows: QuerySet[Contract], _name: str, value: str) -> QuerySet[Contract]:
        return rows.filter(tags__contains=[value.strip()])

    def by_clause(self, rows: QuerySet[Contract], _name: str, value: LibraryClause) -> QuerySet[Contract]:
        return rows.filter(having_clause(value.pk))

    def by_lack(self, rows: QuerySet[Contract], _name: str, value: LibraryClause) -> QuerySet[Contract]:
        return rows.filter(lacking_clause(value.pk))

    def by_known_clauses(self, rows: QuerySet[Contract], _name: str, value: bool) -> QuerySet[Contract]:
        return rows.filter(looked_through() if value else ~looked_through())

    def by_watched(self, rows: QuerySet[Contract], _name: str, value: bool) -> QuerySet[Contract]:
        mine = Watcher.objects.filter(user_id=self.request.actor.person_id).values("contract")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def by_party(self, rows: QuerySet[Contract], _name: str, value: str) -> QuerySet[Contract]:
        known = Party.objects.filter(name__icontains=value)
        parties = known if known.exists() else parties_like(Party.objects.all(), value)
        return rows.filter(pk__in=ContractParty.objects.filter(party__in=parties).values("contract"))

    def by_party_id(self, rows: QuerySet[Contract], _name: str, value: UUID) -> QuerySet[Contract]:
        return rows.filter(pk__in=ContractParty.objects.filter(party=value).values("contract"))


KINDS = {engine.DATE: "date", engine.INTEGER: "number", engine.DECIMAL: "number"}


def _said(row: Any, *, key: str) -> Any:
    value = row.said.get(key)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(value) if isinstance(value, User | Party) else value


def _as_told(column: Column) -> Column:
    """Nothing is put in the order of what the other side is not told."""
    return replace(column, sort=()) if column.key == "state" else column


@method_decorator(login_required, name="dispatch")
class ContractList(ListPage):
    key = "contracts"
    title = _("Contracts")
    verb = "contracts.view_contract"
    filterset_class = ContractFilter
    search_hint = _("Words in the title, the text, a party or a reference")
    searched = ("q", "party")
    main_filters = ("state", "category", "party")
    default_sort = "-newest"
    page_size = 25  # rows are high where a search shows places in their texts
    actions_template = "contracts/list_actions.html"
    bar_template = "contracts/list_narrow.html"
    empty = Empty(
        title=_("No contracts yet"),
        hint=_("Upload the first one: Word, PDF or text. Its clauses are read at once."),
        icon="file-text",
        action_label=_("Add a contract"),
        action_url="/contracts/new/",
        action_verb="contracts.create_contract",
    )
    columns = (
        Column("reference", _("Reference"), kind="code", sort=("reference",)),
        Column("title", _("Title"), draw=title_cell, main=True, sort=("title",)),
        Column("counterparties", _("Counterparty"), lambda row: queries.names_of(row, "counterparty")),
        Column("category", _("Type"), lambda row: Category(row.category).label, sort=("category",)),
        Column("state", _("State"), "shown_state", kind="state", domain="contract", sort=("state",)),
        Column(
            "held",
            _("On hold"),
            lambda row: _("On hold") if row.is_held else "",
            draw=held_cell,
            verb=VIEW_RECORDS,
        ),
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
        Column(
            "risk",
            _("Risk"),
            "risk_score",
            kind="number",
            sort=("risk_score",),
            nulls_last=True,
            visible=False,
            verb=VIEW_INSIDE,
            draw=risk_cell,
        ),
        Column("owner", _("Owner"), lambda row: str(row.owner), sort=("owner__name",), visible=False, verb=VIEW_INSIDE),
        Column("department", _("Department"), lambda row: str(row.department or ""), visible=False, verb=VIEW_INSIDE),
        Column("tags", _("Tags"), lambda row: ", ".join(row.tags), visible=False, verb=VIEW_INSIDE),
        Column("external_reference", _("Their reference"), visible=False),
        Column("newest", _("Added"), "created_at", kind="instant", sort=("id",), visible=False),
    )

    # What was searched for is in none of the rows, but almost a party's name: no place to show.
    is_alike = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """With a column for each field of the organization's own."""
        request.own_fields = asked_fields()  # type: ignore[attr-defined]  # asked for once: the filters take them too
        self.custom = {f"{PREFIX}{field.key}": field for field in request.own_fields}  # type: ignore[attr-defined]
        own = [
            Column(
                name,
                field.label,
                partial(_said, key=field.key),
                visible=False,
                verb=VIEW_INSIDE,
                kind=KINDS.get(field.kind, "text"),
            )
            for name, field in self.custom.items()
        ]
        told = [_as_told(column) for column in type(self).columns]
        plain = type(self).columns if can(actor_of(request), VIEW_INSIDE) else told
        self.columns = (*plain, *own)  # type: ignore[assignment, misc]
        asked = (name for name in request.GET if name.startswith(PREFIX))
        self.searched = (*type(self).searched, "clause", "without_clause", "known_clauses", *asked)  # type: ignore[assignment, misc]
        return super().get(request, *args, **kwargs)

    def complete(self, rows: Sequence[Any]) -> None:
        """The own fields that are shown, where in their texts searched words stand, and which are held."""
        keys = [self.custom[each.key].key for each in self.chosen_columns() if each.key in self.custom]
        ids = [row.pk for row in rows]
        found = words_of(ids, keys) if keys else {}
        text = self.request.GET.get("q", "").replace("\x00", "").strip()
        is_shown = text and not self.is_alike and "format" not in self.request.GET
        snippets = snippets_of(self.actor, rows, text) if is_shown else {}
        held = held_among(ids) if can(self.actor, VIEW_RECORDS) else set()
        for row in rows:
            row.said, row.snippet, row.is_held = found.get(row.pk, {}), snippets.get(row.pk, []), row.pk in held
            row.is_locked = row.is_confidential and not self.actor.is_counterparty
        told_states(self.actor, rows)

    @cached_property
    def listed(self) -> QuerySet[Any]:
        return queries.listed(self.actor).select_related("department")

    def rows(self) -> QuerySet[Any]:
        return self.listed.all()

    def filtered(self) -> tuple[QuerySet[Any], forms.Form | None]:
        found, form = super().filtered()
        is_dear = self.known is None and any(self.request.GET.get(name) for name in self.searched)
        return self._known(looked_up(found, self.rows())) if is_dear else found, form

    def search(self, found: QuerySet[Any], text: str) -> QuerySet[Any]:
        return self._known(found_for(self.actor, found, text, of=self.rows()))

    def _known(self, hits: Found) -> QuerySet[Any]:
        self.known = None if hits.number is None else hits.number + hits.has_more
        self.told, self.gathered, self.is_alike = hits.ids, hits.gathered, hits.is_alike
        return hits.rows

    def url_of(self, row: Contract) -> str:
        return f"/contracts/{row.pk}/"

    def extra_context(self) -> dict[str, Any]:
        return {
            "can_add": can(self.actor, "contracts.create_contract"),
            "sees_inside": can(self.actor, VIEW_INSIDE),
            "can_give": can(self.actor, "contracts.hand_over_contracts"),
            "can_import": can(self.actor, IMPORT),
        }


class PartyFilter(django_filters.FilterSet):
    is_ours = django_filters.BooleanFilter(label=_("Our own"))
    identifier = django_filters.CharFilter(method="by_identifier", label=_("Number"))
    archived = django_filters.ChoiceFilter(
        choices=[("only", _("Archived")), ("all", _("All"))], method="by_use", label=_("Use"), empty_label=_("In use")
    )

    def by_identifier(self, rows: QuerySet[Party], _name: str, value: str) -> QuerySet[Party]:
        return rows.filter(pk__in=numbered(value))

    def by_use(self, rows: QuerySet[Party], _name: str, value: str) -> QuerySet[Party]:
        return rows.filter(archived_at__isnull=False) if value == "only" else rows

    def filter_queryset(self, queryset: QuerySet[Party]) -> QuerySet[Party]:
        """What is archived is shown to who asks for it."""
        rows: QuerySet[Party] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("archived") else rows.filter(archived_at=None)


def numbered(value: str) -> QuerySet[Any]:
    """Ids of the parties that have this in one of their numbers, however it was typed."""
    typed = SEPARATORS.sub("", value)
    rows = PartyIdentifier.objects.filter(Q(value__icontains=value.strip()) | Q(value__icontains=typed))
    return rows.values("party")


@method_decorator(login_required, name="dispatch")
class PartyList(ListPage):
    key = "parties"
    title = _("Parties")
    verb = "contracts.view_party"
    filterset_class = PartyFilter
    search_hint = _("Legal name or number")
    default_sort = "name"
    actions_template = "contracts/party_list_actions.html"
    empty = Empty(title=_("No parties yet"), hint=_("They come with the first contract."), icon="building")
    columns = (
        Column("name", _("Legal name"), main=True, sort=("name",)),
        Column("side", _("Side"), lambda row: _("Ours") if row.is_ours else _("Other side")),
        Column("country", _("Country"), sort=("country",)),
        Column(
            "contracts",
            _("Contracts"),
            "number_of_contracts",
            draw=many_cell,
            kind="number",
            sort=("number_of_contracts",),
        ),
        Column("parent", _("Belongs to"), lambda row: row.parent.name if row.parent else "", visible=False),
        Column(
            "identifiers",
            _("Numbers"),
            lambda row: ", ".join(str(each) for each in row.identifiers.all()),
            visible=False,
        ),
        Column("archived", _("Archived"), "archived_at", kind="instant", sort=("archived_at",), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        """With how many contracts each has that the actor sees. On a page they are met one by one, up to one more than
        COUNTED; all are counted where that is the order, and where the list is taken away."""
        seen = queries.contracts(self.actor)
        listed = queries.parties(self.actor).select_related("parent").prefetch_related("identifiers")
        if self.sorting()[0] == "contracts" or "format" in self.request.GET:
            counted_all = Count(
                "contracts__contract", filter=Q(contracts__contract__in=seen.values("pk")), distinct=True
            )
            return listed.annotate(number_of_contracts=counted_all)
        # Each contract by its key, and once: the planner would read all of them for each party.
        alike = ContractParty.objects.filter(contract=OuterRef("contract"), party=OuterRef("party"))
        parts = ContractParty.objects.filter(
            party=OuterRef("pk"),
            role=Subquery(alike.order_by("role").values("role")[:1]),
            contract=Subquery(seen.filter(pk=OuterRef("contract")).order_by().values("pk")[:1]),
        )
        number = NumberOf(parts.order_by().values("contract")[: COUNTED + 1])
        return listed.annotate(number_of_contracts=number)

    def search(self, found: QuerySet[Any], text: str) -> QuerySet[Any]:
        if not text:
            return found
        named: Any = found.annotate(upper_name=Upper("name"))
        known = named.filter(Q(upper_name__contains=in_capitals(text)) | Q(pk__in=numbered(text)))
        if known.exists():
            return known  # type: ignore[no-any-return]
        return found.filter(pk__in=[party.pk for party in parties_like(Party.objects.all(), text)])

    def extra_context(self) -> dict[str, Any]:
        return {"can_add": can(self.actor, "contracts.create_party")}

    def url_of(self, row: Party) -> str:
        return f"/contracts/parties/{row.pk}/"
