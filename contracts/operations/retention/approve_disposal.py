"""A contract is disposed of: its words and files are gone, and a tombstone stays in the ledger.

`GONE`, `BLANKED` and `STAYS` name every table of this app that belongs to a contract, which a test makes sure of.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.access.subjects import SUBJECTS
from clm.audit.moves import move
from clm.documents.blobs import erase_blobs, lock_blobs
from clm.documents.models import Blob
from clm.events.record import record
from clm.jobs.models import Job
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from clm.notify.models import Letter, Notification
from contracts import models as rows
from contracts.events import retention as events
from contracts.models import Contract, Disposal, Version
from contracts.operations.retention.guards import (
    check_may_go,
    check_somebody_else,
    decide,
    locked_disposal,
    tell_proposer,
)
from contracts.search import refresh_search
from contracts.states import ContractState, DisposalState

VERB = "contracts.approve_disposal"
# Rows that go, with the path to their contract.
GONE: dict[type[Model], str] = {
    rows.Mention: "comment__thread__contract",
    rows.FormerWords: "comment__thread__contract",
    rows.Comment: "thread__contract",
    rows.Change: "contract",
    rows.Thread: "contract",
    rows.Receipt: "version__contract",
    rows.UnsavedWords: "draft_clause__draft__contract",
    rows.ClauseEdit: "draft_clause__draft__contract",
    rows.DraftClause: "draft__contract",
    rows.Draft: "contract",
    rows.Turn: "contract",
    rows.DeclinedOffer: "contract",
    rows.Omission: "contract",
    rows.Drafting: "version__contract",
    rows.RequestQuestion: "request__contract",
    rows.RequestFile: "request__contract",
    rows.FurtherWords: "contract",
    rows.WordPairs: "contract",
    rows.AmendmentAnswer: "amendment__contract",
    rows.SigningCode: "link__recipient__envelope__contract",
    rows.SigningLink: "recipient__envelope__contract",
    rows.SignatureField: "recipient__envelope__contract",
    rows.EnvelopeEvent: "envelope__contract",
    rows.SignedCopy: "envelope__contract",
    rows.Recipient: "envelope__contract",
    rows.Envelope: "contract",
    rows.ApprovalSeat: "step__approval__contract",
    rows.ApprovalStep: "approval__contract",
    rows.Approval: "contract",
    rows.RiskAssessment: "contract",
    rows.Stance: "contract",
    rows.Conflict: "contract",
    rows.CustomValue: "contract",
    rows.Watcher: "contract",
    rows.OpenContract: "contract",
    rows.ContractRelation: "contract",
    rows.MatterContract: "contract",
    rows.Reading: "contract",
    rows.TextSketch: "version__contract",
}
# Rows that stay without their words.
BLANKED: dict[type[Model], tuple[str, dict[str, Any]]] = {
    rows.Version: (
        "contract",
        {"text": "", "file_name": "", "note": "", "attribution": "", "warnings": [], "surroundings": {}},
    ),
    # What it was imported from: that there was a row stays.
    rows.ImportRow: ("contract", {"cells": {}, "title": "", "problems": [], "notes": []}),
    rows.Clause: ("version__contract", {"text": "", "heading": "", "marks": []}),
    # Whom a list named, and what it said to them.
    rows.BulkRow: ("contract", {"data": {}, "problem": ""}),
    rows.BulkSend: ("version__contract", {"title": "", "message": ""}),
    rows.RenewalDecision: ("contract", {"note": ""}),
    rows.Termination: ("contract", {"reason": "", "withdrawn_reason": ""}),
    rows.TerminationItem: ("termination__contract", {"title": "", "note": ""}),
    rows.Amendment: (
        "contract",
        {
            "summary": "",
            "instrument": None,
            "retroactive_reason": "",
            "instrument_name": "",
            "instrument_text": "",
            "outcome": "",
            "touched": [],
        },
    ),
    rows.ContractRequest: (
        "contract",
        {"title": "", "counterparty": "", "reason": "", "outcome": "", "answers": {}, "value_amount": None},
    ),
    Contract: (
        "pk",
        {
            "description": "",
            "department": None,
            "external_reference": "",
            "tags": [],
            "value_amount": None,
            "currency": "",
            "risk_score": None,
            "risk_band": "",
            "risk_due_at": None,
            "library_clauses": None,
        },
    ),
}
# Dates, parties and what vouches for the disposal; and the sentences that figures rest on, see `_loose_passages`.
STAYS: dict[type[Model], str] = {
    # Whoever saw a confidential contract sees what is left of it.
    rows.ContractUserPermission: "content_object",
    rows.ContractGroupPermission: "content_object",
    rows.SurvivingClause: "termination__contract",
    rows.ContractParty: "contract",
    rows.Term: "contract",
    rows.Terms: "version__contract",
    rows.Passage: "version__contract",
    rows.LegalHold: "contract",
    rows.Disposal: "contract",
}


@transaction.atomic
def approve_disposal(*, actor: Actor, disposal_id: UUID, note: str = "") -> Disposal:
    """The second person agrees, and the contract is disposed of at once: what its text, files, drafts, comments and
    requests said is gone for good. Its reference, type, dates, parties and hashes stay, and so do figures that were
    computed from it, with the sentences that they rest on.

    Raises DomainError `own_disposal`, and what kept it from being proposed, should that be so again.
    """
    disposal = locked_disposal(actor, VERB, disposal_id)
    require(actor, VERB, disposal)
    if actor.kind != "user":
        raise Forbidden(_("Disposing of a contract is for people."))
    check_somebody_else(actor, disposal)
    disposal.STATES.check(disposal.state, DisposalState.APPROVED)
    contract = disposal.contract
    found = check_may_go(contract)
    disposal.until, disposal.trace = found.until, found.trace.as_json()
    versions = _versions(contract)
    disposal.save(update_fields=["until", "trace"])
    decide(actor, disposal, DisposalState.APPROVED, note.strip())
    disposal.removed = erase(contract)
    disposal.save(update_fields=["removed"])
    move(actor, contract, to=ContractState.DISPOSED, reason=disposal.reason)
    tell_proposer(disposal, _("%(reference)s was disposed of"))
    record(actor, events.disposal_approved(disposal))
    record(actor, events.contract_disposed(contract, disposal, versions))
    return disposal


def _versions(contract: Contract) -> list[dict[str, Any]]:
    """What the tombstone says of each version."""
    found = Version.objects.filter(contract=contract).order_by("number")
    facts = found.values("number", "state", "effective_on", "content_hash", "blob__sha256")
    return [{"document" if name == "blob__sha256" else name: value for name, value in row.items()} for row in facts]


def erase(contract: Contract) -> dict[str, int]:
    """The words of a locked contract are gone, and its files within a day; answers how many rows and files went. Its
    disposal is approved already: the database lets no row go before."""
    _let(contract)
    blobs = _blobs(contract)
    _forget_notices(contract, blobs)
    _forget_import(contract, blobs)
    counts = {"rows": 0, "files": 0}
    for pairs in (rows.ContractRelation, rows.Conflict):
        counts["rows"] += _delete(pairs._default_manager.filter(Q(contract=contract) | Q(other=contract)))
    for model, path in GONE.items():
        counts["rows"] += _delete(model._default_manager.filter(**{path: contract.pk}))
    counts["rows"] += _delete(_loose_passages(contract))
    for model, (path, blank) in BLANKED.items():
        model._default_manager.filter(**{path: contract.pk}).update(**blank)
    contract.title = contract.reference
    contract.save(update_fields=["title"])
    counts["files"] = erase_blobs(
        Blob.objects.filter(pk__in=[blob for blob in lock_blobs(blobs) if not _is_needed(blob, contract)])
    )
    refresh_search(contract)
    return counts


def _let(contract: Contract) -> None:
    """Until the end of this transaction the triggers let the rows of this contract go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('covenant.disposing', %s, true)", [str(contract.pk)])


