"""The library's pages: the list, a template, what is done with it, and drafting from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.documents.blobs import open_blob
from clm.documents.extraction import DOCX
from clm.lib.actor import Actor
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.adapters.template_metadata import read_metadata
from contracts.models import Contract, Template, TemplateVersion
from contracts.models.contract import Category
from contracts.operations.templates.add_template_version import add_template_version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.change_template import change_template, newest_change
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.operations.templates.retire_template import retire_template
from contracts.pages import template_forms as shapes
from contracts.pages.questions import asked_with, said_of_questions, shown_questions
from contracts.pages.steps import form_page, tried
from contracts.queries import templates as template_library
from contracts.queries.compositions import newer_words
from contracts.queries.templates import (
    TemplateFile,
    composition_in,
    questions_of,
    read_template,
    standing_of,
    template_rows,
    version_in_use,
)
from contracts.states import TemplateState


class TemplateFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=TemplateState.choices, label=gettext_lazy("State"))
    category = django_filters.ChoiceFilter(choices=Category.choices, label=gettext_lazy("Type"))
    risk = django_filters.ChoiceFilter(choices=Template.Risk.choices, label=gettext_lazy("Risk"))
    review = django_filters.ChoiceFilter(
        choices=[("overdue", gettext_lazy("Overdue")), ("soon", gettext_lazy("Within 30 days"))],
        label=gettext_lazy("Review"), method="by_review",
    )  # fmt: skip

    def by_review(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return template_library.review_overdue(rows) if value == "overdue" else template_library.review_near(rows)


@method_decorator(login_required, name="dispatch")
class TemplateList(ListPage):
    key = "templates"
    title = gettext_lazy("Templates")
    verb = "contracts.view_template"
    filterset_class = TemplateFilter
    search_fields = ("name", "description")
    default_sort = "name"
    actions_template = "contracts/template_list_actions.html"
    empty = Empty(
        title=gettext_lazy("No templates yet"),
        hint=gettext_lazy("Write the first one, or import it: a Word document and its fields."),
        icon="file-text",
    )
    columns = (
        Column("name", gettext_lazy("Template"), main=True, sort=("name",)),
        Column("category", gettext_lazy("Type"), lambda row: Category(row.category).label, sort=("category",)),
        Column("risk", gettext_lazy("Risk"), lambda row: Template.Risk(row.risk).label, sort=("risk",)),
        Column("state", gettext_lazy("State"), kind="state", domain="template", sort=("state",)),
        Column("in_use", gettext_lazy("Version in use"), "number_in_use", kind="number"),
        Column("versions", gettext_lazy("Versions"), "number_of_versions", kind="number", visible=False),
        Column(
            "review_on", gettext_lazy("Review"), sort=("review_on",), template="contracts/template_review_cell.html"
        ),
        Column("owner", gettext_lazy("Owner"), lambda row: str(row.owner), sort=("owner__name",)),
    )  # fmt: skip

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, template_rows())

    def url_of(self, row: Template) -> str:
        return reverse("template", args=[row.pk])

    def extra_context(self) -> dict[str, Any]:
        may = {"can_import": "contracts.import_template", "can_compose": "contracts.compose_template"}
        return {name: can(self.actor, verb) for name, verb in may.items()}


def _template_for(request: HttpRequest, pk: UUID, verb: str) -> tuple[Actor, Template]:
    actor = actor_of(request)
    template = get_visible(actor, Template.objects.select_related("owner", "organization"), pk)
    require(actor, verb, template)
    return actor, template


@login_required
def template_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A template: its questions, versions and history."""
    actor, template = _template_for(request, pk, "contracts.view_template")
    versions = list(template_library.version_rows().filter(template=template).order_by("-number"))
    used = next((version for version in versions if version.approved_at), None)
    is_live = template.state != TemplateState.RETIRED
    standing = standing_of(versions[0])
    questions = shown_questions(questions_of(versions[0]), standing)
    context = {
        "template": template,
        "versions": versions,
        "newest": versions[0],
        "used": used if template.state == TemplateState.APPROVED else None,
        "questions": questions,
        **said_of_questions(questions, standing),
        **_composed(versions[0]),
        "history": entries_of(template),
        "crumbs": [(_("Templates"), reverse("templates"))],
        "can_approve": is_live and can(actor, "contracts.approve_template", template),
        "can_change": is_live and can(actor, "contracts.change_template", template),
        "can_retire": is_live and can(actor, "contracts.retire_template", template),
        "can_add_version": is_live and can(actor, "contracts.add_template_version", template),
        "can_compose": is_live and can(actor, "contracts.recompose_template", template),
        "can_draft": can(actor, "contracts.draft_from_template"),
        "can_ask": can(actor, "contracts.submit_request"),
    }
    return render(request, "contracts/template_page.html", context)


def _composed(newest: TemplateVersion) -> dict[str, Any]:
    """What a version that was written here says, and what the library says newer; nothing for a Word document."""
    composition = composition_in(newest)
    if composition is None:
        return {"composition": None}
    newer = newer_words(composition)
    return {
        "composition": composition,
        "newer": newer,
        "can_take_over": any(row.position for row in newer),
    }


