"""What is said beside the button that hands a draft over: what stands against it, and whom it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clm.access.permissions import can
from clm.access.registry import VERBS
from clm.accounts.roles import Role
from clm.lib.actor import Actor
from clm.pages.formats import first_of
from contracts.access.other_side import other_side_name, their_people
from contracts.models import Contract, Draft, DraftClause
from contracts.queries.changes import undecided
from contracts.queries.omissions import Lacking, parted, said_missing
from contracts.states import Side

LET_IN = "contracts.restrict_contract"


@dataclass(frozen=True)
class Obstacle:
    """Why a draft would be refused; `url` is where that is seen to, if anywhere."""

    text: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Reach:
    """Whom a hand-over reaches. `access_url` and `parties_url` are empty where there is nothing to do, or nothing that
    the actor may do; `who_lets_in` says who may where the actor may not."""

    is_nobody: bool
    is_nameless: bool
    access_url: str = ""
    parties_url: str = ""
    who_lets_in: str = ""


def reach_of(actor: Actor, contract: Contract) -> Reach:
    """For our side; the other side always reaches us."""
    if actor.is_counterparty:
        return Reach(is_nobody=False, is_nameless=False)
    is_nobody, is_nameless = not their_people(contract), not other_side_name(actor, contract)
    may_let_in = is_nobody and can(actor, LET_IN, contract)
    may_name = is_nameless and can(actor, "contracts.set_parties", contract)
    return Reach(
        is_nobody=is_nobody,
        is_nameless=is_nameless,
        access_url=reverse("contract-access", args=[contract.pk]) if may_let_in else "",
        parties_url=reverse("contract-parties", args=[contract.pk]) if may_name else "",
        who_lets_in=_who_lets_in() if is_nobody and not may_let_in else "",
    )


def _who_lets_in() -> str:
    """The roles of the permission table."""
    roles = [str(role.label) for role in Role if role in VERBS[LET_IN]]
    return _("Ask for it: the roles that let people in are %(roles)s.") % {"roles": ", ".join(roles)}


def obstacles_to(draft: Draft, lacking: Iterable[Lacking] = ()) -> list[Obstacle]:
    """What is known beforehand to be refused; `lacking` where the draft was held against the library already."""
    found = []
    if not DraftClause.objects.filter(draft=draft, is_removed=False).exists():
        found.append(Obstacle(_("There is nothing in this draft.")))
    if draft.side != Side.OURS:
        return found
    left = undecided(draft).count()
    if left:
        text = ngettext(
            "%(count)s change of the other side is not decided yet.",
            "%(count)s changes of the other side are not decided yet.",
            left,
        )
        found.append(Obstacle(text % {"count": left}, reverse("changes", args=[draft.contract_id]), _("Decide")))
    missing = parted(lacking)[0]
    return [*found, Obstacle(said_missing(missing))] if missing else found


def said_open(blanks: Sequence[str]) -> str:
    """Which blanks go out as they are: the first ones, with where each stands; empty where there is none."""
    if not blanks:
        return ""
    text = ngettext(
        "%(count)s blank is still open, and the other side will see it: %(blanks)s.",
        "%(count)s blanks are still open, and the other side will see them: %(blanks)s.",
        len(blanks),
    )
    return text % {"count": len(blanks), "blanks": first_of(blanks, separator="; ")}


def effect_of(reach: Reach) -> str:
    """What the dialog says before the draft is handed over."""
    effect = _(
        "Your draft becomes the next version of this contract, and the other side gets it. From then on it is their "
        "turn, and nobody on your side can write until they hand over."
    )
    if not reach.is_nobody:
        return effect
    return f"{effect} {_('Nobody of the other side sees this contract here: you send them the document yourself.')}"
