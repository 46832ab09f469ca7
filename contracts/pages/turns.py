"""Whose turn it is, on a contract's page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from clm.access.permissions import can
from clm.lib.actor import Actor
from contracts.access.drafts import side_of
from contracts.access.library import VIEW as VIEW_LIBRARY
from contracts.models import Contract, Draft
from contracts.pages.hand_over import reach_of
from contracts.queries import drafts
from contracts.queries.omissions import lacking_in_newest
from contracts.states import DraftState


def turn_line(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The line below the contract's title: nothing where no text is written any more, or none was yet."""
    if contract.shown_state not in drafts.NEGOTIABLE or not can(actor, "contracts.view_draft"):
        return {}
    turn = drafts.turn_now(actor, contract)
    may_take_back = not turn.is_ours and can(actor, "contracts.take_back_turn", contract)
    return {
        "turn": turn,
        "draft_url": reverse("draft", args=[contract.pk]),
        "can_take_back": may_take_back and _was_handed_over(actor, contract),
        "take_back_url": reverse("draft-take-back", args=[contract.pk]),
        "changes_url": _changes_url(actor, contract),
        **_unreached(actor, contract, is_ours=turn.is_ours),
    }


def lacking_line(actor: Actor, contract: Contract) -> dict[str, Any]:
    """For us, which mandatory clauses the newest text lacks; nothing where it lacks none."""
    if not can(actor, VIEW_LIBRARY):
        return {}
    version, found = lacking_in_newest(contract)
    if not found:
        return {}
    return {"lacking_version": version, "lacking": found, "may_ask": can(actor, "contracts.ask_omission", contract)}


def _unreached(actor: Actor, contract: Contract, *, is_ours: bool) -> dict[str, Any]:
    """In their turn, where nobody of theirs sees the contract: what was sent, for us to send by other ways."""
    if is_ours or actor.is_counterparty:
        return {}
    reach, sent = reach_of(actor, contract), drafts.last_sent(contract)
    may_read = sent is not None and can(actor, "contracts.view_change", contract)
    return {"reach": reach, "unreached": sent if may_read and reach.is_nobody else None}


def _changes_url(actor: Actor, contract: Contract) -> str:
    """Where what came back is decided on; nowhere before anything went out."""
    if not can(actor, "contracts.view_change", contract) or drafts.last_sent(contract) is None:
        return ""
    return reverse("changes", args=[contract.pk])


def _was_handed_over(actor: Actor, contract: Contract) -> bool:
    """Whether the other side's turn began with a draft of one's own, and no draft of theirs was begun since."""
    newest = Draft.objects.filter(contract=contract).order_by("-created_at").values_list("side", "state").first()
    return newest == (side_of(actor), DraftState.HANDED_OVER)