def _read(given: dict[str, Any]) -> TemplateFile:
    """The files of the form, read; what was given of them is taken out of the rest."""
    metadata, file = given.pop("metadata"), given.pop("file")
    rules = [given.pop(name) for name in ("selections", "replacements")]
    said = read_metadata(metadata.read(), *[rule.read() if rule else b"" for rule in rules])
    return read_template(file.read(), file.name, said)


@login_required
def template_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "contracts.import_template")
    form = shapes.TemplateForm(request.POST or None, request.FILES or None, initial={"owner_id": str(actor.user_id)})
    made: dict[str, Template] = {}

    def put(given: dict[str, Any]) -> None:
        facts = dict(given)
        made["template"] = import_template(actor=actor, file=_read(facts), **facts)

    if tried(form, put):
        messages.success(request, _("The template is in the library. It can be used once it is approved."))
        return redirect("template", pk=made["template"].pk)
    return form_page(request, form, title=_("Import a template"), submit=_("Import"), back=reverse("templates"))


@login_required
def template_version_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, template = _template_for(request, pk, "contracts.add_template_version")
    form = shapes.TemplateVersionForm(request.POST or None, request.FILES or None)

    def put(given: dict[str, Any]) -> None:
        facts = dict(given)
        add_template_version(actor=actor, template_id=template.pk, file=_read(facts), **facts)

    if tried(form, put):
        messages.success(request, _("The version is in the library. It is used once it is approved."))
        return redirect("template", pk=pk)
    title = _("Add a version of %s") % template.name
    return form_page(request, form, title=title, submit=_("Add the version"), back=reverse("template", args=[pk]))


@login_required
@require_POST
def template_approve(request: HttpRequest, pk: UUID, version_id: UUID) -> HttpResponse:
    """The version that the person saw, or a refusal where there is a newer one."""
    template = approve_template(actor=actor_of(request), template_id=pk, version_id=version_id)
    messages.success(request, _("Approved. Its review is due on %s.") % template.review_on)
    return redirect("template", pk=pk)


@login_required
def template_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, template = _template_for(request, pk, "contracts.change_template")
    newest = newest_change(template)
    template.refresh_from_db()  # what is shown is no older than what is said to be seen
    initial = {name: getattr(template, name) for name in ("name", "description", "category", "risk")}
    initial |= {"owner_id": str(template.owner_id), "seen": newest.pk if newest else None}
    form = shapes.TemplateFactsForm(request.POST or None, initial=initial)
    if tried(form, lambda given: change_template(actor=actor, template_id=pk, **given)):
        messages.success(request, _("Saved."))
        return redirect("template", pk=pk)
    title, back = _("Change the facts of %s") % template.name, reverse("template", args=[pk])
    return form_page(request, form, title=title, submit=_("Save"), back=back)


@login_required
def template_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, template = _template_for(request, pk, "contracts.retire_template")
    form = shapes.RetirementForm(request.POST or None)
    if tried(form, lambda given: retire_template(actor=actor, template_id=pk, **given)):
        messages.success(request, _("The template is retired."))
        return redirect("template", pk=pk)
    effect = _("No further contract is drafted from it. Contracts that were stay as they are.")
    title, back = _("Retire %s") % template.name, reverse("template", args=[pk])
    return form_page(request, form, title=title, submit=_("Retire"), effect=effect, back=back)


@login_required
def template_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The questionnaire of the version in use; what was typed stays where an answer is refused."""
    actor, template = _template_for(request, pk, "contracts.view_template")
    require(actor, "contracts.draft_from_template")
    version = version_in_use(template)
    if version is None:
        messages.error(request, _("No version of this template is approved for use."))
        return redirect("template", pk=pk)
    form, questions = asked_with(request, shapes.DraftForm, questions_of(version))
    made: dict[str, Contract] = {}

    def draft(answers: dict[str, Any]) -> None:
        title = form.cleaned_data["title"]
        made["contract"] = draft_from_template(
            actor=actor, template_version_id=version.pk, answers=questions.answers(), title=title
        )

    if form.is_valid() and tried(questions, draft):
        messages.success(request, _("The draft is made: here is its text."))
        return redirect("contract", pk=made["contract"].pk)
    context = {"form": form, "questions": questions, "template": template, "version": version}
    context["crumbs"] = [(_("Templates"), reverse("templates")), (template.name, reverse("template", args=[pk]))]
    return render(request, "contracts/template_draft_page.html", context, status=400 if form.is_bound else 200)


@login_required
def template_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The template's very bytes, as a download that no browser opens in place."""
    version = get_visible(actor_of(request), template_library.version_rows(), pk)
    response = FileResponse(open_blob(version.blob), as_attachment=True, filename=version.file_name, content_type=DOCX)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
def version_print(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A contract's version as a PDF."""
    actor = actor_of(request)
    version = get_visible(actor, queries.version_rows(), pk)
    content = template_library.print_version(version, hashes=can(actor, VIEW_INSIDE))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{version.contract.reference}-v{version.number}.pdf"'
    return response
