"""Where an organization says what it wants to know of its contracts."""

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
from clm.pages.lists import Column, Empty, ListPage
from contracts.access.custom_fields import VIEW
from contracts.models import CustomField, CustomValue
from contracts.models.contract import Category
from contracts.operations.custom_fields.change_custom_field import change_custom_field
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.custom_fields.retire_custom_field import reinstate_custom_field, retire_custom_field
from contracts.pages import custom_field_forms as shapes
from contracts.pages.steps import form_page, tried
from contracts.queries.custom_fields import fields

DEFINE, CHANGE, RETIRE = (f"contracts.{verb}_custom_field" for verb in ("define", "change", "retire"))


def types_in_words(field: CustomField) -> str:
    return ", ".join(str(Category(each).label) for each in field.categories) or _("every type")


@method_decorator(login_required, name="dispatch")
class CustomFieldList(ListPage):
    key = "custom-fields"
    title = gettext_lazy("Own fields")
    subtitle = gettext_lazy("What contracts are asked for beyond the facts that every contract has.")
    verb = VIEW
    search_fields = ("label", "key")
    default_sort = "position"
    actions_template = "contracts/custom_field_list_actions.html"
    empty = Empty(
        title=gettext_lazy("No own fields yet"),
        hint=gettext_lazy(
            "A cost centre, a project, whether personal data is processed: define what you need to find."
        ),
        icon="forms",
        action_label=gettext_lazy("Define a field"),
        action_url="/contracts/custom-fields/new/",
        action_verb=DEFINE,
    )
    columns = (
        Column("label", gettext_lazy("Label"), main=True, sort=("label",)),
        Column("key", gettext_lazy("Key"), kind="code", sort=("key",)),
        Column("kind", gettext_lazy("Type"), lambda row: row.get_kind_display(), sort=("kind",)),
        Column("categories", gettext_lazy("For types"), types_in_words),
        Column("required", gettext_lazy("Must be given"), lambda row: _("Yes") if row.is_required else _("No")),
        Column("position", gettext_lazy("Order"), kind="number", sort=("position", "label")),
        Column("retired", gettext_lazy("Retired"), "retired_at", kind="instant", sort=("retired_at",)),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, CustomField.objects.all())

    def extra_context(self) -> dict[str, Any]:
        return {"can_add": can(self.actor, DEFINE)}


@login_required
@require_GET
def custom_field_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A definition, and how many of the contracts that the person sees have a value."""
    actor = actor_of(request)
    field = get_visible(actor, fields(), pk)
    used = visible(actor, CustomValue.objects.filter(field=field))
    context = {
        "field": field,
        "types": types_in_words(field),
        "number": used.aggregate(number=Count("contract", distinct=True))["number"],
        "can_change": can(actor, CHANGE, field),
        "can_retire": can(actor, RETIRE, field),
        "history": entries_of(field),
        "crumbs": [(_("Own fields"), reverse("custom-fields"))],
    }
    return render(request, "contracts/custom_field_page.html", context)


@login_required
def custom_field_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, DEFINE)
    form = shapes.NewCustomFieldForm(request.POST or None)
    if tried(form, lambda given: define_custom_field(actor=actor, **given)):
        messages.success(request, _("Contracts are asked for it now."))
        return redirect("custom-fields")
    return form_page(request, form, title=_("Define a field"), submit=_("Define"), back=reverse("custom-fields"))


@login_required
def custom_field_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    field = get_visible(actor, fields(), pk)
    require(actor, CHANGE, field)
    initial = {name: getattr(field, name) for name in shapes.CustomFieldForm.base_fields}
    form = shapes.CustomFieldForm(request.POST or None, initial=initial | {"choices": "\n".join(field.choices)})
    if tried(form, lambda given: change_custom_field(actor=actor, field_id=pk, **given)):
        return redirect("custom-field", pk=pk)
    return form_page(request, form, title=field.label, submit=_("Save"), back=field.get_absolute_url())


@login_required
@require_POST
def custom_field_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    retire_custom_field(actor=actor_of(request), field_id=pk)
    return redirect("custom-field", pk=pk)


@login_required
@require_POST
def custom_field_reinstate(request: HttpRequest, pk: UUID) -> HttpResponse:
    reinstate_custom_field(actor=actor_of(request), field_id=pk)
    return redirect("custom-field", pk=pk)
