"""What is said of a version to its reader: whose words it has, and how it stands between the sides."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from clm.access.permissions import can
from clm.lib.actor import Actor
from contracts.access import VIEW_INSIDE
from contracts.access.drafts import side_of
from contracts.access.other_side import Names, other_side_name, shown_as
from contracts.models import Contract, Version
from contracts.states import VersionState


def stands(actor: Actor, version: Version) -> str:
    """Its state; of a draft that both sides have, `sent` or `received`."""
    if version.state != VersionState.DRAFT or version.shared_at is None:
        return str(version.state)
    return "sent" if version.side == side_of(actor) else "received"


def describe(actor: Actor, contract: Contract, versions: list[Version], names: Names) -> None:
    """Each version has `said`: its file name, by whom it was added, `whose` words it has, how it `stands` and since
    when, and its content hash where the reader can hold a file against it: the other side has another file."""
    other, sees_inside = other_side_name(actor, contract), can(actor, VIEW_INSIDE)
    for version in versions:
        how = stands(actor, version)
        said: dict[str, Any] = dict(shown_as(actor, version, names))
        said |= {"whose": _whose(actor, version, other), "stands": how}
        said["since"] = version.shared_at if how in ("sent", "received") else None
        said["content_hash"] = version.content_hash if sees_inside else ""
        version.said = said  # type: ignore[attr-defined]


def _whose(actor: Actor, version: Version, other: str) -> str:
    if version.side == side_of(actor):
        return _("Ours")
    return _("Theirs: %(name)s") % {"name": other} if other else _("Theirs")
