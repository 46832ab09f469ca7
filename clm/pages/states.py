"""How each state is shown: a word comes from the state's own choices; tone and icon from here. Never colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Look:
    """Tone is one of good, warn, bad, info, idle; `icon` is a Tabler icon; `word` stands where a model gives none."""

    tone: str
    icon: str
    word: str | Promise = ""


# One value means the same everywhere it occurs, except where `DOMAIN_LOOKS` says otherwise.
LOOKS: dict[str, Look] = {
    "draft": Look("idle", icon="pencil", word=_("Draft")),
    "in_review": Look("info", icon="eye", word=_("In review")),
    "in_negotiation": Look("info", icon="messages", word=_("In negotiation")),
    "in_approval": Look("warn", icon="user-question", word=_("In approval")),
    "retired": Look("idle", icon="archive", word=_("Retired")),
    "approved": Look("good", icon="thumb-up", word=_("Approved")),
    "out_for_signature": Look("warn", icon="writing-sign", word=_("Out for signature")),
    "executed": Look("good", icon="signature", word=_("Executed")),
    "active": Look("good", icon="circle-check", word=_("Active")),
    "renewed": Look("good", icon="refresh", word=_("Renewed")),
    "expired": Look("idle", icon="calendar-off", word=_("Expired")),
    "terminated": Look("bad", icon="circle-x", word=_("Terminated")),
    "archived": Look("idle", icon="archive", word=_("Archived")),
    "disposed": Look("idle", icon="trash", word=_("Disposed")),
    "final": Look("good", icon="lock", word=_("Final")),
    "withdrawn": Look("idle", icon="arrow-back-up", word=_("Withdrawn")),
    "ended": Look("idle", icon="circle-minus", word=_("Ended")),
    "open": Look("info", icon="circle-dashed", word=_("Open")),
    "provisional": Look("warn", icon="hourglass", word=_("Provisional")),
    "closed": Look("idle", icon="lock", word=_("Closed")),
    "met": Look("good", icon="circle-check", word=_("Met")),
    "missed": Look("bad", icon="alert-triangle", word=_("Missed")),
    "inconclusive": Look("warn", icon="help-circle", word=_("Inconclusive")),
    "proposed": Look("info", icon="bulb", word=_("Proposed")),
    "accepted": Look("good", icon="check", word=_("Accepted")),
    "disputed": Look("bad", icon="scale", word=_("Disputed")),
    "acknowledged": Look("warn", icon="eye-check", word=_("Acknowledged")),
    "resolved": Look("good", icon="circle-check", word=_("Resolved")),
    "issued": Look("good", icon="file-invoice", word=_("Issued")),
    "settled": Look("good", icon="checks", word=_("Settled")),
    "rejected": Look("bad", icon="x", word=_("Rejected")),
    "countered": Look("warn", icon="pencil", word=_("Countered")),
    "lapsed": Look("idle", icon="clock-off", word=_("Lapsed")),
    "imported": Look("info", icon="file-import", word=_("Imported")),
    "matched": Look("info", icon="link", word=_("Matched to a contract")),
    "reconciled": Look("good", icon="checks", word=_("As agreed")),
    "upcoming": Look("idle", icon="calendar", word=_("Upcoming")),
    "due": Look("warn", icon="clock", word=_("Due")),
    "submitted": Look("info", icon="send", word=_("Submitted")),
    "fulfilled": Look("good", icon="circle-check", word=_("Fulfilled")),
    "overdue": Look("bad", icon="alarm", word=_("Overdue")),
    "waived": Look("idle", icon="circle-minus", word=_("Waived")),
    "decided": Look("good", icon="circle-check", word=_("Decided")),
    "passed": Look("idle", icon="calendar-off", word=_("Passed")),
    "queued": Look("idle", icon="hourglass", word=_("Queued")),
    "running": Look("info", icon="player-play", word=_("Running")),
    "succeeded": Look("good", icon="circle-check", word=_("Succeeded")),
    "failed": Look("bad", icon="circle-x", word=_("Failed")),
    "cancelled": Look("idle", icon="ban", word=_("Cancelled")),
    "delivered": Look("good", icon="check", word=_("Delivered")),
    "dead": Look("bad", icon="skull", word=_("Dead letter")),
    "pending": Look("warn", icon="hourglass", word=_("Pending")),
    "assigned": Look("info", icon="user-check", word=_("In progress")),
    "asked": Look("warn", icon="message-question", word=_("More information asked")),
    "drafted": Look("good", icon="file-check", word=_("Drafted")),
    "declined": Look("bad", icon="x", word=_("Declined")),
    "firing": Look("bad", icon="flame", word=_("Firing")),
    "cleared": Look("good", icon="circle-check", word=_("Cleared")),
    "revoked": Look("idle", icon="ban", word=_("Revoked")),
}
DOMAIN_LOOKS: dict[tuple[str, str], Look] = {
    ("breach", "open"): Look("bad", icon="alert-triangle", word=_("Open")),
    ("discrepancy", "open"): Look("bad", icon="alert-triangle", word=_("Open")),
    ("deadline", "open"): Look("warn", icon="calendar-due", word=_("Ahead")),
    ("omission", "asked"): Look("warn", icon="hourglass", word=_("Waits for approval")),
    ("omission", "refused"): Look("bad", icon="x", word=_("Refused")),
    ("amendment", "proposed"): Look("warn", icon="hourglass", word=_("Waits for acceptance")),
    ("amendment", "refused"): Look("bad", icon="x", word=_("Refused")),
    ("amendment-answer", "refused"): Look("bad", icon="x", word=_("Refused")),
    ("approval", "open"): Look("warn", icon="hourglass", word=_("Waits for approval")),
    ("approval", "superseded"): Look("warn", icon="refresh-alert", word=_("Overtaken by a change")),
    ("approval_step", "waiting"): Look("idle", icon="hourglass", word=_("Not asked yet")),
    ("approval_step", "open"): Look("warn", icon="user-question", word=_("Asked")),
    ("approval_step", "skipped"): Look("idle", icon="circle-minus", word=_("Not needed any more")),
    ("approval_seat", "waiting"): Look("idle", icon="hourglass", word=_("Undecided")),
    ("approval_seat", "released"): Look("idle", icon="circle-minus", word=_("Not needed any more")),
    ("disposal", "proposed"): Look("warn", icon="hourglass", word=_("Waits for approval")),
    ("disposal", "refused"): Look("info", icon="x", word=_("Refused")),
    ("disposal", "approved"): Look("idle", icon="trash", word=_("Disposed of")),
    ("termination", "announced"): Look("warn", icon="hourglass", word=_("Notice given")),
    ("termination", "overtaken"): Look("idle", icon="circle-minus", word=_("Ended otherwise")),
    ("termination", "effective"): Look("bad", icon="circle-x", word=_("In effect")),
    ("version", "sent"): Look("info", icon="send", word=_("Sent")),
    ("version", "received"): Look("info", icon="mail-opened", word=_("Received")),
    ("envelope", "draft"): Look("idle", icon="pencil", word=_("Being prepared")),
    ("envelope", "sent"): Look("warn", icon="writing-sign", word=_("Out for signature")),
    ("envelope", "completed"): Look("good", icon="signature", word=_("Signed by all")),
    ("envelope", "voided"): Look("idle", icon="arrow-back-up", word=_("Taken back")),
    ("envelope", "expired"): Look("bad", icon="calendar-off", word=_("Ran out")),
    ("recipient", "waiting"): Look("idle", icon="hourglass", word=_("Not yet asked")),
    ("recipient", "invited"): Look("warn", icon="send", word=_("Asked")),
    ("recipient", "done"): Look("good", icon="circle-check", word=_("Done")),
    ("recipient", "forwarded"): Look("info", icon="arrow-forward-up", word=_("Passed on")),
    ("recipient", "released"): Look("idle", icon="circle-minus", word=_("No longer asked")),
    ("risk", "low"): Look("good", icon="circle-check", word=_("Low")),
    ("risk", "medium"): Look("warn", icon="alert-circle", word=_("Medium")),
    ("risk", "high"): Look("bad", icon="alert-triangle", word=_("High")),
    ("risk", "critical"): Look("bad", icon="flame", word=_("Critical")),
    ("conflict", "open"): Look("warn", icon="alert-triangle", word=_("Open")),
    ("import", "reading"): Look("info", icon="hourglass", word=_("Being read")),
    ("import", "mapping"): Look("warn", icon="arrows-exchange", word=_("To be mapped")),
    ("import", "tried"): Look("warn", icon="eye-check", word=_("Tried")),
    ("import", "running"): Look("info", icon="player-play", word=_("Being imported")),
    ("import", "finished"): Look("good", icon="checks", word=_("Finished")),
    ("import", "discarded"): Look("idle", icon="trash", word=_("Discarded")),
    ("import_row", "waiting"): Look("idle", icon="hourglass", word=_("Not tried yet")),
    ("import_row", "ready"): Look("info", icon="circle-check", word=_("To import")),
    ("import_row", "duplicate"): Look("warn", icon="copy", word=_("Duplicate")),
    ("import_row", "refused"): Look("bad", icon="x", word=_("Refused")),
    ("import_row", "skipped"): Look("idle", icon="circle-minus", word=_("Left out")),
    ("import_row", "created"): Look("good", icon="file-import", word=_("Imported")),
    ("credit", "approved"): Look("info", icon="thumb-up", word=_("Approved")),
}
LIGHT_WORDS = {
    "green": _("On track"),
    "yellow": _("At risk"),
    "red": _("Missed"),
    "grey": _("Not measured"),
}


def look_of(value: str, domain: str = "") -> Look:
    """Tone, icon and word of a state; a value nobody named is shown plainly as itself."""
    found = DOMAIN_LOOKS.get((domain, value)) or LOOKS.get(value)
    return found or Look("idle", icon="circle", word=value.replace("_", " ").capitalize())