def _forget_import(contract: Contract, blobs: set[Any]) -> None:
    """The files that it was imported from, or that hold the same bytes or text and became no other contract: they and
    their rows belong to imports, and say no more what they were. Their bytes are added to its `blobs`."""
    blank = {"path": "", "blob": None, "text_blob": None, "text_key": "", "sketch": b""}
    own = rows.ImportFile.objects.filter(rows__contract=contract)
    keys = {*own.values_list("text_key", flat=True), *_text_keys(contract)} - {""}
    same = Q(blob__in=blobs) | Q(text_blob__in=blobs) | Q(text_key__in=keys)
    others = rows.ImportRow.objects.exclude(contract=None).exclude(contract=contract).exclude(file=None)
    found = rows.ImportFile.objects.filter(same).exclude(pk__in=others.values("file"))
    ids = set(found.values_list("pk", flat=True))
    blobs |= {blob for pair in found.values_list("blob_id", "text_blob_id") for blob in pair} - {None}
    outcome, decision = rows.ImportRow.Outcome.SKIPPED, rows.ImportRow.Decision.SKIP
    words: dict[str, Any] = {"cells": {}, "title": "", "problems": [], "notes": []}
    beside = rows.ImportRow.objects.filter(file__in=ids, contract=None)
    beside.update(**words, outcome=outcome, decision=decision)
    gone = {"code": "disposed", "message": _("This document was disposed of.")}
    rows.ImportFile.objects.filter(pk__in=ids).update(**blank, problem=gone)


def _text_keys(contract: Contract) -> set[str]:
    found = rows.TextSketch.objects.filter(version__contract=contract)
    return set(found.values_list("text_key", flat=True))


