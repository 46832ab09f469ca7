"""The life of a contract and of a version: pure data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clm.lib.states import state_table


class ContractState(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    IN_NEGOTIATION = "in_negotiation", _("In negotiation")
    IN_APPROVAL = "in_approval", _("In approval")
    APPROVED = "approved", _("Approved")
    OUT_FOR_SIGNATURE = "out_for_signature", _("Out for signature")
    EXECUTED = "executed", _("Executed")
    ACTIVE = "active", _("Active")
    RENEWED = "renewed", _("Renewed")
    EXPIRED = "expired", _("Expired")
    TERMINATED = "terminated", _("Terminated")
    ARCHIVED = "archived", _("Archived")
    DISPOSED = "disposed", _("Disposed")


# draft -> executed is a contract that was signed elsewhere and is filed here with its signed text.
# active -> renewed -> active is a new term of the same contract; both moves leave their rows.
CONTRACT_STATES = state_table(
    "contract",
    "draft",
    {
        "draft": {"in_review", "in_negotiation", "in_approval", "executed", "archived"},
        "in_review": {"draft", "in_negotiation", "in_approval", "archived"},
        "in_negotiation": {"draft", "in_review", "in_approval", "archived"},
        "in_approval": {"draft", "in_negotiation", "approved", "archived"},
        "approved": {"in_negotiation", "in_approval", "out_for_signature", "archived"},
        "out_for_signature": {"approved", "executed", "archived"},
        "executed": {"active", "terminated"},
        "active": {"renewed", "expired", "terminated"},
        "renewed": {"active"},
        "expired": {"archived"},
        "terminated": {"archived"},
        "archived": {"disposed"},
        "disposed": set(),
    },
)
IN_FORCE = frozenset({ContractState.ACTIVE, ContractState.RENEWED})


class VersionState(TextChoices):
    DRAFT = "draft", _("Draft")
    FINAL = "final", _("Final")
    WITHDRAWN = "withdrawn", _("Withdrawn")


VERSION_STATES = state_table("version", "draft", {"draft": {"final", "withdrawn"}, "final": set(), "withdrawn": set()})


class TemplateState(TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    RETIRED = "retired", _("Retired")


# approved -> approved: it was reviewed, or its next version was approved.
TEMPLATE_STATES = state_table(
    "template", "draft", {"draft": {"approved", "retired"}, "approved": {"approved", "retired"}, "retired": set()}
)


class LibraryState(TextChoices):
    """Of a library clause. What one of its versions is, is `LibraryVersionState`."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    RETIRED = "retired", _("Retired")


LIBRARY_STATES = state_table(
    "library clause", "draft", {"draft": {"approved", "retired"}, "approved": {"retired"}, "retired": set()}
)


class LibraryVersionState(TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")


LIBRARY_VERSION_STATES = state_table("library clause's version", "draft", {"draft": {"approved"}, "approved": set()})
