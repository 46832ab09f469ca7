"""Where the owner of a saved view says whether they are told of what newly matches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from clm.pages.alerts import SOURCES
from clm.pages.models import Alert, SavedView, ViewMatch
from clm.pages.operations.set_view_alert import VERB, set_view_alert

SHOWN = 50


class AlertForm(forms.Form):
    alert = forms.ChoiceField(
        label=gettext_lazy("Tell me of what newly matches"),
        choices=[("", gettext_lazy("Never")), *Alert.choices],
        required=False,
    )
    by_mail = forms.BooleanField(label=gettext_lazy("By mail too"), required=False)


def _own(request: HttpRequest, pk: UUID) -> tuple[Actor, SavedView]:
    actor = actor_of(request)
    view = get_visible(actor, SavedView.objects.all(), pk)
    require(actor, VERB, view)
    return actor, view


@login_required
def view_alert(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What newly matched a view, and when its owner is told."""
    actor, view = _own(request, pk)
    source = SOURCES.get(view.page)
    if source is None:
        raise NotVisible
    initial = {"alert": view.alert or Alert.AT_ONCE, "by_mail": view.alert_by_mail}
    form = AlertForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid() and _set(form, actor, pk):
        messages.success(request, _("Saved."))
        return redirect(f"{source.path}?{view.query or 'all=1'}")
    context = {
        "form": form,
        "view": view,
        "title": _("Alert: %(view)s") % {"view": view.name},
        "submit_label": _("Save"),
        "cancel_url": f"{source.path}?{view.query or 'all=1'}",
        "recent": _recent(actor, view),
        "crumbs": [(view.name, f"{source.path}?{view.query or 'all=1'}")],
    }
    return render(request, "pages/view_alert.html", context, status=400 if form.is_bound else 200)


def _set(form: AlertForm, actor: Actor, pk: UUID) -> bool:
    try:
        set_view_alert(actor=actor, view_id=pk, **form.cleaned_data)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        form.add_error(None, refusal.message)
        return False
    return True


def _recent(actor: Actor, view: SavedView) -> list[tuple[Any, ViewMatch]]:
    """What was told lately and still matches, as far as the owner sees it now."""
    matches = list(ViewMatch.objects.filter(view=view, told_at__isnull=False).order_by("-told_at", "-pk")[:SHOWN])
    rows = SOURCES[view.page].find(actor, QueryDict("")).filter(pk__in=[match.row_id for match in matches])
    found = {row.pk: row for row in rows}
    return [(found[match.row_id], match) for match in matches if match.row_id in found]


@login_required
@require_http_methods(["GET", "POST"])
def view_alert_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the notice's link leads: one button that switches the alert off."""
    actor, view = _own(request, pk)
    if request.method == "POST":
        set_view_alert(actor=actor, view_id=pk, alert="", by_mail=view.alert_by_mail)
        messages.success(request, _("You are not told of “%(view)s” any more.") % {"view": view.name})
        return redirect("inbox")
    context = {
        "form": forms.Form(),
        "title": _("Switch off: %(view)s") % {"view": view.name},
        "submit_label": _("Switch off"),
        "effect": _("You are not told any more of what newly matches. The view stays."),
        "cancel_url": view_url(view),
    }
    return render(request, "pages/view_alert_off.html", context)


def view_url(view: SavedView) -> str:
    source = SOURCES.get(view.page)
    return f"{source.path}?{view.query or 'all=1'}" if source else "/"
