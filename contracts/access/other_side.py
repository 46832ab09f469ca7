"""What the other side is shown of a contract it sees: whose names, which file, which facts.

Rows are narrowed by `visible` (contracts/access.py). This says what is left out of the rows that are seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from clm.access.objects import holders, people_granted
from clm.access.permissions import can, visible
from clm.accounts.models import Membership, Organization
from clm.documents.extraction import DOCX, PDF
from clm.lib.actor import Actor
from contracts.access import VIEW_INSIDE
from contracts.adapters.metadata import without_metadata
from contracts.adapters.outgoing import clean_pdf, clean_upload
from contracts.models import Comment, Contract, ContractParty, Thread, Version
from contracts.models.version import Source
from contracts.states import ContractState, Side

# What the contract is in while our side makes up its mind.
OURS_ALONE = frozenset({ContractState.IN_APPROVAL, ContractState.APPROVED})
SUFFIXES = {DOCX: ".docx", PDF: ".pdf"}


@dataclass(frozen=True)
class Names:
    """Whose names are told. The other side reads those of the people who wrote to it, and its own; everyone else is the
    organization, or `their_side`. Without `told` all names are."""

    house: str
    told: frozenset[UUID] | None = None
    theirs: frozenset[UUID] = frozenset()

    def of(self, person: Any) -> str:
        if person is None:
            return ""
        if self.told is None or person.pk in self.told:
            return str(person)
        return _("Your side") if person.pk in self.theirs else self.house

    def tells(self, person_id: UUID) -> bool:
        return self.told is None or person_id in self.told


def names_shown(actor: Actor, contract: Contract) -> Names:
    """At most three queries, whatever is named."""
    if can(actor, VIEW_INSIDE):
        return Names(house="")
    house = Organization.objects.get(pk=contract.organization_id).name
    threads = visible(actor, Thread.objects.filter(contract=contract))
    said = Comment.objects.filter(thread__in=threads.values("pk"), author__isnull=False)
    wrote = set(said.values_list("author_id", flat=True))
    return Names(house, frozenset(wrote | {actor.person_id}), frozenset(their_people(contract)))


def their_people(contract: Contract) -> set[UUID]:
    """The people of the other side who see the contract."""
    granted = people_granted("see_confidential_contract", contract).values("pk")
    members = Membership.objects.filter(user__in=granted, removed_at=None, roles=["counterparty"])
    return set(members.values_list("user_id", flat=True))


def companies(actor: Actor) -> dict[UUID, list[str]]:
    """For which counterparties people hold contracts by name, as far as the actor sees those contracts."""
    seen = visible(actor, Contract.objects.all())
    parts = ContractParty.objects.filter(contract__in=seen.values("pk"), role=ContractParty.Role.COUNTERPARTY)
    named: dict[UUID, set[str]] = defaultdict(set)
    for contract_id, name in parts.values_list("contract_id", "party__name"):
        named[contract_id].add(name)
    found: dict[UUID, set[str]] = defaultdict(set)
    for person, contract_id in holders(seen, "see_confidential_contract"):
        found[person] |= named[contract_id]
    return {person: sorted(names) for person, names in found.items()}


def shown_as(actor: Actor, version: Version, names: Names) -> dict[str, str]:
    """A version's `file_name` and who it is `by`."""
    return {"file_name": file_name_for(actor, version), "by": names.of(version.created_by)}


def file_name_for(actor: Actor, version: Version) -> str:
    """As it was uploaded; what was written here, and everything for the other side, by the contract's reference and the
    version: names of files tell of people and plans."""
    if can(actor, VIEW_INSIDE) and version.source != Source.DRAFT:
        return version.file_name
    return f"{version.contract.reference}-v{version.number}{SUFFIXES.get(version.media_type, '.txt')}"


def as_given(version: Version, content: bytes) -> bytes:
    """The version's document as the other side has it. Raises Refused."""
    if version.media_type == PDF:
        return clean_pdf(content)
    if version.media_type != DOCX:
        return content
    return clean_upload(content) if version.side == Side.OURS else without_metadata(content)


def note_for(actor: Actor, version: Version) -> str:
    """What changed in a version. The other side reads what was said to it when a draft was handed over: what we note
    on a document that came or was filed is ours."""
    was_said = version.source == Source.DRAFT and version.shared_at is not None
    return version.note if was_said or can(actor, VIEW_INSIDE) else ""


def other_side_name(actor: Actor, contract: Contract) -> str:
    """Whom one writes to: for the other side the organization, for us the counterparties by name, empty where none is
    named yet."""
    if not can(actor, VIEW_INSIDE):
        return Organization.objects.get(pk=contract.organization_id).name
    parts = contract.parties.filter(role="counterparty").values_list("party__name", flat=True)
    return ", ".join(parts)


def _was_sent() -> Exists:
    return Exists(Version.objects.filter(contract=OuterRef("pk"), shared_at__isnull=False))


def told_states(actor: Actor, contracts: Iterable[Contract]) -> None:
    """The rows' `shown_state` is the one that this actor is told of: who approves on our side, and whether, is ours
    alone. One query where any of them is approved, or waits to be."""
    rows = [contract for contract in contracts if contract.state in OURS_ALONE]
    if not rows or can(actor, VIEW_INSIDE):
        return
    sent = Contract.objects.filter(_was_sent(), pk__in=[contract.pk for contract in rows])
    known = set(sent.values_list("pk", flat=True))
    for contract in rows:
        contract.told_as = ContractState.IN_NEGOTIATION if contract.pk in known else ContractState.DRAFT


def told_choices() -> list[tuple[str, Any]]:
    return [choice for choice in ContractState.choices if choice[0] not in OURS_ALONE]


def in_told_state(rows: QuerySet[Any], values: Iterable[str]) -> QuerySet[Any]:
    """Rows whose state, as the other side is told it, is one of the values."""
    wanted = set(values) - OURS_ALONE
    found = Q(state__in=wanted)
    if ContractState.IN_NEGOTIATION in wanted:
        found |= Q(_was_sent(), state__in=OURS_ALONE)
    if ContractState.DRAFT in wanted:
        found |= Q(~_was_sent(), state__in=OURS_ALONE)
    return rows.filter(found)
