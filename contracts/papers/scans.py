"""A version that is a scan is read later, once the machine can: its words become a version of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import can, get_visible, require
from clm.documents.blobs import read_blob
from clm.documents.extraction import PDF, Refused
from clm.documents.ocr import check_installed, missing_programs, recognized
from clm.jobs.models import Job
from clm.jobs.runner import Progress, job_kind, start_job
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.models import Terms, Version
from contracts.operations.add_version import add_version
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, put_paper, read_paper, terms_facts

ADD = "contracts.add_version"
RECOGNIZE = "contracts.recognize_version"


def is_scan(version: Version) -> bool:
    return version.media_type == PDF and "no_text" in version.warnings


def scan_of(actor: Actor, version: Version) -> dict[str, Any]:
    """What the page says of a scan: which programs are missing, or where it is read. Nothing of other documents."""
    if not is_scan(version):
        return {}
    may = can(actor, ADD, version.contract) and _is_newest(version)
    url = reverse("version-recognize", args=[version.pk]) if may else ""
    return {"missing": " ".join(missing_programs()), "url": url}


def request_recognition(actor: Actor, *, version_id: UUID) -> Job:
    """A job recognizes the words of a scan. Raises DomainError `ocr_missing`, `no_scan`, `not_newest`."""
    version = get_visible(actor, Version.objects.select_related("contract"), version_id)
    require(actor, ADD, version.contract)
    if not is_scan(version):
        raise DomainError("no_scan", _("This version has its text."))
    if not _is_newest(version):
        raise DomainError("not_newest", _("There is a newer version."))
    check_installed()
    title = _("Read the scan of %(reference)s") % {"reference": version.contract.reference}
    parameters = {"version_id": version.pk}
    return start_job(actor, kind=RECOGNIZE, title=title, parameters=parameters, subject=version.contract)


def _is_newest(version: Version) -> bool:
    return not Version.objects.filter(contract=version.contract_id, number__gt=version.number).exists()


@job_kind(RECOGNIZE, leads_to=gettext_lazy("Open the version"))
def recognize_version(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The next version is the same paper with its words, and the same terms: what was filed stays as it is."""
    scan = Version.objects.select_related("blob").get(pk=parameters["version_id"])
    made = Version.objects.filter(contract=scan.contract_id, number__gt=scan.number).order_by("number").first()
    if made is None:
        message = _("Reading the scan")
        progress.report(0, 2, message)
        try:
            content = recognized(read_blob(scan.blob), lambda: progress.report(0, 2, message))
        except Refused as refusal:
            raise Invalid(refusal.code, refusal.message) from refusal
        paper = put_paper(progress.actor, read_paper(content, scan.file_name))
        progress.report(1, 2)
        made = _add(progress.actor, scan, paper)
    progress.report(2, 2)
    return {"url": reverse("version", args=[made.pk]), "version": made.number}


@transaction.atomic
def _add(actor: Actor, scan: Version, paper: Paper) -> Version:
    note = _("The words of version %(number)s, recognized on its pictures.") % {"number": scan.number}
    version = add_version(actor=actor, contract_id=scan.contract_id, paper=paper, note=note)
    terms = terms_facts(Terms.objects.filter(version=scan).first())
    if terms is not None:
        set_terms(actor=actor, version_id=version.pk, terms=terms)
    return version
