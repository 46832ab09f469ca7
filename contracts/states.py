"""The life of a contract and of a version: pure data."""

from __future__ import annotations

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
        "approved": {"draft", "in_negotiation", "in_approval", "out_for_signature", "archived"},
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
BEFORE_SIGNATURE = frozenset(
    {
        ContractState.IN_REVIEW,
        ContractState.IN_NEGOTIATION,
        ContractState.IN_APPROVAL,
        ContractState.APPROVED,
        ContractState.OUT_FOR_SIGNATURE,
    }
)
NOT_SIGNED = BEFORE_SIGNATURE | {ContractState.DRAFT}
# Where a text may be sent for approval: while it is worked on, and an amendment of what was signed.
APPROVABLE = frozenset(
    {
        ContractState.DRAFT,
        ContractState.IN_REVIEW,
        ContractState.IN_NEGOTIATION,
        ContractState.EXECUTED,
        ContractState.ACTIVE,
        ContractState.RENEWED,
    }
)
IN_FORCE = frozenset({ContractState.ACTIVE, ContractState.RENEWED})
ENDED = frozenset({ContractState.EXPIRED, ContractState.TERMINATED, ContractState.ARCHIVED, ContractState.DISPOSED})


class VersionState(TextChoices):
    DRAFT = "draft", _("Draft")
    FINAL = "final", _("Final")
    WITHDRAWN = "withdrawn", _("Withdrawn")


VERSION_STATES = state_table("version", "draft", {"draft": {"final", "withdrawn"}, "final": set(), "withdrawn": set()})


class Side(TextChoices):
    """Of a negotiation: the organization whose work this is, and everyone else."""

    OURS = "ours", _("Our side")
    THEIRS = "theirs", _("Their side")

    @property
    def other(self) -> Side:
        return Side.THEIRS if self is Side.OURS else Side.OURS


class DraftState(TextChoices):
    OPEN = "open", _("Being written")
    HANDED_OVER = "handed_over", _("Handed over")
    ABANDONED = "abandoned", _("Abandoned")


# handed_over -> open: the turn was taken back before the other side had begun.
DRAFT_STATES = state_table(
    "draft", "open", {"open": {"handed_over", "abandoned"}, "handed_over": {"open"}, "abandoned": set()}
)


class ChangeState(TextChoices):
    OPEN = "open", _("To decide")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    COUNTERED = "countered", _("Countered")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Back to open: the decision was taken back while our draft was still being written. Withdrawn: the other side took its
# text back before we decided anything.
CHANGE_STATES = state_table(
    "change",
    "open",
    {
        "open": {"accepted", "rejected", "countered", "withdrawn"},
        "accepted": {"open"},
        "rejected": {"open"},
        "countered": {"open"},
        "withdrawn": set(),
    },
)


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


class OmissionState(TextChoices):
    """Of the question whether a mandatory clause may be left out."""

    ASKED = "asked", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


OMISSION_STATES = state_table(
    "omission", "asked", {"asked": {"approved", "refused"}, "approved": set(), "refused": set()}
)


class ThreadState(TextChoices):
    """Of a thread of comments."""

    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")


THREAD_STATES = state_table("thread", "open", {"open": {"resolved"}, "resolved": {"open"}})


class RequestState(TextChoices):
    """Of a request for a contract."""

    SUBMITTED = "submitted", _("Submitted")
    ASSIGNED = "assigned", _("In progress")
    ASKED = "asked", _("More information asked")
    DRAFTED = "drafted", _("Drafted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# assigned -> assigned: it goes on to somebody else. asked -> assigned: answered, and somebody has it already.
REQUEST_STATES = state_table(
    "request",
    "submitted",
    {
        "submitted": {"assigned", "asked", "declined", "withdrawn"},
        "assigned": {"assigned", "asked", "drafted", "declined", "withdrawn"},
        "asked": {"submitted", "assigned", "declined", "withdrawn"},
        "drafted": set(),
        "declined": set(),
        "withdrawn": set(),
    },
)
OPEN_REQUESTS = frozenset({RequestState.SUBMITTED, RequestState.ASSIGNED, RequestState.ASKED})


class MatrixState(TextChoices):
    """Of the rules of who approves what."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")


MATRIX_STATES = state_table(
    "matrix", "draft", {"draft": {"active", "retired"}, "active": {"retired"}, "retired": set()}
)


class RiskScaleState(TextChoices):
    """Of the weights by which risk is scored."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")


RISK_SCALE_STATES = state_table(
    "risk_scale", "draft", {"draft": {"active", "retired"}, "active": {"retired"}, "retired": set()}
)


class ConflictState(TextChoices):
    """Of two contracts that do not agree."""

    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    SETTLED = "settled", _("Settled")


CONFLICT_STATES = state_table(
    "conflict",
    "open",
    {"open": {"acknowledged", "settled"}, "acknowledged": {"open", "settled"}, "settled": {"open"}},
)


