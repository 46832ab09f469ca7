"""Letters to people who may have no account: written as rows, sent later, with secrets made when they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model

from clm.access.scope import current_organization_id
from clm.accounts.models import Organization
from clm.lib import clock
from clm.notify.models import Letter

PAUSED = "Not sent: the organization has paused its mail."


class Withheld(Exception):
    """The letter must not leave any more: things changed since it was written. The text says why."""


@dataclass(frozen=True)
class LetterBody:
    """Titles and text of a kind. `context` runs when the letter leaves, in its organization's scope and in no
    transaction; what it makes (a link, a code) is stored nowhere but as a hash. It may raise Withheld."""

    template: str
    title: Callable[[Mapping[str, Any]], str]
    context: Callable[[Letter], Mapping[str, Any]]


_BODIES: dict[str, LetterBody] = {}


def register_letter(kind: str, body: LetterBody) -> None:
    _BODIES[kind] = body


def body_of(kind: str) -> LetterBody:
    return _BODIES[kind]


def post_letter(
    *, kind: str, to_address: str, to_name: str, subject: Model, dedupe_key: str, channel: str = Letter.Channel.MAIL
) -> Letter:
    """The letter leaves soon after the caller's transaction, once however often this is called with the same key. Where
    the organization has paused its mail it stays."""
    is_paused = Organization.objects.filter(pk=current_organization_id(), mail_paused=True).exists()
    letter, is_new = Letter.objects.get_or_create(
        organization_id=current_organization_id(),
        dedupe_key=dedupe_key,
        defaults={
            "kind": kind,
            "channel": channel,
            "to_name": to_name,
            "to_address": to_address,
            "subject_type": subject._meta.label_lower,
            "subject_id": subject.pk,
            "due_at": None if is_paused else clock.now(),
            "error": PAUSED if is_paused else "",
        },
    )
    if is_new and not is_paused:
        _wake_after_commit()
    return letter


def _wake_after_commit() -> None:
    def wake() -> None:
        from clm.notify.tasks import send_letters

        send_letters.delay()

    transaction.on_commit(wake, robust=True)
