"""Where the clause library shows itself: in the navigation, on the contract page and in the search box."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.access.permissions import visible
from clm.dashboards.registry import Hit, NavigationEntry, SearchSource, register_navigation, register_search_source
from clm.lib.actor import Actor
from contracts.access.library import VIEW
from contracts.models import LibraryClause
from contracts.pages.library import library_tab
from contracts.tabs import ContractTab, register_contract_tab


def _search(actor: Actor, words: str, limit: int) -> list[Hit]:
    rows = visible(actor, LibraryClause.objects.filter(title__icontains=words)).order_by("title")[:limit]
    return [
        Hit(str(_("Library clause")), row.title, row.get_category_display(), row.get_absolute_url()) for row in rows
    ]


def register() -> None:
    register_navigation(
        NavigationEntry(
            "library-clauses", _("Clauses"), "library-clauses", "clipboard-list", VIEW, 72, group=_("Library")
        )
    )
    register_search_source(SearchSource("library-clauses", _("Library clauses"), 25, _search))
    register_contract_tab(ContractTab("library", _("Library"), 15, VIEW, "contracts/tab_library.html", library_tab))