class ApprovalState(TextChoices):
    """Of the question whether a version may be signed."""

    OPEN = "open", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Overtaken by a change")


# approved -> withdrawn: the text is worked on again before it is signed; superseded: it was changed.
APPROVAL_STATES = state_table(
    "approval",
    "open",
    {
        "open": {"approved", "rejected", "withdrawn", "superseded"},
        "approved": {"withdrawn", "superseded"},
        "rejected": set(),
        "withdrawn": set(),
        "superseded": set(),
    },
)


class ApprovalStepState(TextChoices):
    WAITING = "waiting", _("Not asked yet")
    OPEN = "open", _("Asked")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SKIPPED = "skipped", _("Not needed any more")


APPROVAL_STEP_STATES = state_table(
    "step",
    "waiting",
    {
        "waiting": {"open", "skipped"},
        "open": {"approved", "rejected", "skipped"},
        "approved": set(),
        "rejected": set(),
        "skipped": set(),
    },
)


class SeatState(TextChoices):
    WAITING = "waiting", _("Undecided")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    RELEASED = "released", _("Not needed any more")


SEAT_STATES = state_table(
    "seat",
    "waiting",
    {"waiting": {"approved", "rejected", "released"}, "approved": set(), "rejected": set(), "released": set()},
)


class EnvelopeState(TextChoices):
    """Of what goes out for signature."""

    DRAFT = "draft", _("Being prepared")
    SENT = "sent", _("Out for signature")
    COMPLETED = "completed", _("Signed by all")
    DECLINED = "declined", _("Declined")
    VOIDED = "voided", _("Voided")
    EXPIRED = "expired", _("Ran out")


# draft -> completed: it was signed on paper, or in another system.
ENVELOPE_STATES = state_table(
    "envelope",
    "draft",
    {
        "draft": {"sent", "completed", "voided"},
        "sent": {"completed", "declined", "voided", "expired"},
        "completed": set(),
        "declined": set(),
        "voided": set(),
        "expired": set(),
    },
)


class RecipientState(TextChoices):
    """Of somebody who gets an envelope."""

    WAITING = "waiting", _("Not yet asked")
    INVITED = "invited", _("Asked")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Declined")
    FORWARDED = "forwarded", _("Passed on")
    RELEASED = "released", _("No longer asked")


RECIPIENT_STATES = state_table(
    "recipient",
    "waiting",
    {
        "waiting": {"invited", "done", "released"},
        "invited": {"done", "declined", "forwarded", "released"},
        "done": set(),
        "declined": set(),
        "forwarded": set(),
        "released": set(),
    },
)


class DisposalState(TextChoices):
    """Of the question whether a contract whose retention is over is disposed of."""

    PROPOSED = "proposed", _("Waits for approval")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REFUSED = "refused", _("Refused")
    APPROVED = "approved", _("Disposed of")


DISPOSAL_STATES = state_table(
    "disposal",
    "proposed",
    {"proposed": {"withdrawn", "refused", "approved"}, "withdrawn": set(), "refused": set(), "approved": set()},
)


def disposing(contract: str) -> str:
    """SQL for triggers: this transaction disposes of the contract (an expression of its id), as two people agreed, and
    is not done yet. The function is made by a migration."""
    return f"contracts_is_disposing({contract})"


class ImportState(TextChoices):
    """Of contracts that are brought in together."""

    READING = "reading", _("Being read")
    MAPPING = "mapping", _("To be mapped")
    TRIED = "tried", _("Tried")
    RUNNING = "running", _("Being imported")
    FINISHED = "finished", _("Finished")
    DISCARDED = "discarded", _("Discarded")


# Back to mapping: the sheet or what its columns mean was corrected; rows that are contracts already stay so.
IMPORT_STATES = state_table(
    "import",
    "reading",
    {
        "reading": {"mapping", "discarded"},
        "mapping": {"tried", "discarded"},
        "tried": {"mapping", "running", "discarded"},
        "running": {"mapping", "finished"},
        "finished": {"mapping"},
        "discarded": set(),
    },
)


class TerminationState(TextChoices):
    ANNOUNCED = "announced", _("Notice given")
    EFFECTIVE = "effective", _("In effect")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OVERTAKEN = "overtaken", _("Ended otherwise")


TERMINATION_STATES = state_table(
    "termination",
    "announced",
    {
        "announced": {"effective", "withdrawn", "overtaken"},
        "effective": set(),
        "withdrawn": set(),
        "overtaken": set(),
    },
)


class AmendmentState(TextChoices):
    """Of a change of a signed contract that each party has to accept."""

    PROPOSED = "proposed", _("Waits for acceptance")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    FINAL = "final", _("Final")


# refused -> proposed: it was changed, and each party is asked again.
AMENDMENT_STATES = state_table(
    "amendment",
    "proposed",
    {
        "proposed": {"refused", "withdrawn", "final"},
        "refused": {"proposed", "withdrawn"},
        "withdrawn": set(),
        "final": set(),
    },
)
