"""The draft that a side writes in its turn: to read without scripts, to write with them; and what to look at in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, visible
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from contracts import queries
from contracts.access.drafts import side_of
from contracts.access.library import VIEW as VIEW_LIBRARY
from contracts.access.other_side import told_states
from contracts.engine.blanks import left_in
from contracts.engine.defined_terms import Term, Words, terms_of
from contracts.engine.references import broken
from contracts.models import Contract, Draft
from contracts.pages.hand_over import effect_of, obstacles_to, reach_of, said_open
from contracts.queries import drafts
from contracts.queries.changes import undecided
from contracts.queries.clause_library import Standpoint, position_choices
from contracts.queries.draft_library import draft_report
from contracts.queries.omissions import Lacking, lacking, parted
from contracts.states import Side

NO_CLAUSE = UUID(int=0)  # in the addresses of the part that the script copies for a new clause
_TAGS = {"bold": "<strong>{}</strong>", "italic": "<em>{}</em>", "underline": "<u>{}</u>"}
_BREAK = SafeString("<br>")
_BLOCKS = {
    "paragraph": "<p>{}</p>",
    "bulletList": "<ul>{}</ul>",
    "orderedList": "<ol>{}</ol>",
    "listItem": "<li>{}</li>",
    "doc": "{}",
}


@dataclass(frozen=True)
class ClauseLink:
    """A clause by what it is called in the draft."""

    key: str
    name: str
    heading: str = ""

    @property
    def whole(self) -> str:
        """Its number with its heading."""
        return self.name if self.heading in ("", self.name) else f"{self.name} {self.heading}"


@dataclass(frozen=True)
class ShownTerm:
    term: str
    uses: int
    defined_in: list[ClauseLink]
    used_in: list[ClauseLink]


@dataclass(frozen=True)
class Checks:
    """What is to be looked at in a draft. `broken` are pairs of the clause and the number that it still names,
    `blanks` of the clause and the question that nobody answered in it."""

    broken: list[tuple[ClauseLink, str]]
    blanks: list[tuple[ClauseLink, str]]
    twice: list[ShownTerm]
    undefined: list[ShownTerm]
    unused: list[ShownTerm]
    terms: list[ShownTerm]

    @property
    def still_open(self) -> str:
        """The sentence before a hand-over."""
        return said_open([f"{blank} ({clause.whole})" for clause, blank in self.blanks])

    @property
    def count(self) -> int:
        return len(self.broken) + len(self.blanks) + len(self.twice) + len(self.undefined) + len(self.unused)


@dataclass(frozen=True)
class LibraryBeside:
    """How our draft stands to the library; the other side is shown nothing of it."""

    rows: tuple[Standpoint, ...]
    offers: int
    lacking: list[Lacking]
    left_out: list[Lacking]
    may_put: bool
    contract_id: UUID
    put_in_url: str = ""


@login_required
def draft_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The side's open draft with its clauses; else whose turn it is, and how a draft is begun."""
    return _page(request, get_visible(actor_of(request), queries.contract_rows(), pk))


def hand_over_refused(request: HttpRequest, pk: UUID, refusal: DomainError) -> HttpResponse:
    """The page of the draft again, with the refusal beside the button and the note that was typed."""
    draft = get_visible(actor_of(request), drafts.draft_rows(), pk)
    if not drafts.is_open(draft):
        messages.error(request, refusal.message)
        return redirect("draft", pk=draft.contract_id)
    contract = queries.contract_rows().get(pk=draft.contract_id)
    given = {"refused": refusal.message, "note": request.POST.get("note", "")}
    return _page(request, contract, given, status=refusal.status)


