"""Where comments show themselves: on the contract page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contracts.access.comments import VIEW
from contracts.pages.comments import comments_tab
from contracts.queries.comments import open_threads
from contracts.tabs import ContractTab, register_contract_tab


def register() -> None:
    register_contract_tab(
        ContractTab(
            key="comments",
            label=_("Comments"),
            order=55,
            verb=VIEW,
            template="contracts/tab_comments.html",
            context=comments_tab,
            count=open_threads,
            asks=True,
        )
    )
