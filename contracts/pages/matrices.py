"""The matrix of approvals: its rows, what they would have asked for in the past, and switching it on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.pages.lists import Column, Empty, ListPage
from contracts.access.approvals import VIEW_MATRIX
from contracts.models import Matrix, Rule
from contracts.operations.matrices.activate_matrix import activate_matrix
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.change_rule import change_rule
from contracts.operations.matrices.create_matrix import create_matrix
from contracts.operations.matrices.remove_rule import remove_rule
from contracts.operations.matrices.retire_matrix import retire_matrix
from contracts.pages.approval_words import asked_of, conditions_of, names_of, times_of
from contracts.pages.matrix_forms import RuleForm, initial_of
from contracts.pages.steps import tried
from contracts.queries.routing import active_matrix, rule_rows, tried_on
from contracts.states import MatrixState


@method_decorator(login_required, name="dispatch")
class MatrixList(ListPage):
    key = "matrices"
    title = gettext_lazy("Who approves what")
    subtitle = gettext_lazy("The rules are edited as a draft, tried on past contracts, then switched on")
    verb = VIEW_MATRIX
    default_sort = "-number"
    actions_template = "contracts/matrix_list_actions.html"
    empty = Empty(
        title=gettext_lazy("No rules yet"),
        hint=gettext_lazy("Without rules every text is approved as soon as somebody asks. Begin a matrix of rules."),
        icon="list-check",
    )
    columns = (
        Column("matrix", gettext_lazy("Matrix"), str, main=True, sort=("number",)),
        Column("state", gettext_lazy("State"), kind="state", domain="matrix", sort=("state",)),
        Column("rules", gettext_lazy("Rules"), "rule_count", kind="number"),
        Column("note", gettext_lazy("What changes"), "note"),
        Column("since", gettext_lazy("Active since"), "activated_at", kind="instant"),
        Column("until", gettext_lazy("Active until"), "retired_at", kind="instant"),
        Column("number", gettext_lazy("Number"), kind="number", sort=("number",), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, Matrix.objects.annotate(rule_count=Count("rules")))

    def extra_context(self) -> dict[str, Any]:
        return {"can_create": can(self.actor, "contracts.create_matrix"), "active": active_matrix()}


def _shown(rule: Rule, names: dict[str, str]) -> dict[str, Any]:
    return {
        "rule": rule,
        "conditions": conditions_of(rule, names),
        "asked": asked_of(rule),
        "times": times_of(rule),
    }


def _rules(matrix: Matrix) -> list[dict[str, Any]]:
    rules = list(rule_rows(matrix))
    names = names_of(str(pk) for rule in rules for pk in (*rule.parties, *rule.departments))
    return [_shown(rule, names) for rule in rules]


@login_required
@require_GET
def matrix_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows of a matrix; of a draft each can be changed."""
    actor = actor_of(request)
    matrix = get_visible(actor, Matrix.objects.select_related("activated_by", "created_by"), pk)
    require(actor, VIEW_MATRIX, matrix)
    is_draft = matrix.state == MatrixState.DRAFT
    active = active_matrix()
    context = {
        "matrix": matrix,
        "rules": _rules(matrix),
        "can_edit": is_draft and can(actor, "contracts.change_rule", matrix),
        "can_activate": is_draft and can(actor, "contracts.activate_matrix", matrix),
        "can_retire": matrix.state != MatrixState.RETIRED and can(actor, "contracts.retire_matrix", matrix),
        "can_create": can(actor, "contracts.create_matrix"),
        "effect": _activation(matrix, active),
        "activate_url": reverse("matrix-activate", args=[pk]),
        "retire_url": reverse("matrix-retire", args=[pk]),
        "retire_label": _("Put aside") if is_draft else _("Switch off"),
        "retire_effect": _("The draft is not used.")
        if is_draft
        else _("No rules are active any more: every text is approved as soon as somebody asks."),
        "active": active,
        "history": entries_of(matrix),
        "crumbs": [(_("Approvals"), reverse("approvals")), (_("Who approves what"), reverse("matrices"))],
    }
    return render(request, "contracts/matrix_page.html", context)


def _activation(matrix: Matrix, active: Matrix | None) -> str:
    """What switching it on does."""
    if active is None:
        return _("From now on texts are approved by these rules. What is asked already stays as it was asked.")
    words = {"number": active.number}
    return (
        _("From now on texts are approved by these rules instead of matrix %(number)s. What is asked already stays.")
        % words
    )


