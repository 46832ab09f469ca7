"""The Word file that a draft becomes when it is handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.documents.blobs import read_blob
from clm.documents.extraction import Refused
from clm.documents.extraction.extracted import BLOCK_SEPARATOR
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.outside import outside_transactions
from contracts.access.other_side import as_given
from contracts.adapters.word_clauses import DraftText, OriginText
from contracts.adapters.word_writing import base_of, write_draft
from contracts.engine.blanks import left_in
from contracts.engine.body import paragraphs_of, same_label
from contracts.engine.compare import ClauseText, compare
from contracts.engine.looks import spans_of
from contracts.models import Change, Clause, Draft, DraftClause, Version
from contracts.papers import Paper, put_paper, read_paper
from contracts.queries.drafts import clause_rows, draft_rows, is_open, labels_of
from contracts.queries.omissions import check_draft_complete
from contracts.states import Side

MOST_NAMED = 50


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
    plain: list[str] = []
    read = read_paper(_written(draft, texts, plain), f"{draft.contract.reference}.docx")
    became = _became(kept, texts, read)
    told = (*_open_places(texts), *_written_plainly(plain), *_read_together(kept, texts, became))
    paper = put_paper(actor, replace(read, warnings=(*read.warnings, *told)))
    return DraftPaper(draft.revision, paper, became)


def _open_places(texts: Sequence[DraftText]) -> list[str]:
    """What goes out with it although nobody filled it."""
    found = list(
        dict.fromkeys(blank for text in texts for blank in left_in("\n".join((text.heading, *text.paragraphs))))
    )
    if not found:
        return []
    named = "; ".join(found[:MOST_NAMED]) + ("; …" if len(found) > MOST_NAMED else "")
    return [_("Blanks that nobody filled: %(blanks)s.") % {"blanks": named}]


def _written_plainly(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    named = "; ".join(names[:MOST_NAMED]) + ("; …" if len(names) > MOST_NAMED else "")
    return [_("Written in plain paragraphs, without their tables and looks: %(clauses)s.") % {"clauses": named}]


def _read_together(clauses: Sequence[DraftClause], texts: Sequence[DraftText], became: Mapping[UUID, int]) -> list[str]:
    """Which clauses are no clauses of their own in the document: their words stand in the one before them."""
    names = [
        f"{text.number} {text.heading}".strip() or " ".join(text.paragraphs)[:60]
        for clause, text in zip(clauses, texts, strict=True)
        if clause.pk not in became and _whole(text)
    ]
    if not names:
        return []
    named = "; ".join(names[:MOST_NAMED]) + ("; …" if len(names) > MOST_NAMED else "")
    return [_("Read as part of the clause before it: %(clauses)s") % {"clauses": named}]


def draft_texts(clauses: Sequence[DraftClause]) -> list[DraftText]:
    """The clauses that are not removed, with today's numbers; references show the numbers of what they refer to."""
    labels = labels_of(clauses)
    theirs = _received_texts(clauses)
    written = {clause.pk: paragraphs_of(clause.body, labels.referred) for clause in clauses if not clause.is_removed}
    return [
        DraftText(
            origin=clause.origin.position if clause.origin else None,
            number=_number(clause, labels.shown.get(str(clause.pk), "")),
            heading=clause.heading,
            paragraphs=written[clause.pk],
            level=clause.level,
            # Words that nobody touched look as they do in the base, whatever was read of their looks.
            marks=None if clause.origin and clause.revision == 1 else spans_of(clause.body, labels.referred),
            joined=joined_in(written[clause.pk], theirs.get(clause.pk, ())),
        )
        for clause in clauses
        if not clause.is_removed
    ]


def _received_texts(clauses: Sequence[DraftClause]) -> dict[UUID, list[str]]:
    """What the other side wrote of each clause, as their paper was read."""
    changes = Change.objects.filter(draft_clause__in=[each.pk for each in clauses], received_clause__isnull=False)
    found: dict[UUID, list[str]] = {}
    for clause_id, text in changes.values_list("draft_clause_id", "received_clause__text"):
        if clause_id is not None:
            found.setdefault(clause_id, []).append(text)
    return found


def joined_in(paragraphs: Sequence[str], texts: Sequence[str]) -> tuple[int, ...]:
    """Which of the paragraphs stand in one block of a document, as a table's row is, with the one before them, by what
    the documents have one after the other."""
    together: set[tuple[str, str]] = set()
    for text in texts:
        for block in text.split(BLOCK_SEPARATOR):
            together |= set(pairwise(line.strip() for line in block.split("\n")))
    lines = [each.strip() for each in paragraphs]
    return tuple(at for at, pair in enumerate(pairwise(lines), start=1) if pair in together)


def _number(clause: DraftClause, shown: str) -> str:
    """Today's number; as the base writes it where it is the same, blanks apart."""
    return clause.origin.number if clause.origin and same_label(clause.origin.number, shown) else shown


def _written(draft: Draft, texts: Sequence[DraftText], plain: list[str]) -> bytes:
    try:
        base = Version.objects.select_related("blob").filter(drafts_begun=draft).first()
        if base is None:
            return write_draft(None, texts)
        content = read_blob(base.blob)
        if draft.side == Side.THEIRS:  # they write on what they were given, not on our own file
            content = as_given(base, content)
        document = base_of(base.media_type, content, base.text)
        return write_draft(document, texts, _origins(base), plain)
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
