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
RECORDS = frozenset(
    [
        "parties",
        "party",
        "party-new",
        "party-contact-new",
        "party-contact-edit",
        "custom-fields",
        "custom-field",
        "custom-field-new",
        "relation-new",
        "contract-tags",
        "contracts-owner-change",
        "records",
        "retention-rules",
        "holds",
        "hold",
        "matters",
        "matter",
        "disposals",
        "disposal",
        "imports",
        "import",
        "import-new",
        "import-map",
        "import-sheet",
        "contract-terminate",
        "termination",
        "unusual-readings",
        "unusual-reading",
    ]
)
RISK = frozenset(
    ["risk-scales", "risk-scale", "risk-scale-edit", "conflicts", "conflict", "conflict-acknowledge", "view_alert"]
)
REQUESTS = frozenset(["requests", "request", "request-new", "request-answer"])

APPROVALS = frozenset(
    [
        "approvals", "approval", "approval-new", "approval-withdraw", "approval-set-aside", "seat-approve",
        "seat-reject", "seat-reassign", "matrices", "matrix", "matrix-trial", "rule-new", "rule-edit", "away", "teams",
        "team",
    ]
)  # fmt: skip

SIGNING = frozenset(
    [
        "envelopes", "envelope", "envelope-new", "envelope-people", "envelope-fields", "envelope-on-paper",
        "bulk-sends", "bulk-send", "bulk-send-new", "bulk-send-mapping",
    ]
)  # fmt: skip

AMENDMENTS = frozenset(
    ["amendment", "amendment-new", "amendment-edit", "amendment-record", "contract-in-force", "version-finalize"]
)


ADMINISTRATION = frozenset(["people", "organization", "tokens", "ledger", "jobs", "dead-letters", "exports"])


def register() -> None:
    register_help(HelpPage("amendments", _("How signed contracts are amended"), AMENDMENTS))
    register_help(HelpPage("signer", _("How texts are signed"), SIGNING))
    register_help(HelpPage("seal", _("What the seal proves"), frozenset(["envelope"])))
    register_help(HelpPage("approver", _("How contracts are approved"), APPROVALS))
    register_help(HelpPage("requesting", _("How contracts are asked for"), REQUESTS))
    register_help(HelpPage("drafting", _("How drafting works"), DRAFTING))
    register_help(HelpPage("librarian", _("How the library is kept"), LIBRARY))
    register_help(HelpPage("risk", _("How risky a contract is"), RISK))
    register_help(HelpPage("records", _("How records are kept"), RECORDS))
    register_help(HelpPage("administrator", _("How an organization is administered"), ADMINISTRATION))
    theirs = DRAFTING | {"contract", "contract-tab"}
    register_help(HelpPage("counterparties", _("How negotiating here works"), theirs, for_other_side=True))
