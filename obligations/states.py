"""The life of a duty's occurrence and of a deadline: pure data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clm.lib.states import state_table


class ObligationState(TextChoices):
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


OBLIGATION_STATES = state_table("obligation", "active", {"active": {"ended"}, "ended": set()})


class OccurrenceState(TextChoices):
    UPCOMING = "upcoming", _("Upcoming")
    DUE = "due", _("Due")
    SUBMITTED = "submitted", _("Submitted")
    FULFILLED = "fulfilled", _("Fulfilled")
    OVERDUE = "overdue", _("Overdue")
    WAIVED = "waived", _("Waived")
    DISPUTED = "disputed", _("Disputed")


OCCURRENCE_STATES = state_table(
    "duty",
    "upcoming",
    {
        "upcoming": {"due", "submitted", "fulfilled", "overdue", "waived"},
        "due": {"submitted", "fulfilled", "overdue", "waived"},
        "overdue": {"submitted", "fulfilled", "waived"},
        "submitted": {"fulfilled", "disputed", "waived"},
        "disputed": {"submitted", "fulfilled", "waived"},
        "fulfilled": set(),
        "waived": set(),
    },
)


class DeadlineState(TextChoices):
    OPEN = "open", _("Ahead")
    DECIDED = "decided", _("Decided")
    PASSED = "passed", _("Passed")
    WITHDRAWN = "withdrawn", _("No longer applies")


DEADLINE_STATES = state_table(
    "deadline",
    "open",
    {"open": {"decided", "passed", "withdrawn"}, "decided": set(), "passed": set(), "withdrawn": {"open"}},
)
