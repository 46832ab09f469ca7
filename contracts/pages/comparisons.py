"""What is compared: two versions on the page and as papers, and a version with a file that is not kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.documents.blobs import open_blob
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts import queries
from contracts.models import Contract, Version
from contracts.pages.forms import CompareFileForm, CompareForm, ComparisonPaperForm
from contracts.papers import read_paper
from contracts.papers.comparisons import PaperForm, comparison_blob, request_comparison, request_file_comparison
from contracts.papers.reader import comparison_of, comparison_with


@login_required
def version_compare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two versions of one contract, clause by clause."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    form = CompareForm(queries.versions(actor, contract), request.GET)
    if not form.is_valid():
        return redirect("contract-tab", pk=contract.pk, key="versions")
    old, new = form.cleaned_data["old"], form.cleaned_data["new"]
    compared = comparison_of(old, new)
    if not request.GET.get("all"):
        compared["changes"] = _differing(compared)
    may_print = can(actor, "contracts.request_comparison", contract)
    context = {"old": old, "new": new, "may_print": may_print, **compared, **_around(actor, contract)}
    return render(request, "contracts/compare_page.html", context)


@login_required
@require_POST
def version_compare_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A version and an uploaded file, clause by clause. The file is read and let go."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    form = CompareFileForm(queries.versions(actor, contract), request.POST, request.FILES)
    context: dict[str, Any] = _around(actor, contract) | {"file_form": form}
    if form.is_valid():
        version, file = form.cleaned_data["version"], form.cleaned_data["file"]
        if request.POST.get("form") in PaperForm.values:
            return _paper_of_file(request, version, file)
        try:
            compared = comparison_with(version, read_paper(file.read(), file.name))
        except Invalid as refusal:
            form.add_error("file", refusal.message)
        else:
            shown = {"old": version, "file_name": file.name, "summary": compared["summary"]}
            context |= shown | {"changes": _differing(compared)}
    return render(request, "contracts/compare_file_page.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def version_compare_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two versions as a Word redline or a PDF, made by a job."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.request_comparison", contract)
    form = ComparisonPaperForm(queries.versions(actor, contract), request.POST)
    if not form.is_valid():
        return redirect("contract-tab", pk=contract.pk, key="versions")
    given = form.cleaned_data
    job = request_comparison(actor, old_id=given["old"].pk, new_id=given["new"].pk, form=given["form"])
    return redirect("job", pk=job.pk)


@login_required
@require_GET
def comparison_paper(request: HttpRequest, pk: UUID, paper_id: UUID) -> FileResponse:
    """The paper itself."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    blob, name = comparison_blob(actor, contract, paper_id)
    return FileResponse(open_blob(blob), content_type=blob.media_type, as_attachment=True, filename=name)


def _paper_of_file(request: HttpRequest, version: Version, file: UploadedFile) -> HttpResponse:
    """The comparison as a Word redline or a PDF, made by a job."""
    job = request_file_comparison(
        actor_of(request),
        version_id=version.pk,
        content=file.read(),
        file_name=file.name or "",
        form=request.POST["form"],
    )
    return redirect("job", pk=job.pk)


def _differing(compared: dict[str, Any]) -> list[dict[str, Any]]:
    return [change for change in compared["changes"] if change["kind"] != "same"]


def _around(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The contract, the form for a file, and the way back."""
    versions = reverse("contract-tab", args=[contract.pk, "versions"])
    return {
        "contract": contract,
        "file_form": CompareFileForm(queries.versions(actor, contract)),
        "file_may_print": can(actor, "contracts.request_file_comparison", contract),
        "crumbs": [(_("Contracts"), reverse("contracts")), (contract.title, versions)],
    }
