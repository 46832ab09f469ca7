"""The Word file that a draft becomes when it is handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.documents.blobs import read_blob
from clm.documents.extraction import Refused
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.outside import outside_transactions
from contracts.access.other_side import as_given
from contracts.adapters.word_clauses import DraftText, OriginText
from contracts.adapters.word_writing import base_of, write_draft
from contracts.engine.body import paragraphs_of, same_label
from contracts.engine.compare import ClauseText, compare
from contracts.engine.looks import spans_of
from contracts.models import Clause, Draft, DraftClause, Version
from contracts.papers import Paper, put_paper, read_paper
from contracts.queries.drafts import clause_rows, draft_rows, is_open, labels_of
from contracts.queries.omissions import check_draft_complete
from contracts.states import Side


@dataclass(frozen=True)
class DraftPaper:
    """A draft's document as it was under `revision`, read and stored. `became` says which clause of the document, by
    position, each clause of the draft is."""

    revision: int
    paper: Paper
    became: Mapping[UUID, int]


def make_draft_paper(actor: Actor, draft_id: UUID) -> DraftPaper:
    """Made on the base's own document, where that is a Word file. Call outside of a transaction.

    Raises DomainError `turn_over`, `draft_empty`, `mandatory_missing`, or the refusal of a base that cannot be opened.
    """
    outside_transactions("a draft's paper is made")
    draft = get_visible(actor, draft_rows(), draft_id)
    require(actor, "contracts.hand_over", draft)
    if not is_open(draft):
        raise DomainError("turn_over", _("This draft was handed over: it is no longer your turn."))
    rows = list(clause_rows(draft))
    kept = [clause for clause in rows if not clause.is_removed]
    if not any(clause.text.strip() or clause.heading for clause in kept):
        raise DomainError("draft_empty", _("There is nothing in this draft."))
    check_draft_complete(draft)
    texts = draft_texts(rows)
    paper = put_paper(actor, read_paper(_written(draft, texts), f"{draft.contract.reference}.docx"))
    return DraftPaper(draft.revision, paper, _became(kept, texts, paper))


def draft_texts(clauses: Sequence[DraftClause]) -> list[DraftText]:
    """The clauses that are not removed, with today's numbers; references show the numbers of what they refer to."""
    labels = labels_of(clauses)
    return [
        DraftText(
            origin=clause.origin.position if clause.origin else None,
            number=_number(clause, labels.shown.get(str(clause.pk), "")),
            heading=clause.heading,
            paragraphs=paragraphs_of(clause.body, labels.referred),
            level=clause.level,
            # Words that nobody touched look as they do in the base, whatever was read of their looks.
            marks=None if clause.origin and clause.revision == 1 else spans_of(clause.body, labels.referred),
        )
        for clause in clauses
        if not clause.is_removed
    ]


def _number(clause: DraftClause, shown: str) -> str:
    """Today's number; as the base writes it where it is the same, blanks apart."""
    return clause.origin.number if clause.origin and same_label(clause.origin.number, shown) else shown


def _written(draft: Draft, texts: Sequence[DraftText]) -> bytes:
    try:
        base = Version.objects.select_related("blob").filter(drafts_begun=draft).first()
        if base is None:
            return write_draft(None, texts)
        content = read_blob(base.blob)
        if draft.side == Side.THEIRS:  # they write on what they were given, not on our own file
            content = as_given(base, content)
        document = base_of(base.media_type, content, base.text)
        return write_draft(document, texts, _origins(base))
    except Refused as refusal:
        raise DomainError(refusal.code, refusal.message) from refusal


def _origins(base: Version) -> list[OriginText]:
    names = tuple(OriginText.__slots__)
    rows = Clause.objects.filter(version=base).order_by("position").values(*names)
    return [OriginText(**row) for row in rows]


def _became(clauses: Sequence[DraftClause], texts: Sequence[DraftText], paper: Paper) -> dict[UUID, int]:
    """Paired as a comparison of the two pairs them; a clause that was read as part of another has no counterpart."""
    old = [ClauseText(text.number, text.heading, _whole(text)) for text in texts]
    new = [ClauseText(clause.number, clause.heading, clause.text) for clause in paper.clauses]
    return {
        clauses[row.old_position].pk: paper.clauses[row.new_position].position
        for row in compare(old, new).rows
        if row.old_position is not None and row.new_position is not None
    }


def _whole(text: DraftText) -> str:
    return "\n".join(part for part in (f"{text.number} {text.heading}".strip(), *text.paragraphs) if part)
