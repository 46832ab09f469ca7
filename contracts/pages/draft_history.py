"""What was written in a clause of a draft, by whom and when; and the way back to earlier words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.engine.words import diff_words
from contracts.models import ClauseEdit, DraftClause
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.papers.reader import WORDS
from contracts.queries import drafts


@dataclass(frozen=True)
class Written:
    """One entry: `changes` is what components/diff.html draws, from the words that it was written on."""

    id: UUID
    by: str
    at: datetime
    what: str
    changes: list[dict[str, Any]]
    is_now: bool
    can_return: bool


class WordsForm(forms.Form):
    """`revision` is the clause's that was on the screen."""

    edit = forms.UUIDField()
    revision = forms.IntegerField(min_value=1)


@login_required
@require_GET
def clause_written(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A page, and a fragment for the drawer beside the editor."""
    actor = actor_of(request)
    clause = get_visible(actor, DraftClause.objects.select_related("draft__contract"), pk)
    draft = clause.draft
    may_write = drafts.can_edit(actor, draft) and not clause.is_removed
    context = {
        "clause": clause,
        "draft": draft,
        "written": _written(drafts.edits_of(actor, clause), clause, may_write),
        "crumbs": [
            (draft.contract.title, reverse("contract", args=[draft.contract_id])),
            (_("Draft"), reverse("draft", args=[draft.contract_id])),
        ],
    }
    name = "draft_history" if request.headers.get("HX-Request") else "draft_history_page"
    return render(request, f"contracts/{name}.html", context)


def _written(edits: list[ClauseEdit], clause: DraftClause, may_write: bool) -> list[Written]:
    """Newest first; each beside the words under the revision that it was based on."""
    by_revision = {edit.revision: edit for edit in edits if edit.revision is not None}
    return [_entry(edit, _before(edit, by_revision), clause, may_write) for edit in edits]


def _before(edit: ClauseEdit, by_revision: dict[int, ClauseEdit]) -> ClauseEdit | None:
    """A saved one follows the revision before it; what was only kept follows what was on its author's screen."""
    before = edit.based_on if edit.revision is None else edit.revision - 1
    return by_revision.get(before)


def _entry(edit: ClauseEdit, before: ClauseEdit | None, clause: DraftClause, may_write: bool) -> Written:
    is_now = edit.revision == clause.revision
    is_same = edit.heading == clause.heading and edit.body == clause.body
    return Written(
        id=edit.pk,
        by=str(edit.author),
        at=edit.at,
        what=_what(edit),
        changes=[_change(edit, before)],
        is_now=is_now,
        can_return=may_write and not is_same,
    )


def _what(edit: ClauseEdit) -> str:
    if edit.revision == 1:
        return _("What the draft began with")
    return "" if edit.outcome == ClauseEdit.Outcome.SAVED else str(ClauseEdit.Outcome(edit.outcome).label)


def _change(edit: ClauseEdit, before: ClauseEdit | None) -> dict[str, Any]:
    spans = [("same", edit.text)]
    if before is not None:
        spans = [(WORDS[segment.op], segment.text) for segment in diff_words(before.text, edit.text)]
    is_renamed = before is not None and before.heading != edit.heading
    if is_renamed and before is not None:
        heading = [(WORDS[each.op], each.text) for each in diff_words(before.heading, edit.heading)]
        spans = [*heading, ("same", "\n"), *spans]
    kind = "changed" if any(op != "same" for op, _text in spans) else "same"
    return {"kind": kind, "number": "", "heading": edit.heading, "spans": spans}


@login_required
@require_POST
def words_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Earlier words stand in the clause again, as a new revision on the one that was on the screen."""
    actor = actor_of(request)
    clause = get_visible(actor, DraftClause.objects.select_related("draft"), pk)
    require(actor, "contracts.edit_clause", clause)
    form = WordsForm(request.POST)
    try:
        _put_back(actor, clause, form)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The words of that time stand in the clause again."))
    return redirect(f"{reverse('draft', args=[clause.draft.contract_id])}#clause-{pk}")


def _put_back(actor: Actor, clause: DraftClause, form: WordsForm) -> None:
    """Raises Invalid `words_unknown`, and what `edit_clause` refuses."""
    edit = _edit(actor, clause, form) if form.is_valid() else None
    if edit is None:
        raise Invalid("words_unknown", _("These words were not written in this clause."))
    revision = form.cleaned_data["revision"]
    edit_clause(actor=actor, clause_id=clause.pk, revision=revision, heading=edit.heading, body=edit.body)


def _edit(actor: Actor, clause: DraftClause, form: WordsForm) -> ClauseEdit | None:
    found = [edit for edit in drafts.edits_of(actor, clause) if edit.pk == form.cleaned_data["edit"]]
    return found[0] if found else None
