"""Who had a hand in what a contract says."""

from __future__ import annotations

from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from clm.accounts.models import ApiToken
from clm.audit.models import LedgerEntry
from contracts.models import (
    ClauseEdit,
    ContractRequest,
    Draft,
    DraftClause,
    LibraryClause,
    LibraryClauseVersion,
    Omission,
    Version,
)
from contracts.states import LibraryVersionState, Side

# What changes which words stand in a draft or a version of ours, or brings it on its way. Refusing a change of the
# other side's is not among them: our words stay. Nor is giving a draft up.
WRITING = tuple(
    f"contracts.{verb}"
    for verb in (
        "begin_draft", "add_clause", "edit_clause", "move_clause", "put_position", "remove_clause", "restore_clause",
        "hand_over", "take_back_turn", "accept_change", "counter_change", "reopen_change", "adopt_library_clause",
        "draft_from_template", "add_version", "receive_version",
    )
)  # fmt: skip


def writers_of(contract_id: UUID) -> set[UUID]:
    """Everybody of ours who wrote in any draft of the contract, open, handed over or given up, brought a version, or
    asked for the contract and answered its questions. Removing, moving and accepting leave no words: the ledger has
    these."""
    ours = Draft.objects.filter(contract_id=contract_id, side=Side.OURS)
    clauses = DraftClause.objects.filter(draft__in=ours, changed_by__isnull=False)
    found = set(ours.values_list("created_by_id", flat=True))
    found |= {person for person in clauses.values_list("changed_by_id", flat=True) if person}
    found |= set(ClauseEdit.objects.filter(draft_clause__draft__in=ours).values_list("author_id", flat=True))
    found |= set(Version.objects.filter(contract_id=contract_id).values_list("created_by_id", flat=True))
    found |= set(ContractRequest.objects.filter(contract_id=contract_id).values_list("requester_id", flat=True))
    return found | _in_the_ledger(contract_id)


def _in_the_ledger(contract_id: UUID) -> set[UUID]:
    return _people_behind(LedgerEntry.objects.filter(contract_id=contract_id, verb__in=WRITING))


def _people_behind(entries: QuerySet[LedgerEntry]) -> set[UUID]:
    """People by their own name, or by that of a token of theirs."""
    people = entries.filter(actor_kind="user").values_list("actor_id", flat=True)
    tokens = entries.filter(actor_kind="token").values("actor_id")
    behind = ApiToken.objects.annotate(named=Cast("pk", CharField())).filter(named__in=tokens)
    return {UUID(person) for person in people} | set(behind.values_list("user_id", flat=True))


def written_by(person: UUID, drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    """Those of the drafts in which the person wrote, by themselves or by a token."""
    entries = LedgerEntry.objects.filter(_by(person), verb__in=WRITING, contract_id=OuterRef("contract_id"))
    return drafts.filter(Exists(entries))


def worded_by(clause: LibraryClause) -> set[UUID]:
    """Who said any of what waits for approval in a library clause, its words or the types that must have it, by
    themselves or by a token."""
    entries = LedgerEntry.objects.filter(subject_type="contracts.libraryclause", subject_id=clause.pk)
    approval = entries.filter(verb="contracts.approve_library_clause").order_by("id").last()
    since = entries if approval is None else entries.filter(id__gt=approval.pk)
    drafts = LibraryClauseVersion.objects.filter(clause=clause, state=LibraryVersionState.DRAFT)
    said = since.filter(after__has_any_keys=["positions", "mandatory_for", "proposed_for"])
    said = said.filter(verb__in=("contracts.add_library_clause", "contracts.change_library_clause"))
    return _people_behind(said) | set(drafts.values_list("created_by_id", flat=True))


def _by(person: UUID) -> Q:
    tokens = ApiToken.objects.filter(user_id=person).annotate(named=Cast("pk", CharField())).values("named")
    return Q(actor_kind="user", actor_id=str(person)) | Q(actor_kind="token", actor_id__in=tokens)


def barred_from(omission: Omission) -> set[UUID]:
    """Who does not decide whether a clause is left out: who asked, now or before, and who wrote."""
    asked = Omission.objects.filter(contract_id=omission.contract_id, library_clause_id=omission.library_clause_id)
    return writers_of(omission.contract_id) | set(asked.values_list("asked_by_id", flat=True))
