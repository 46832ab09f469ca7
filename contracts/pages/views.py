"""The pages of contracts: what is shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, visible
from clm.audit.models import Transition
from clm.audit.queries import contract_entries, entries_of, history_for
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.access.other_side import file_name_for, names_shown, note_for, told_states
from contracts.access.termination import VIEW as VIEW_TERMINATION
from contracts.calendar import current_stretch
from contracts.models import Contract, ContractParty, Disposal, RenewalDecision, Term, Terms, Version
from contracts.pages.amendments import amendments_of, with_amendments
from contracts.pages.forms import CompareFileForm, CompareForm
from contracts.pages.next_step import next_step
from contracts.pages.open_contracts import opened_facts
from contracts.pages.retention import records_line
from contracts.pages.terminations import termination_line
from contracts.pages.turns import lacking_line, turn_line
from contracts.pages.version_words import describe
from contracts.papers.outgoing import file_for
from contracts.papers.reader import clauses_of
from contracts.papers.reading import reading_of
from contracts.papers.scans import scan_of
from contracts.queries.amendments import amendment_rows, waited_for
from contracts.queries.custom_fields import missing_of, shown_values
from contracts.queries.drafts import turns
from contracts.queries.entities import escalation_of
from contracts.queries.requests import files_of, request_of
from contracts.queries.terminations import termination_of
from contracts.queries.watching import watchers_of
from contracts.states import APPROVABLE, ContractState, VersionState
from contracts.tabs import BINDINGS, TABS, ContractTab
from contracts.term_sources import source_of


@login_required
def contract_page(request: HttpRequest, pk: UUID, key: str = "text") -> HttpResponse:
    """A contract with one of its tabs open."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    told_states(actor, [contract])
    tab = TABS.get(key)
    if tab is None or not can(actor, tab.verb, contract):
        raise NotVisible
    shown = tab.context(actor, contract, request.GET) if tab.asks else tab.context(actor, contract)
    if key != "library":  # the tab says it itself
        shown = {**lacking_line(actor, contract), **shown}
    context = {**_frame(actor, contract, key), **shown, "tab_template": tab.template}
    return render(request, "contracts/contract_page.html", context)


def _frame(actor: Actor, contract: Contract, key: str) -> dict[str, Any]:
    """What stands around every tab: state, next step, tabs."""
    tabs = [tab for tab in sorted(TABS.values(), key=lambda tab: tab.order) if can(actor, tab.verb, contract)]
    return {
        "contract": contract,
        "next": next_step(actor, contract),
        "tabs": [_tab(actor, contract, tab, key) for tab in tabs],
        "crumbs": [(_("Contracts"), reverse("contracts"))],
        "contract_request": request_of(actor, contract),
        "request_files": files_of(actor, contract),
        **turn_line(actor, contract),
        **records_line(actor, contract),
        **(termination_line(contract) if can(actor, VIEW_TERMINATION, contract) else {}),
        "counterparties": queries.names_of(contract, ContractParty.Role.COUNTERPARTY),
        "sees_inside": can(actor, VIEW_INSIDE, contract),
        "can_change": can(actor, "contracts.change_contract", contract),
        "can_restrict": can(actor, "contracts.restrict_contract", contract),
        "can_add_version": can(actor, "contracts.add_version", contract),
        "can_request_approval": contract.state in APPROVABLE and can(actor, "contracts.request_approval", contract),
    }


def _tab(actor: Actor, contract: Contract, tab: ContractTab, key: str) -> dict[str, Any]:
    return {
        "label": tab.label,
        "url": reverse("contract-tab", args=[contract.pk, tab.key]),
        "active": tab.key == key,
        "count": tab.count(actor, contract) if tab.count else None,
    }


def text_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The newest version's text, to read and to mark."""
    if contract.state == ContractState.DISPOSED:
        return {"version": None, "is_disposed": True}
    version = queries.shown_version(actor, contract)
    job = reading_of(actor, contract, version)
    found = {"job": job, "job_url": reverse("job-progress", args=[job.pk]) if job else ""}
    if version is None:
        return {"version": None, **found}
    return {**reading(actor, version), **found, "in_force": _other_in_force(actor, contract, version)}


def _other_in_force(actor: Actor, contract: Contract, version: Version) -> Version | None:
    """The text that counts today, where that is not the one on the page."""
    today = clock.today(contract.time_zone)
    counts = version.state == VersionState.FINAL and version.effective_on and version.effective_on <= today
    return None if counts or not contract.is_in_force else queries.version_in_force(contract, today)


def reading(actor: Actor, version: Version) -> dict[str, Any]:
    may_mark = can(actor, "contracts.mark_passage", version)
    mark_url = reverse("passage-mark", args=[version.pk]) if may_mark else ""
    sees_inside = can(actor, VIEW_INSIDE, version)
    return {
        "version": version,
        "clauses": with_amendments(version, clauses_of(version, mark_url=mark_url, marks=sees_inside)),
        "mark_url": mark_url,
        "sees_inside": sees_inside,
        "comment_url": _comment_url(actor, version),
        "scan": scan_of(actor, version),
    }


def _comment_url(actor: Actor, version: Version) -> str:
    may_comment = can(actor, "contracts.start_thread", version.contract)
    return reverse("comment-new", args=[version.contract_id]) if may_comment else ""


