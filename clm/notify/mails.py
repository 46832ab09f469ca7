"""Which template a kind of notification is mailed with. The plain one serves every kind that registers none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clm.notify.models import Notification


@dataclass(frozen=True)
class MailBody:
    """A text template, and what it needs beside `notification` and `site_url`.

    `context` runs when the mail is sent, outside of the verb's transaction: secrets such as a set-password link are
    made there and stored nowhere.
    """

    template: str
    context: Callable[[Notification], Mapping[str, Any]]


PLAIN = MailBody("emails/notification.txt", lambda notification: {})
_BODIES: dict[str, MailBody] = {}


def register_mail(kind: str, body: MailBody) -> None:
    _BODIES[kind] = body


def mail_of(kind: str) -> MailBody:
    """The body registered for the kind, else the plain one."""
    return _BODIES.get(kind, PLAIN)
