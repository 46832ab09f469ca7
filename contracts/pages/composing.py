"""Templates are written here: the composer, what its buttons do, and the library's newer words taken over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from contracts.models import Template, TemplateVersion
from contracts.operations.templates.compose_template import compose_template
from contracts.operations.templates.recompose_template import recompose_template
from contracts.pages.composition_forms import (
    HeadForm,
    NewTemplateForm,
    NextVersionForm,
    Typed,
    composition_from,
    typed_in,
    typed_of,
)
from contracts.pages.composition_rows import acted, shown
from contracts.pages.meanwhile import put_meanwhile
from contracts.queries.compositions import previewed, questions_from, taken_over
from contracts.queries.templates import composition_in

EMPTY: Mapping[str, Any] = {
    "title": "",
    "questions": [],
    "sections": [{"heading": "", "numbered": True, "clauses": [{"text": ""}]}],
}
PREVIEWS = {"preview": True, "preview-no": False}


class Composer:
    """One request for the page: its rows, and the answer to a button that does something to them."""

    def __init__(self, request: HttpRequest, form: type[HeadForm], begin: Mapping[str, Any], **initial: Any) -> None:
        self.request = request
        self.typed: Typed = typed_in(request.POST) if request.method == "POST" else typed_of(begin)
        self.act = str(request.POST.get("act", ""))
        data = request.POST if request.method == "POST" else None
        self.form = form(data, initial={"title": begin.get("title", ""), **initial})
        self.faults: dict[str, list[str]] = {}

    @property
    def is_sent(self) -> bool:
        """Whether it is to be kept: no button asked for something else."""
        return self.request.method == "POST" and not self.act and self.form.is_valid()

    def composition(self) -> dict[str, Any]:
        return composition_from(self.typed)

    def refuse(self, refusal: DomainError) -> None:
        """What the verb refused, beside its control or above the form."""
        if refusal.status in (403, 404):
            raise refusal
        if put_meanwhile(self.form, refusal):
            return
        rows = ("sections.", "questions.")
        self.faults = {place: texts for place, texts in refusal.fields.items() if place.startswith(rows)}
        for name, texts in refusal.fields.items():
            if name not in self.faults:
                self.form.add_error(name if name in self.form.fields else None, texts)
        if not refusal.fields:
            self.form.add_error(None, refusal.message)

    def answer(self, **more: Any) -> HttpResponse:
        """The page; its rows alone where a button asked for that and scripts run."""
        context: dict[str, Any] = {**more, "focus": acted(self.typed, self.act, self.request.POST)}
        if self.act in PREVIEWS:
            context |= self._preview()
        if self.act:
            self.form = type(self.form)(initial={name: self.form[name].value() for name in self.form.fields})
        rows = shown(self.typed, self.faults, context["focus"])
        context |= {"form": self.form, "rows": rows, "preview_yes": self.act != "preview-no"}
        is_wrong = bool(self.faults or (self.form.is_bound and self.form.errors))
        is_part = bool(self.act and getattr(self.request, "htmx", False))
        name = "contracts/composer_rows.html" if is_part else "contracts/composer_page.html"
        return render(self.request, name, context, status=400 if is_wrong and not self.act else 200)

    def _preview(self) -> dict[str, Any]:
        try:
            found = previewed(self.composition(), yes=PREVIEWS[self.act])
        except Invalid as refusal:
            self.faults = refusal.fields
            return {"preview_refused": True, "focus": "composer-wrong"}
        return {"preview": found, "focus": "composer-preview"}


@login_required
def template_compose(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "contracts.compose_template")
    composer = Composer(request, NewTemplateForm, EMPTY, owner_id=str(actor.user_id))
    if composer.is_sent:
        facts = {name: value for name, value in composer.form.cleaned_data.items() if name != "title"}
        facts["owner_id"] = UUID(facts["owner_id"])
        try:
            template = compose_template(actor=actor, composition=composer.composition(), **facts)
        except DomainError as refusal:
            composer.refuse(refusal)
        else:
            messages.success(request, _("The template is in the library. It is used once it is approved."))
            return redirect("template", pk=template.pk)
    crumbs = [(_("Templates"), reverse("templates"))]
    return composer.answer(heading=_("Write a template"), crumbs=crumbs, cancel_url=reverse("templates"))


@login_required
def template_recompose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The next version; `?from=2` begins with that one's words, else the newest one's."""
    actor, template = _template(request, pk)
    versions = list(TemplateVersion.objects.filter(template=template).order_by("-number"))
    begin = _named(versions, request.GET.get("from", ""))
    composer = Composer(request, NextVersionForm, questions_from(begin), seen=versions[0].number)
    if composer.is_sent:
        facts = {name: composer.form.cleaned_data[name] for name in ("note", "seen")}
        try:
            recompose_template(actor=actor, template_id=pk, composition=composer.composition(), **facts)
        except DomainError as refusal:
            composer.refuse(refusal)
        else:
            messages.success(request, _("The version is in the library. It is used once it is approved."))
            return redirect("template", pk=pk)
    back = reverse("template", args=[pk])
    crumbs = [(_("Templates"), reverse("templates")), (template.name, back)]
    heading = _("Next version of %(name)s") % {"name": template.name}
    return composer.answer(heading=heading, crumbs=crumbs, cancel_url=back, begin=begin, newest=versions[0])


def _template(request: HttpRequest, pk: UUID) -> tuple[Actor, Template]:
    actor = actor_of(request)
    template = get_visible(actor, Template.objects.all(), pk)
    require(actor, "contracts.recompose_template", template)
    return actor, template


def _named(versions: list[TemplateVersion], number: str) -> TemplateVersion:
    """The version with that number, else the newest that was written here, else the newest."""
    if number:
        found = [version for version in versions if str(version.number) == number]
        if not found:
            raise NotVisible
        return found[0]
    return next((version for version in versions if version.composition is not None), versions[0])


@login_required
@require_POST
def template_take_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The newest version again, with the library's newer words: the next version, which waits for approval."""
    actor, template = _template(request, pk)
    newest = TemplateVersion.objects.filter(template=template).latest("number")
    composition = composition_in(newest)
    if composition is None:
        raise NotVisible
    note = _("The library's newer words")
    try:
        recompose_template(
            actor=actor, template_id=pk, composition=taken_over(composition), note=note, seen=newest.number
        )
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(
            request, " ".join([refusal.message, *(text for texts in refusal.fields.values() for text in texts)])
        )
    else:
        messages.success(request, _("The next version has the library's newer words. It is used once it is approved."))
    return redirect("template", pk=pk)
