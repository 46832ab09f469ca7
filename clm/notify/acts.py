"""What a person may do about a notice right from the inbox: pages below the one that the notice leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clm.notify.models import Notification


@dataclass(frozen=True)
class InboxAct:
    """A link to the notice's own address with `suffix` behind it; what it leads to asks for permission itself."""

    label: Any
    suffix: str
    icon: str = ""


_ACTS: dict[str, tuple[InboxAct, ...]] = {}


def register_acts(kind: str, *acts: InboxAct) -> None:
    """An app above says what its kind of notice is answered with."""
    _ACTS[kind] = acts


def acts_of(notification: Notification) -> list[tuple[InboxAct, str]]:
    """The acts of an unread notice, each with its address."""
    if notification.read_at is not None or not notification.url:
        return []
    return [(act, f"{notification.url}{act.suffix}") for act in _ACTS.get(notification.kind, ())]
