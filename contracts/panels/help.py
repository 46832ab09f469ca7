"""Which pages of the help stand beside which pages of the contracts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clm.pages.help import HelpPage, register_help

DRAFTING = frozenset(
    [
        "draft",
        "draft-clause-written",
        "changes",
        "answer-new",
        "change-counter",
        "version-compare",
        "comment-new",
        "thread",
    ]
)
LIBRARY = frozenset(
    [
        "templates",
        "template",
        "template-new",
        "template-version-new",
        "template-compose",
        "library-clauses",
        "library-clause",
        "library-clause-new",
        "library-clause-edit",
        "library-import",
    ]
)
REQUESTS = frozenset(["requests", "request", "request-new", "request-answer"])


def register() -> None:
    register_help(HelpPage("requesting", _("How contracts are asked for"), REQUESTS))
    register_help(HelpPage("drafting", _("How drafting works"), DRAFTING))
    register_help(HelpPage("librarian", _("How the library is kept"), LIBRARY))
    theirs = DRAFTING | {"contract", "contract-tab"}
    register_help(HelpPage("counterparties", _("How negotiating here works"), theirs, for_other_side=True))
