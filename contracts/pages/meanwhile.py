"""Who changed a thing while somebody else had it before them, and when: one notice for every form and button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from clm.accounts.models import User
from clm.lib.errors import DomainError
from clm.pages.formats import instant_text


@dataclass(frozen=True)
class Meanwhile:
    """As components/changed_meanwhile.html draws it."""

    who: str
    at: datetime | None


def meanwhile(refusal: DomainError) -> Meanwhile | None:
    """None where the refusal is another."""
    if refusal.code != "changed_meanwhile" or "seen" not in refusal.detail:
        return None
    at = refusal.detail.get("at", "")
    return Meanwhile(_person(refusal.detail.get("by", "")), datetime.fromisoformat(at) if at else None)


def put_meanwhile(form: forms.Form, refusal: DomainError) -> bool:
    """Whether that is why it was refused. What was typed stays, and saving it again is a choice."""
    found = meanwhile(refusal)
    if found is None:
        return False
    typed: Any = form.data
    again = typed.copy()
    again["seen"] = refusal.detail["seen"]
    form.data = again
    form.changed_meanwhile = found  # type: ignore[attr-defined]
    form.meanwhile_words = words_of(refusal)  # type: ignore[attr-defined]
    form.add_error(None, refusal.message)
    return True


def words_of(refusal: DomainError) -> str:
    """The refusal in one line, for a button that has no form."""
    found = meanwhile(refusal)
    if found is None or found.at is None:
        return refusal.message
    return f"{refusal.message} ({found.who}, {instant_text(found.at)})"


def _person(identity: str) -> str:
    found = User.objects.filter(pk=identity).first() if _is_uuid(identity) else None
    return str(found) if found else _("Somebody")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
