"""The life of commitments, windows, exclusions and breaches: pure data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clm.lib.states import state_table


class CommitmentState(TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


COMMITMENT_STATES = state_table(
    "commitment", "draft", {"draft": {"active", "ended"}, "active": {"ended"}, "ended": set()}
)


class WindowState(TextChoices):
    OPEN = "open", _("Open")
    PROVISIONAL = "provisional", _("Provisional")
    CLOSED = "closed", _("Closed")


WINDOW_STATES = state_table("window", "open", {"open": {"provisional"}, "provisional": {"closed"}, "closed": set()})


class Outcome(TextChoices):
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")
    INCONCLUSIVE = "inconclusive", _("Inconclusive")
    EXCLUDED = "excluded", _("Left out")


class Light(TextChoices):
    GREEN = "green", _("On track")
    YELLOW = "yellow", _("At risk")
    RED = "red", _("Missed")
    GREY = "grey", _("Not measured")


class ExclusionState(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    DISPUTED = "disputed", _("Disputed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


EXCLUSION_STATES = state_table(
    "exclusion",
    "proposed",
    {
        "proposed": {"accepted", "disputed", "withdrawn"},
        "disputed": {"accepted", "withdrawn"},
        "accepted": {"withdrawn"},
        "withdrawn": set(),
    },
)


class BreachState(TextChoices):
    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    RESOLVED = "resolved", _("Resolved")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# A revision that turns the miss into a hit withdraws the breach; one that turns it back opens it again.
BREACH_STATES = state_table(
    "breach",
    "open",
    {
        "open": {"acknowledged", "resolved", "withdrawn"},
        "acknowledged": {"resolved", "withdrawn"},
        "resolved": {"withdrawn"},
        "withdrawn": {"open"},
    },
)


class AlertState(TextChoices):
    FIRING = "firing", _("Firing")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    CLEARED = "cleared", _("Cleared")


ALERT_STATES = state_table(
    "alert",
    "firing",
    {"firing": {"acknowledged", "cleared"}, "acknowledged": {"cleared"}, "cleared": set()},
)