@login_required
@require_GET
def matrix_trial(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The newest contracts as this matrix would route them, beside the active one."""
    actor = actor_of(request)
    matrix = get_visible(actor, Matrix.objects.all(), pk)
    require(actor, VIEW_MATRIX, matrix)
    found = tried_on(actor, matrix)
    context = {
        "matrix": matrix,
        "active": active_matrix(),
        "tried": sorted(found, key=lambda each: not each.differs),
        "differing": sum(each.differs for each in found),
        "crumbs": [(_("Who approves what"), reverse("matrices")), (str(matrix), matrix.get_absolute_url())],
    }
    return render(request, "contracts/matrix_trial.html", context)


@login_required
@require_POST
def matrix_new(request: HttpRequest) -> HttpResponse:
    """A draft, with the rules of the matrix that `copy_of` names."""
    actor = actor_of(request)
    require(actor, "contracts.create_matrix")
    source = request.POST.get("copy_of", "")
    found = get_visible(actor, Matrix.objects.all(), source) if source else None
    matrix = create_matrix(actor=actor, copy_of=found.pk if found else None)
    messages.success(request, _("A draft is begun: nothing is asked by it before it is switched on."))
    return redirect("matrix", pk=matrix.pk)


@login_required
@require_POST
def matrix_activate(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    matrix = get_visible(actor, Matrix.objects.all(), pk)
    require(actor, "contracts.activate_matrix", matrix)
    replaces = request.POST.get("replaces", "")
    try:
        activate_matrix(actor=actor, matrix_id=pk, replaces=UUID(replaces) if replaces else None)
        messages.success(request, _("These rules are active."))
    except DomainError as refusal:
        _raise_denied(refusal)
        messages.error(request, refusal.message)
    return redirect("matrix", pk=pk)


@login_required
@require_POST
def matrix_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    matrix = get_visible(actor, Matrix.objects.all(), pk)
    require(actor, "contracts.retire_matrix", matrix)
    try:
        retire_matrix(actor=actor, matrix_id=pk)
        messages.success(request, _("These rules are not used any more."))
    except DomainError as refusal:
        _raise_denied(refusal)
        messages.error(request, refusal.message)
    return redirect("matrix", pk=pk)


def _raise_denied(refusal: DomainError) -> None:
    if refusal.status in (403, 404):
        raise refusal


@login_required
def rule_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A further row; `?like=` begins with what another row says."""
    actor = actor_of(request)
    matrix = get_visible(actor, Matrix.objects.all(), pk)
    require(actor, "contracts.add_rule", matrix)
    like = request.GET.get("like", "")
    initial = initial_of(get_visible(actor, Rule.objects.all(), like)) if like else {}
    form = RuleForm(request.POST or None, initial=initial)
    if tried(form, lambda given: add_rule(actor=actor, matrix_id=pk, **form.values())):
        messages.success(request, _("The rule is added."))
        return redirect("matrix", pk=pk)
    return _rule_page(request, form, matrix, _("A rule more"), _("Add the rule"))


@login_required
def rule_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    rule = get_visible(actor, Rule.objects.select_related("matrix"), pk)
    require(actor, "contracts.change_rule", rule)
    form = RuleForm(request.POST or None, initial=initial_of(rule))
    if tried(form, lambda given: change_rule(actor=actor, rule_id=pk, **form.values())):
        messages.success(request, _("Saved."))
        return redirect("matrix", pk=rule.matrix_id)
    return _rule_page(request, form, rule.matrix, rule.name, _("Save"))


def _rule_page(request: HttpRequest, form: RuleForm, matrix: Matrix, title: str, submit: str) -> HttpResponse:
    context = {
        "form": form,
        "matrix": matrix,
        "title": title,
        "submit_label": submit,
        "cancel_url": matrix.get_absolute_url(),
        "crumbs": [(_("Who approves what"), reverse("matrices")), (str(matrix), matrix.get_absolute_url())],
    }
    return render(request, "contracts/rule_page.html", context, status=400 if form.is_bound else 200)


@login_required
@require_POST
def rule_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = actor_of(request)
    rule = get_visible(actor, Rule.objects.all(), pk)
    require(actor, "contracts.remove_rule", rule)
    matrix = remove_rule(actor=actor, rule_id=pk)
    messages.success(request, _("The rule is removed."))
    return redirect("matrix", pk=matrix.pk)
