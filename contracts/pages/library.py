"""The clause library: its list, a clause with its ladder, and the tab that holds a contract against it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, visible
from clm.accounts.models import User
from clm.audit.queries import entries_of
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access.library import VIEW
from contracts.library_categories import ClauseCategory
from contracts.models import Contract, LibraryClause, LibraryClauseVersion
from contracts.models.contract import Category
from contracts.models.library import Risk
from contracts.operations.library.guards import newest_change
from contracts.queries.clause_library import library_clauses, position_label, report_on, tied_clauses, waiting_clauses
from contracts.queries.compositions import pinned_numbers, templates_using
from contracts.queries.omissions import lacking, parted
from contracts.queries.writers import worded_by
from contracts.states import LibraryState, LibraryVersionState

SHOWN = 50  # open drafts on the page of a clause


def _owners(request: Any) -> QuerySet[User]:
    """Those who own a clause of the library."""
    if request is None:
        return User.objects.none()
    owned = visible(request.actor, LibraryClause.objects.filter(owner=OuterRef("pk")))
    return User.objects.filter(Exists(owned)).order_by("name")


class LibraryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=LibraryState.choices, label=_("State"), empty_label=_("Any"))
    category = django_filters.ChoiceFilter(choices=ClauseCategory.choices, label=_("Category"), empty_label=_("Any"))
    risk = django_filters.ChoiceFilter(choices=Risk.choices, label=_("Risk"), empty_label=_("Any"))
    owner = django_filters.ModelChoiceFilter(queryset=_owners, label=_("Owner"), empty_label=_("Any"))
    mandatory_for = django_filters.ChoiceFilter(
        choices=Category.choices, label=_("Mandatory in"), empty_label=_("Any"), method="by_type"
    )

    waits = django_filters.ChoiceFilter(label=_("Approval"), empty_label=_("Any"), method="by_waiting")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            count = waiting_clauses(visible(self.request.actor, LibraryClause.objects.all())).count()
            label = gettext("Waits for approval (%(n)d)") % {"n": count}
            self.filters["waits"].extra["choices"] = [("true", label)]

    def by_type(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(mandatory_for__contains=[value])

    def by_waiting(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        return waiting_clauses(rows)


def mandatory_text(clause: LibraryClause) -> str:
    """The types of contracts that must have it."""
    return types_text(clause.mandatory_for)


def waiting_text(row: Any) -> str:
    """Of a row of `library_clauses`: whether words or types wait for approval."""
    waits = row.newest_number != row.approved_number or row.proposed_for is not None
    return gettext("Waits") if waits and row.state != LibraryState.RETIRED else ""


def types_text(types: list[str]) -> str:
    return ", ".join(str(Category(value).label) for value in types)


@method_decorator(login_required, name="dispatch")
class LibraryList(ListPage):
    key = "library-clauses"
    title = _("Clauses")
    verb = VIEW
    filterset_class = LibraryFilter
    search_fields = ("title", "guidance")
    search_hint = _("Words in the title or the guidance")
    default_sort = "title"
    actions_template = "contracts/library_list_actions.html"
    empty = Empty(
        title=_("No clauses yet"),
        hint=_("Say what you want to sign, what you accept instead, and what you do not sign."),
        icon="books",
    )
    columns = (
        Column("title", _("Title"), main=True, sort=("title",)),
        Column("category", _("Category"), lambda row: ClauseCategory(row.category).label, sort=("category",)),
        Column("state", _("State"), kind="state", domain="library", sort=("state",)),
        Column("risk", _("Risk"), lambda row: Risk(row.risk).label, sort=("risk",)),
        Column("mandatory", _("Mandatory in"), mandatory_text),
        Column("waits", _("Approval"), waiting_text),
        Column("approved", _("Approved version"), "approved_number", kind="number", sort=("approved_number",)),
        Column("newest", _("Newest version"), "newest_number", kind="number", sort=("newest_number",), visible=False),
        Column("owner", _("Owner"), lambda row: str(row.owner), sort=("owner__name",), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        return library_clauses(self.actor)

    def url_of(self, row: LibraryClause) -> str:
        return row.get_absolute_url()

    def extra_context(self) -> dict[str, Any]:
        may = {"can_add": "contracts.add_library_clause", "can_import": "contracts.import_library"}
        return {name: can(self.actor, verb) for name, verb in may.items()}


@login_required
def clause_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A library clause with the ladder of one version (`?version=2`, else the newest), its versions and its history."""
    actor = actor_of(request)
    clause = get_visible(actor, LibraryClause.objects.select_related("owner"), pk)
    last_change = newest_change(clause)  # before the words: what is shown is no older than what is said to be seen
    versions = list(clause.versions.select_related("created_by").order_by("-number"))
    shown = _shown(versions, request.GET.get("version", ""))
    tied = list(tied_clauses(actor, clause)[: SHOWN + 1])
    context = {
        "clause": clause,
        "versions": versions,
        "shown": shown,
        "ladder": [(position_label(name), position) for name, position in shown.keyed],
        "mandatory": mandatory_text(clause),
        **_waiting(actor, clause, versions[0], shown),
        "tied": tied[:SHOWN],
        "more_tied": len(tied) > SHOWN,
        "last_change": last_change,
        "used_in": [(version, pinned_numbers(version, clause)) for version in templates_using(actor, clause)[:SHOWN]],
        "can_change": clause.state != LibraryState.RETIRED and can(actor, "contracts.change_library_clause", clause),
        "can_retire": clause.state != LibraryState.RETIRED and can(actor, "contracts.retire_library_clause", clause),
        "history": entries_of(clause),
        "crumbs": [(_("Clauses"), reverse("library-clauses"))],
    }
    return render(request, "contracts/library_page.html", context)


def _waiting(
    actor: Actor, clause: LibraryClause, newest: LibraryClauseVersion, shown: LibraryClauseVersion
) -> dict[str, Any]:
    """What waits for approval, and whether this person gives it: not beside the words of an older version."""
    draft = newest if newest.state == LibraryVersionState.DRAFT else None
    waits = clause.state != LibraryState.RETIRED and (draft is not None or clause.proposed_for is not None)
    may = waits and can(actor, "contracts.approve_library_clause", clause)
    is_own = may and actor.person_id in worded_by(clause)
    proposed = None if clause.proposed_for is None else types_text(clause.proposed_for) or _("nothing")
    return {
        "draft": draft,
        "proposed": proposed,
        "is_own": is_own,
        "can_approve": may and not is_own and shown == newest,
    }


def _shown(versions: list[LibraryClauseVersion], number: str) -> LibraryClauseVersion:
    if not number:
        return versions[0]
    found = [version for version in versions if str(version.number) == number]
    if not found:
        raise NotVisible
    return found[0]


def library_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The newest version beside the library."""
    version = queries.shown_version(actor, contract)
    if version is None:
        return {"version": None}
    report = report_on(version)
    missing, left_out = parted(lacking(contract, report))
    may_adopt = report.is_open and can(actor, "contracts.adopt_library_clause", version)
    return {
        "version": version,
        "report": report,
        "may_adopt": may_adopt,
        "lacking": missing,
        "left_out": left_out,
        "may_ask": can(actor, "contracts.ask_omission", contract),
    }
