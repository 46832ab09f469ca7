"""The long work of taking published contracts in: each is a verb of its own, and what is wrong with one stops no
other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from clm.documents.blobs import StoredContent, put_content, read_blob
from clm.documents.models import Blob
from clm.jobs.models import Job
from clm.jobs.runner import Progress, job_kind
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.adapters.ocds import MOST_BYTES, NotOcds, Problem, Reading, read_ocds
from contracts.operations.open_contracts.start_open_import import IMPORT, start_open_import
from contracts.operations.open_contracts.take_open_contract import take_open_contract

JSON = "application/json"
FAULTS = {
    "missing": gettext_lazy("This must be there, and is missing."),
    "twice": gettext_lazy("There are two of this identity; the first was taken: %(detail)s"),
    "only_links": gettext_lazy("The record has links to its releases only; nothing is fetched."),
    "no_contract": gettext_lazy("The process has no contract yet: %(detail)s"),
    "award_without_contract": gettext_lazy("No contract was signed under this award, as far as the file says."),
    "award_unknown": gettext_lazy("No award of this identity is in the file: %(detail)s"),
    "suppliers_unclear": gettext_lazy("Which of the suppliers is this contract's, the file does not say."),
    "no_amount": gettext_lazy("This is no amount, and was left out: %(detail)s"),
    "no_currency": gettext_lazy("The amount has no currency, and was left out."),
    "currency_unknown": gettext_lazy("This is no currency (ISO 4217); the amount was left out: %(detail)s"),
    "no_date": gettext_lazy("This is no date, and was left out: %(detail)s"),
    "ends_before_it_starts": gettext_lazy("It ends before it starts; both were left out: %(detail)s"),
    "no_link": gettext_lazy("This is no web address, and was left out: %(detail)s"),
    "too_many": gettext_lazy("These are too many; the first 200 were noted: %(detail)s"),
    "no_list": gettext_lazy("A list belongs here."),
    "and_more": gettext_lazy("And more, which are not listed."),
    "no_object": gettext_lazy("An object belongs here."),
}
WHOLE = {
    "too_large": gettext_lazy("The file is too large: at most 20 MB and 5,000 contracts."),
    "no_json": gettext_lazy("This is no JSON in UTF-8."),
    "no_process": gettext_lazy("No contracting process is in this file: give a release or record package of OCDS."),
}


def request_open_import(actor: Actor, *, content: bytes, file_name: str, ours: str = "") -> Job:
    """A job takes the contracts of the file. Raises Invalid where the file as a whole cannot be read."""
    stored = put_open_file(actor, content)
    return start_open_import(actor=actor, stored=stored, file_name=file_name[:120], ours=ours)


def put_open_file(actor: Actor, content: bytes) -> StoredContent:
    """The file is stored, outside of every transaction. Raises Invalid where it cannot be read as a whole."""
    _read(content)
    return put_content(actor.organization_id, content, JSON)


def _read(content: bytes) -> Reading:
    try:
        return read_ocds(content)
    except NotOcds as refusal:
        message = str(WHOLE[refusal.code])
        raise Invalid(refusal.code, message, fields={"file": [message]}) from refusal


@job_kind(IMPORT, leads_to=gettext_lazy("Look at the contracts"))
def import_open_contracts(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every contract is taken once, however often this runs: what a former run took is unchanged in the next."""
    reading = _read(read_blob(Blob.objects.get(pk=parameters["blob_id"])))
    for problem in reading.problems:
        progress.problem(problem.path, in_words(problem))
    counts = Counter(progress.kept.get("counts", {}))
    for place, facts in enumerate(reading.contracts):
        if place >= progress.at:
            counts[_taken(progress, facts, parameters["ours"])] += 1
            progress.keep(counts=dict(counts))
            progress.report(place + 1, len(reading.contracts), facts.title)
    names = ("added", "changed", "unchanged", "refused")
    found = {name: counts[name] for name in names}
    return {**found, "url": reverse("open-contracts"), "page": reverse("open-contract-import")}


def _taken(progress: Progress, facts: Any, ours: str) -> str:
    try:
        return take_open_contract(actor=progress.actor, facts=facts, ours=ours).outcome
    except DomainError as refusal:
        progress.problem(facts.path, refusal.message)
        return "refused"


def in_words(problem: Problem) -> str:
    return str(FAULTS[problem.code]) % {"detail": problem.detail}


__all__ = ["MOST_BYTES", "import_open_contracts", "in_words", "put_open_file", "request_open_import"]