def _page(
    request: HttpRequest, contract: Contract, given: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    told_states(actor, [contract])
    draft = drafts.open_draft(actor, contract)
    context = _frame(actor, contract, draft)
    if draft is not None:
        context |= _open(actor, draft)
        context["data"] |= context.pop("shown")
    return render(request, "contracts/draft_page.html", context | dict(given or {}), status=status)


@login_required
def draft_checks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The fragment with defined terms and references, and for us how the draft stands to the library: asked for by the
    page itself, and again after each save."""
    actor = actor_of(request)
    draft = drafts.open_draft(actor, get_visible(actor, queries.contract_rows(), pk))
    if draft is None:
        raise NotVisible
    shown = drafts.shown_draft(actor, draft)
    context: dict[str, Any] = {"checks": checks_of(shown, _parties_of(draft)), "contract": draft.contract}
    if can(actor, VIEW_LIBRARY) and draft.side == Side.OURS:
        context["library"] = _beside_library(actor, draft, may_write=bool(shown["can_edit"]))
        context["may_ask"] = can(actor, "contracts.ask_omission", draft.contract)
    if shown["can_edit"] and can(actor, "contracts.hand_over", draft):
        lacking_now = context["library"].lacking if "library" in context else ()
        effect = effect_of(reach_of(actor, draft.contract))
        context |= {"can_hand_over": True, "obstacles": obstacles_to(draft, lacking_now), "is_again": True}
        context["hand_over_effect"] = effect
    return render(request, "contracts/draft_checks.html", context)


def _beside_library(actor: Actor, draft: Draft, *, may_write: bool) -> LibraryBeside:
    report = draft_report(draft)
    missing, left_out = parted(lacking(draft.contract, report))
    may_put = may_write and can(actor, "contracts.put_position", draft)
    return LibraryBeside(
        rows=report.rows,
        offers=report.offers,
        lacking=missing,
        left_out=left_out,
        may_put=may_put,
        contract_id=draft.contract_id,
        put_in_url=reverse("draft-put-in", args=[draft.pk]) if may_put else "",
    )


def _frame(actor: Actor, contract: Contract, draft: Draft | None) -> dict[str, Any]:
    """What is shown with and without an open draft."""
    turn = drafts.turn_now(actor, contract)
    last = draft or _last_draft(actor, contract)
    may_begin = turn.is_ours and draft is None and contract.state in drafts.NEGOTIABLE
    return {
        "contract": contract,
        "actor": actor,
        "draft": draft,
        "turn": turn,
        "last": last,
        **_words_of(actor, contract, last),
        "may_begin": may_begin and can(actor, "contracts.begin_draft", contract),
        "crumbs": [(_("Contracts"), reverse("contracts")), (contract.title, reverse("contract", args=[contract.pk]))],
    }


def _words_of(actor: Actor, contract: Contract, last: Draft | None) -> dict[str, Any]:
    """The reader's own words that are in no clause, and what the script needs to find more on the person's computer."""
    if last is None:
        return {"kept": []}
    kept = [drafts.shown_edit(each) for each in drafts.kept_words(actor, last)]
    facts = {"id": last.pk, "contract": contract.pk, "person": str(actor.person_id or ""), "words": _words()}
    closed = {"state": last.state, "revision": last.revision, "can_edit": False, "referred": {}, "clauses": []}
    return {"kept": kept, "data": {**facts, **closed, "kept": kept, "unsaved": []}}


def _last_draft(actor: Actor, contract: Contract) -> Draft | None:
    rows = drafts.draft_rows().filter(contract=contract, side=side_of(actor))
    return visible(actor, rows).order_by("-number").first()


def _open(actor: Actor, draft: Draft) -> dict[str, Any]:
    """The open draft, drawn once here and from then on by the script."""
    shown = drafts.shown_draft(actor, draft)
    names = {str(each["id"]): str(shown["referred"].get(str(each["id"]), "")) for each in _standing(shown)}
    may_write = bool(shown["can_edit"])
    may_put = may_write and can(actor, "contracts.put_position", draft)
    return {
        "clauses": [{**each, "html": body_html(each["body"], names)} for each in shown["clauses"]],
        "shown": shown,
        "can_edit": may_write,
        "checks": checks_of(shown, _parties_of(draft)),
        "new_clause": {"id": NO_CLAUSE, "level": 1, "label": "", "number": "", "heading": "", "html": ""},
        "choices": position_choices(acceptable=True) if may_put else [],
        "undecided": 0 if actor.is_counterparty else undecided(draft).count(),
        "can_comment": can(actor, "contracts.start_thread", draft.contract),
        "can_abandon": may_write and can(actor, "contracts.abandon_draft", draft),
        **_hand_over(actor, draft, may_write=may_write),
    }


def _hand_over(actor: Actor, draft: Draft, *, may_write: bool) -> dict[str, Any]:
    """What stands in the card that hands the draft over."""
    if not (may_write and can(actor, "contracts.hand_over", draft)):
        return {"can_hand_over": False}
    reach = reach_of(actor, draft.contract)
    effect = effect_of(reach)
    return {"can_hand_over": True, "obstacles": obstacles_to(draft), "reach": reach, "hand_over_effect": effect}


def _standing(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for each in shown["clauses"] if not each["is_removed"]]


def checks_of(shown: Mapping[str, Any], names_of_parties: Sequence[str] = ()) -> Checks:
    """Of a draft as `contracts.queries.drafts.shown_draft` gives it."""
    clauses = _standing(shown)
    names = {str(each["id"]): _name(each, shown["referred"]) for each in clauses}
    words = [Words(str(each["id"]), each["heading"], _text(each)) for each in clauses]
    found = terms_of(words, names_of_parties)
    gone = broken([(str(each["id"]), each["body"]) for each in clauses], names)
    return Checks(
        broken=[(ClauseLink(each.key, names[each.key]), each.shown) for each in gone],
        blanks=[
            (ClauseLink(str(each["id"]), names[str(each["id"])], each["heading"]), blank)
            for each in clauses
            for blank in left_in(f"{each['heading']}\n{each['text']}")
        ],
        twice=[_shown(each, names) for each in found if each.is_defined_twice],
        undefined=[_shown(each, names) for each in found if each.is_undefined],
        unused=[_shown(each, names) for each in found if each.is_never_used],
        terms=[_shown(each, names) for each in found if each.defined_in],
    )


def _parties_of(draft: Draft) -> list[str]:
    return [part.party.name for part in draft.contract.parties.select_related("party")]


def _name(clause: Mapping[str, Any], referred: Mapping[str, str]) -> str:
    number = referred.get(str(clause["id"])) or clause["label"]
    return str(number or clause["heading"] or clause["text"][:30] or _("A clause"))


def _text(clause: Mapping[str, Any]) -> str:
    """A clause whose heading is the defined term says “Term” there and "means" in its words."""
    heading = str(clause["heading"])
    return f"{heading} {clause['text']}" if heading[:1] in ("“", '"') else str(clause["text"])


def _shown(term: Term, names: Mapping[str, str]) -> ShownTerm:
    return ShownTerm(
        term=term.term,
        uses=term.uses,
        defined_in=[ClauseLink(key, names[key]) for key in term.defined_in],
        used_in=[ClauseLink(key, names[key]) for key in term.used_in],
    )


def body_html(body: Mapping[str, Any], names: Mapping[str, str]) -> SafeString:
    """The document as HTML. `names` are the clauses that stand, by how references name them."""
    kind = body.get("type", "")
    if kind == "text":
        return _marked(body)
    if kind == "hardBreak":
        return _BREAK
    if kind == "reference":
        return _reference(body["attrs"], names)
    return format_html(_BLOCKS[kind], _all(body.get("content", ()), names))


def _all(nodes: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> SafeString:
    return format_html_join("", "{}", ((body_html(node, names),) for node in nodes))


def _marked(node: Mapping[str, Any]) -> SafeString:
    shown = format_html("{}", node["text"])
    for mark in node.get("marks", ()):
        shown = format_html(_TAGS[mark["type"]], shown)
    return shown


def _reference(attrs: Mapping[str, Any], names: Mapping[str, str]) -> SafeString:
    """A link that shows the number the clause has now; one whose clause is gone says so."""
    key, label = attrs["clause"], attrs["label"]
    if key in names:
        shown = names[key] or label
        return format_html('<a class="reference" data-reference="{}" href="#clause-{}">{}</a>', key, key, shown)
    gone = _("this clause is not there any more")
    return format_html(
        '<span class="reference is-broken" data-reference="{}" data-label="{}">{}'
        '<span class="visually-hidden"> ({})</span></span>',
        key, label, label, gone,
    )  # fmt: skip


def _words() -> dict[str, str]:
    """What the script says, in the person's language."""
    return {
        "saved": _("Saved"),
        "saving": _("Saving …"),
        "kept": _("Not saved yet. Your words are kept."),
        "kept_here": _("No connection. Your words are kept on this computer."),
        "merged": _("Saved together with what somebody else changed meanwhile."),
        "changed_meanwhile": _("Somebody saved this clause meanwhile. When you save, both are put together."),
        "taken_over": _("%s took this clause over. Your words are kept; you can still save them."),
        "is_writing": _("%s is writing here"),
        "you_write": _("You are writing here"),
        "signed_out": _("You are signed out. Your words are kept on this computer: sign in again in another tab."),
        "failed": _("This did not work. Your words are kept."),
        "clash": _("%s changed the same words"),
        "added": _("added:"),
        "removed_words": _("removed:"),
        "turn_over": _("The turn is over: the draft was handed over or given up. What you wrote is kept below."),
        "removed": _("This clause was removed meanwhile. Your words are kept below."),
        "broken": _("this clause is not there any more"),
        "not_saved": _("Written at %s and never saved"),
        "outcome_turn_over": _("Sent at %s, after the turn was over"),
        "outcome_conflict": _("Sent at %s; somebody had changed the same words"),
        "outcome_clause_removed": _("Sent at %s, after the clause was removed"),
        "outcome_unsaved_kept": _("Written at %s and never saved"),
        "new_clause": _("New clause"),
        "a_clause": _("A clause"),
        "no_heading": _("(no heading)"),
        "copied": _("Copied"),
        "busy": _("Save or close the clause that you are writing first."),
        "library": _("%(title)s, %(position)s"),
    }