def _delete(found: QuerySet[Any]) -> int:
    """Without a look at what points there: foreign keys are checked at the end, when all of it is gone."""
    gone: int = found.order_by()._raw_delete(found.db) or 0  # type: ignore[attr-defined]
    return gone


def _loose_passages(contract: Contract) -> QuerySet[Any]:
    """Marked sentences that nothing rests on: those under a figure or a duty stay with it."""
    found = rows.Passage.objects.filter(version__contract=contract)
    resting = [
        relation.related_model._default_manager.filter(**{f"{relation.field.name}__version__contract": contract.pk})
        .values(relation.field.attname)
        for relation in _pointing_to(rows.Passage)
    ]  # fmt: skip
    for each in resting:
        found = found.exclude(pk__in=each)
    return rows.Passage.objects.filter(pk__in=list(found.values_list("pk", flat=True)))


def _blobs(contract: Contract) -> set[Any]:
    """The files of the contract: of its versions, of what was signed, and of the request it came from."""
    versions = rows.Version.objects.filter(contract=contract).values_list("blob_id", flat=True)
    files = rows.RequestFile.objects.filter(request__contract=contract).values_list("blob_id", flat=True)
    amending = rows.Amendment.objects.filter(contract=contract).values_list("instrument_id", flat=True)
    proofs = rows.AmendmentAnswer.objects.filter(amendment__contract=contract).values_list("evidence_id", flat=True)
    imported = rows.ImportFile.objects.filter(rows__contract=contract).values_list("blob_id", "text_blob_id")
    found = {blob for pair in imported for blob in pair}
    return {*versions, *files, *found, *_signed_blobs(contract), *amending, *proofs} - {None}


def _signed_blobs(contract: Contract) -> set[Any]:
    """The papers of its envelopes, also those before the last one, with the pictures of their pages."""
    found: set[Any] = set()
    for envelope in rows.Envelope.objects.filter(contract=contract):
        found |= {envelope.paper_id, envelope.executed_id, envelope.certificate_id}
        found |= {UUID(str(each)) for each in (*envelope.former_blobs, *(page["picture"] for page in envelope.pages))}
    for copy in rows.SignedCopy.objects.filter(envelope__contract=contract):
        found |= {copy.blob_id, *(UUID(str(page["picture"])) for page in copy.pages)}
    return found - {None}


def _is_needed(blob_id: Any, contract: Contract) -> bool:
    """Whether anything else has these very bytes."""
    for relation in _pointing_to(Blob):
        found = relation.related_model._default_manager.filter(**{relation.field.name: blob_id})
        if relation.related_model is rows.Version:
            found = found.exclude(Q(contract=contract) | Q(contract__state=ContractState.DISPOSED))
        if found.exists():
            return True
    shown = Q(pages__contains=[{"picture": str(blob_id)}])
    if rows.SignedCopy.objects.filter(shown).exclude(envelope__contract=contract).exists():
        return True
    shown |= Q(former_blobs__contains=[str(blob_id)])
    return rows.Envelope.objects.filter(shown).exclude(contract=contract).exists()


def _pointing_to(model: type[Model]) -> list[Any]:
    """The foreign keys of whatever app, those without a name on this side too."""
    fields = model._meta.get_fields(include_hidden=True)
    return [field for field in fields if field.auto_created and not field.concrete]


def _forget_notices(contract: Contract, blobs: set[Any]) -> None:
    """Notices and jobs about the contract, or about what belongs to it in whatever app, say its title and more. The
    papers that such jobs made are added to its `blobs`."""
    for label, model in SUBJECTS.items():
        path = "pk" if model is Contract else _path_to_contract(model)
        if not path:
            continue
        ids = list(model._default_manager.filter(**{path: contract.pk}).values_list("pk", flat=True))
        Notification.objects.filter(subject_type=label, subject_id__in=ids).delete()
        Letter.objects.filter(subject_type=label, subject_id__in=ids).delete()
        jobs = Job.objects.filter(subject_type=label, subject_id__in=ids)
        results = jobs.values_list("result", flat=True)
        made = [result["paper_id"] for result in results if result.get("paper_id")]
        blobs |= set(Blob.objects.filter(pk__in=made).values_list("pk", flat=True))
        jobs.update(title="", message="", parameters={}, result={}, problems=[], error="")


def _path_to_contract(model: type[Model]) -> str:
    """How a row of the model leads to its contract, by one step or two; empty where it does not."""
    if name := _key_to_contract(model):
        return name
    for field in model._meta.get_fields():
        if field.concrete and isinstance(field.related_model, type) and (name := _key_to_contract(field.related_model)):
            return f"{field.name}__{name}"
    return ""


def _key_to_contract(model: type[Model]) -> str:
    names = [field.name for field in model._meta.get_fields() if field.concrete and field.related_model is Contract]
    return names[0] if names else ""