def terms_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The current term, its dates, what was decided, and the terms before."""
    found = current_stretch(contract)
    newest = queries.versions(actor, contract).first()
    draft_terms = visible(actor, Terms.objects.filter(version=newest)).first() if newest else None
    return {
        "terms": found.terms if found else draft_terms,
        "term_rows": list(Term.objects.filter(contract=contract).order_by("-number")),
        "decisions": visible(actor, RenewalDecision.objects.filter(contract=contract).select_related("decided_by")),
        "newest": newest,
        "can_set_terms": newest is not None and newest.state == "draft" and can(actor, "contracts.set_terms", contract),
        "can_decide": contract.is_in_force and can(actor, "contracts.decide_renewal", contract),
        "can_terminate": contract.state in ("active", "executed")
        and can(actor, "contracts.announce_termination", contract)
        and (termination_of(contract) is None),
    }


def facts_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What our side knows of the contract, its own fields included."""
    said = shown_values(contract)
    watchers = list(watchers_of(contract))
    return {
        "custom": said,
        "watchers": watchers,
        "is_watching": any(row.user_id == actor.person_id for row in watchers),
        "can_watch": can(actor, "contracts.watch_contract", contract),
        "can_name_watchers": can(actor, "contracts.name_watchers", contract),
        "missing": missing_of(contract, {field.key: value for field, value in said}),
        **opened_facts(actor, contract),
    }


def parties_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    """Who is party to it, and for our side whom to turn to."""
    parts = list(contract.parties.select_related("party").order_by("role", "party__name"))
    sees_parties = can(actor, "contracts.view_party")
    return {
        "parts": parts,
        "levels": escalation_of(parts) if sees_parties else [],
        "can_set_parties": can(actor, "contracts.set_parties", contract),
        "can_view_parties": sees_parties,
    }


def versions_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    seen = queries.versions(actor, contract)
    versions = list(seen.select_related("created_by", "blob", "contract").defer("text", "contract__search"))
    describe(actor, contract, versions, names_shown(actor, contract))
    return {
        "versions": versions,
        "amendments": amendments_of(actor, contract),
        "compare_form": CompareForm(seen) if len(versions) > 1 else None,
        "file_form": CompareFileForm(seen) if versions else None,
        "file_may_print": can(actor, "contracts.request_file_comparison", contract),
        "in_force": queries.version_in_force(contract, clock.today(contract.time_zone)),
        "turns": turns(actor, contract),
    }


def history_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    if contract.state == ContractState.DISPOSED:
        rows = Disposal.objects.filter(contract=contract)
        return {"history": [entry for row in rows for entry in entries_of(row)], "moves": Transition.objects.none()}
    moves = Transition.objects.filter(subject_type="contracts.contract", subject_id=contract.pk).order_by("at", "id")
    return {"history": contract_entries(actor, contract.pk), "moves": moves}


@login_required
def version_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One version: its text, hash and file."""
    actor = actor_of(request)
    version = get_visible(actor, queries.version_rows(), pk)
    describe(actor, version.contract, [version], names_shown(actor, version.contract))
    amendment = visible(actor, amendment_rows().filter(version=version)).exclude(state="withdrawn").first()
    is_next = version.state == "draft" and version.contract.state in ("executed", "active", "renewed")
    context = {
        **reading(actor, version),
        "contract": version.contract,
        "amendment": amendment,
        "can_propose": is_next and amendment is None and can(actor, "contracts.propose_amendment", version),
        "others": queries.versions(actor, version.contract).exclude(pk=version.pk),
        "note": note_for(actor, version),
        "history": history_for(actor, version),
        "crumbs": [
            (_("Contracts"), reverse("contracts")),
            (version.contract.title, reverse("contract-tab", args=[version.contract_id, "versions"])),
        ],
        "can_finalize": is_next
        and amendment is not None
        and not waited_for(amendment)
        and can(actor, "contracts.finalize_version", version),
    }
    return render(request, "contracts/version_page.html", context)


@login_required
def version_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The very bytes that were uploaded, as a download that no browser opens in place.

    What the other side gets, and what is asked for `as=shared`, says nothing of who wrote it.
    """
    actor = actor_of(request)
    version = get_visible(actor, Version.objects.select_related("blob", "contract", "organization"), pk)
    response = FileResponse(
        file_for(actor, version, as_shared=request.GET.get("as") == "shared"),
        as_attachment=True,
        filename=file_name_for(actor, version),
        content_type=version.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
def passage_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A marked sentence, and what it may become."""
    actor = actor_of(request)
    passage = get_visible(actor, queries.passage_rows(), pk)
    bindings = [
        {"binding": binding, "url": reverse(binding.url_name, args=[passage.pk])}
        for binding in sorted(BINDINGS.values(), key=lambda binding: binding.order)
        if can(actor, binding.verb, passage.version.contract)
    ]
    context = {"passage": passage, "contract": passage.version.contract, "bindings": bindings}
    return render(request, "contracts/passage_page.html", context)


@login_required
def term_trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a term's notice deadline came about."""
    actor = actor_of(request)
    term = get_visible(actor, Term.objects.select_related("contract"), pk)
    context = {
        "trace": term.trace,
        "entries": history_for(actor, term),
        "clause_url": reverse("version", args=[term.version_id]),
        "rests_on": source_of(actor, term),
        "crumbs": [(term.contract.title, reverse("contract-tab", args=[term.contract_id, "terms"]))],
    }
    partial = bool(getattr(request, "htmx", False))
    return render(request, "components/trace_fragment.html" if partial else "components/trace_page.html", context)
