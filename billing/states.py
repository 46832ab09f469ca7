"""The life of credits, invoices and discrepancies: pure data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clm.lib.states import state_table


class CreditState(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    ISSUED = "issued", _("Issued")
    SETTLED = "settled", _("Settled")
    DISPUTED = "disputed", _("Disputed")
    REJECTED = "rejected", _("Rejected")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Lapsed: the claim window passed before the credit was issued. Withdrawn: judged anew, a fee was
# changed, or a person stopped it before issue. None of the last three comes back: another is proposed.
CREDIT_STATES = state_table(
    "credit",
    "proposed",
    {
        "proposed": {"approved", "rejected", "lapsed", "withdrawn"},
        "approved": {"issued", "lapsed", "withdrawn"},
        "issued": {"settled", "disputed"},
        "disputed": {"issued", "settled"},
        "settled": {"disputed"},
        "rejected": set(),
        "lapsed": set(),
        "withdrawn": set(),
    },
)


class InvoiceState(TextChoices):
    IMPORTED = "imported", _("Imported")
    MATCHED = "matched", _("Matched to a contract")
    RECONCILED = "reconciled", _("As agreed")
    DISPUTED = "disputed", _("Disputed")
    ACCEPTED = "accepted", _("Accepted")


INVOICE_STATES = state_table(
    "invoice",
    "imported",
    {
        "imported": {"matched"},
        "matched": {"reconciled", "disputed", "accepted", "imported"},
        "reconciled": {"matched", "disputed"},
        "disputed": {"accepted", "matched"},
        "accepted": {"matched"},
    },
)


class DiscrepancyState(TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    RESOLVED = "resolved", _("Resolved")


DISCREPANCY_STATES = state_table(
    "discrepancy", "open", {"open": {"accepted", "resolved"}, "accepted": {"open"}, "resolved": {"open"}}
)


class Reason(TextChoices):
    """Why an invoice differs, in the words of billing.engine.reconcile."""

    MATCHES = "matches", _("As agreed")
    CREDIT_MISSING = "credit_missing", _("A credit is missing")
    OVERCHARGED = "overcharged", _("More than agreed")
    UNDERCHARGED = "undercharged", _("Less than agreed")
    CURRENCY_MISMATCH = "currency_mismatch", _("Another currency")
    PERIOD_MISMATCH = "period_mismatch", _("The period fits no fee")
    BILLED_TWICE = "billed_twice", _("Billed already")
    DISPUTED = "disputed", _("Disputed although as agreed")
