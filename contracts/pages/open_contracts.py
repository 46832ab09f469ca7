"""Contracts in the open: their list, taking a file in, giving one out, and publishing a contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.lib.actor import Actor
from clm.pages.lists import Column, Empty, ListPage
from contracts.access.open_contracts import VIEW
from contracts.adapters.ocds_writing import RECORD, RELEASE
from contracts.models import Contract, OpenContract, OpenPublisher
from contracts.operations.open_contracts.export_open_contracts import export_open_contracts
from contracts.operations.open_contracts.publish_contract import publish_contract, withdraw_publication
from contracts.operations.open_contracts.set_publisher import FIELDS, set_publisher
from contracts.operations.open_contracts.take_open_contract import BUYER, SUPPLIER, VERB
from contracts.pages.steps import tried
from contracts.papers.open_contracts import MOST_BYTES, request_open_import
from contracts.queries.open_contracts import open_rows


class OpenContractFilter(django_filters.FilterSet):
    published = django_filters.BooleanFilter(
        label=gettext_lazy("Published"), field_name="published_at", lookup_expr="isnull", exclude=True
    )
    read = django_filters.BooleanFilter(
        label=gettext_lazy("Read from a publication"), field_name="read_at", lookup_expr="isnull", exclude=True
    )


@method_decorator(login_required, name="dispatch")
class OpenContractList(ListPage):
    key = "open-contracts"
    title = gettext_lazy("Open contracting")
    subtitle = gettext_lazy("Contracts that were read from a publication, and those that you publish")
    verb = VIEW
    filterset_class = OpenContractFilter
    search_fields = ("ocid", "key", "contract__title", "contract__reference")
    default_sort = "-published_at"
    actions_template = "contracts/open_list_actions.html"
    columns = (
        Column(
            "reference", gettext_lazy("Reference"), "contract.reference", kind="code", sort=("contract__reference",)
        ),
        Column("title", gettext_lazy("Title"), "contract.title", main=True, sort=("contract__title",)),
        Column("ocid", gettext_lazy("Process (ocid)"), kind="code", sort=("ocid",)),
        Column(
            "value",
            gettext_lazy("Value"),
            "contract.value_amount",
            kind="money",
            currency="contract.currency",
            sort=("contract__currency", "contract__value_amount"),
        ),
        Column("published_at", gettext_lazy("Published"), kind="instant", sort=("published_at",)),
        Column("read_at", gettext_lazy("Read"), kind="instant", sort=("read_at",)),
    )
    empty = Empty(
        title=gettext_lazy("No contract in the open yet"),
        hint=gettext_lazy("Import a release or record package, or publish a signed contract from its facts."),
        icon="send",
    )

    def rows(self) -> QuerySet[OpenContract]:
        return open_rows(self.actor)

    def url_of(self, row: OpenContract) -> str:
        return row.get_absolute_url()

    def extra_context(self) -> Mapping[str, Any]:
        publisher = visible(self.actor, OpenPublisher.objects.all()).first()
        return {
            "publisher": publisher,
            "can_import": can(self.actor, VERB),
            "can_export": publisher is not None and can(self.actor, "contracts.export_open_contracts"),
            "can_set_publisher": can(self.actor, "contracts.set_publisher"),
            "forms": [(RELEASE, _("Releases")), (RECORD, _("Records"))],
        }


class OpenImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("JSON: a release or record package of OCDS 1.1, up to 20 MB and 5,000 contracts."),
    )
    ours = forms.ChoiceField(
        label=gettext_lazy("Our side"),
        required=False,
        choices=[
            ("", gettext_lazy("None: these are contracts of others")),
            (BUYER, gettext_lazy("We are the buyer")),
            (SUPPLIER, gettext_lazy("We are the supplier")),
        ],
        help_text=gettext_lazy("Of all contracts in the file."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("A file has at most 20 MB."))
        return file


class PublisherForm(forms.Form):
    prefix = forms.CharField(  # type: ignore[assignment]
        label=gettext_lazy("Prefix of your processes"),
        max_length=24,
        help_text=gettext_lazy("As the Open Contracting Partnership registered it for you: ocds- and six characters."),
    )
    name = forms.CharField(label=gettext_lazy("Name of the publisher"), max_length=200)
    uri = forms.CharField(label=gettext_lazy("Web address"), max_length=300, required=False)
    license_url = forms.CharField(
        label=gettext_lazy("Licence of the data"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("The address of the licence under which others may use the data."),
    )


@login_required
def open_import(request: HttpRequest) -> HttpResponse:
    """A file is taken in by a job."""
    actor = actor_of(request)
    require(actor, VERB)
    form = OpenImportForm(request.POST, request.FILES) if request.method == "POST" else OpenImportForm()
    found: dict[str, Any] = {}

    def put(given: dict[str, Any]) -> None:
        file = given["file"]
        found["job"] = request_open_import(actor, content=file.read(), file_name=file.name, ours=given["ours"])

    tried(form, put)
    if "job" in found:
        return redirect("job", pk=found["job"].pk)
    return _form_page(request, form, _("Import published contracts"), _("Import"))


@login_required
def publisher(request: HttpRequest) -> HttpResponse:
    """Under which name the organization publishes."""
    actor = actor_of(request)
    require(actor, "contracts.set_publisher")
    row = visible(actor, OpenPublisher.objects.all()).first()
    initial = {name: getattr(row, name) for name in FIELDS} if row else {}
    form = PublisherForm(request.POST if request.method == "POST" else None, initial=initial)
    found: dict[str, Any] = {}

    def put(given: dict[str, Any]) -> None:
        found["publisher"] = set_publisher(actor=actor, **given)

    tried(form, put)
    if "publisher" in found:
        messages.success(request, _("Saved."))
        return redirect("open-contracts")
    return _form_page(request, form, _("Publisher"), _("Save"))


def _form_page(request: HttpRequest, form: forms.BaseForm, title: str, label: str) -> HttpResponse:
    back = reverse("open-contracts")
    context = {"form": form, "title": title, "submit_label": label, "cancel_url": back}
    context["crumbs"] = [(_("Open contracting"), back)]
    return render(request, "contracts/open_form.html", context, status=400 if form.is_bound else 200)


@login_required
@require_POST
def open_export(request: HttpRequest) -> HttpResponse:
    """The package of what is published. A POST, because the export is itself recorded."""
    made = export_open_contracts(actor=actor_of(request), form=request.POST.get("form", ""))
    response = HttpResponse(made.content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{made.form}-package.json"'
    return response


class PublishForm(forms.Form):
    our_role = forms.ChoiceField(
        label=gettext_lazy("Our side"),
        required=False,
        choices=[(BUYER, gettext_lazy("We are the buyer")), (SUPPLIER, gettext_lazy("We are the supplier"))],
        help_text=gettext_lazy("As it was read, where it was read from a publication."),
    )
    with_description = forms.BooleanField(label=gettext_lazy("The description goes out, too"), required=False)

    def clean_our_role(self) -> str:
        return self.cleaned_data["our_role"] or BUYER


@login_required
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What would go out is named, and a person says whether the description does."""
    actor = actor_of(request)
    contract = get_visible(actor, Contract.objects.defer("search"), pk)
    require(actor, "contracts.publish_contract", contract)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: publish_contract(actor=actor, contract_id=pk, **given)):
        messages.success(request, _("Published: it goes out with the next export."))
        return redirect(_facts(pk))
    context = {"form": form, "title": _("Publish"), "submit_label": _("Publish"), "cancel_url": _facts(pk)}
    context |= {"contract": contract, "crumbs": [(contract.title, _facts(pk))]}
    return render(request, "contracts/open_publish.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    withdraw_publication(actor=actor_of(request), contract_id=pk)
    messages.success(request, _("Withdrawn: it goes out no more."))
    return redirect(_facts(pk))


def _facts(pk: UUID) -> str:
    return reverse("contract-tab", args=[pk, "facts"])


def opened_facts(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What the facts of a contract say of its publication."""
    row = visible(actor, OpenContract.objects.filter(contract=contract)).first()
    may_publish = not contract.is_confidential and can(actor, "contracts.publish_contract", contract)
    return {
        "opened": row,
        "can_publish": may_publish and (row is None or row.published_at is None),
        "can_withdraw": row is not None and can(actor, "contracts.withdraw_publication", contract),
    }
