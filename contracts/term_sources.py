"""Where the terms of a computed date come from: the version, and who typed them in."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.permissions import can
from clm.audit.models import LedgerEntry
from clm.audit.queries import HistoryEntry, as_history
from clm.lib.actor import Actor
from clm.pages.formats import date_text, zone_named
from contracts.access import VIEW_INSIDE
from contracts.models import Term, Version


def source_of(actor: Actor, term: Term) -> dict[str, str]:
    """`rests_on` of components/trace.html: the version's name and address, and how its terms came to be known; to the
    other side not who typed them in."""
    version = Version.objects.select_related("contract").only("number", "contract__reference").get(pk=term.version_id)
    named = {"reference": version.contract.reference, "number": version.number}
    text = _("%(reference)s, version %(number)s") % named
    typed = _typed_in(version) if can(actor, VIEW_INSIDE, version) else None
    read = _("typed in by %(who)s on %(day)s") % {"who": typed.who, "day": _day(typed)} if typed else text
    return {"text": text, "url": reverse("version", args=[version.pk]), "read": read}


def _day(entry: HistoryEntry) -> str:
    return date_text(entry.at.astimezone(zone_named(None)).date())


def _typed_in(version: Version) -> HistoryEntry | None:
    """The newest ledger entry that set the version's terms."""
    rows = LedgerEntry.objects.filter(
        subject_type="contracts.version", subject_id=version.pk, event="version.terms_set"
    ).order_by("-id")
    return next(iter(as_history(rows[:1])), None)
