"""The rows of contracts: papers, parties, terms and marked sentences."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import EVERYONE, INSIDE
from clm.documents.blobs import store_blob
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from contracts.models import Contract, ContractParty, Term, Version
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.set_parties import add_party
from contracts.papers.comparisons import COMPARISON
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.library_of import approved_template, draft_template
from tests.contracts.papers import active_contract, draft_contract, newest, passage_in
from tests.contracts.templates.composed import composed_template

EDITORS = {"legal", "procurement", "administrator", "integration"}
MARKERS = EDITORS | {"account_manager"}
SIGNERS = {"legal", "administrator", "integration"}
ENDERS = {"legal", "administrator"}
LIBRARIANS = {"legal", "administrator", "integration"}

VERB_ROWS = {
    "contracts.view_contract": EVERYONE,
    "contracts.create_contract": EDITORS,
    "contracts.change_contract": EDITORS,
    "contracts.add_version": EDITORS,
    "contracts.finalize_version": SIGNERS,
    "contracts.set_terms": EDITORS,
    "contracts.set_parties": EDITORS,
    "contracts.mark_passage": MARKERS,
    "contracts.record_execution": SIGNERS,
    "contracts.activate_contract": SIGNERS,
    "contracts.decide_renewal": EDITORS,
    "contracts.terminate_contract": ENDERS,
    "contracts.advance_terms": set(),
    "contracts.restrict_contract": ENDERS,
    "contracts.archive_contract": ENDERS,
    "contracts.view_party": INSIDE,
    "contracts.create_party": EDITORS,
    "contracts.change_party": EDITORS,
    "contracts.view_template": INSIDE,
    "contracts.import_template": LIBRARIANS,
    "contracts.add_template_version": LIBRARIANS,
    "contracts.compose_template": LIBRARIANS,
    "contracts.recompose_template": LIBRARIANS,
    "contracts.approve_template": ENDERS,
    "contracts.change_template": ENDERS,
    "contracts.retire_template": ENDERS,
    "contracts.draft_from_template": EDITORS,
    "contracts.remind_template_review": set(),
}


def _draft(cast: Cast) -> Contract:
    return draft_contract(cast["legal"])


def _part(cast: Cast) -> dict[str, Any]:
    contract = create_contract(actor=cast["legal"], title="Hosting")
    party = create_party(actor=cast["legal"], name="Cirrus Hosting GmbH")
    add_party(actor=cast["legal"], contract_id=contract.pk, party_id=party.pk, role="counterparty")
    return {"pk": contract.pk, "part_id": ContractParty.objects.get(contract=contract).pk}


def _term(cast: Cast) -> dict[str, Any]:
    return {"pk": Term.objects.get(contract=active_contract(cast["legal"])).pk}


# What the comparison asks for: the builder puts the version there that it made.
WITH: dict[str, Any] = {"with": ""}
PAPER_ROLES = {"legal", "administrator"}


def _compared(cast: Cast) -> dict[str, Any]:
    version = newest(_draft(cast))
    WITH["with"] = str(version.pk)
    return {"pk": version.pk}


def _template_version(cast: Cast) -> dict[str, Any]:
    return {"pk": approved_template(cast["legal"]).versions.get().pk}


def _template_to_approve(cast: Cast) -> dict[str, Any]:
    template = draft_template(cast["legal"])
    return {"pk": template.pk, "version_id": template.versions.get().pk}


def _compared_paper(cast: Cast) -> dict[str, Any]:
    """A paper that the legal counsel's own job made: nobody else sees that job but administrators."""
    version = newest(_draft(cast))
    blob = store_blob(cast["legal"].organization_id, b"%PDF-1.7", "application/pdf")
    parameters = {"contract_id": version.contract_id, "old_id": version.pk, "new_id": version.pk, "form": "pdf"}
    job = start_job(cast["legal"], kind=COMPARISON, title="Paper", parameters=parameters, subject=version.contract)
    Job.objects.filter(pk=job.pk).update(state="succeeded", result={"paper_id": str(blob.pk)})
    return {"pk": version.pk, "paper_id": blob.pk}


def _contract_paper(cast: Cast) -> dict[str, Any]:
    made = _compared_paper(cast)
    return made | {"pk": Version.objects.get(pk=made["pk"]).contract_id}


BUILDERS = {
    "contract-compared-paper": _compared_paper,
    "contract-paper": _contract_paper,
    "template": lambda cast: {"pk": approved_template(cast["legal"]).pk},
    "template-version": _template_version,
    "composed-version": lambda cast: {"pk": composed_template(cast["legal"]).versions.get().pk},
    "composed-template": lambda cast: {"pk": composed_template(cast["legal"]).pk},
    "template-to-approve": _template_to_approve,
    "contract-compared": _compared,
    "contract": lambda cast: {"pk": _draft(cast).pk},
    "contract-active": lambda cast: {"pk": active_contract(cast["legal"]).pk},
    "contract-tab": lambda cast: {"pk": _draft(cast).pk, "key": "versions"},
    "contract-part": _part,
    "contract-version": lambda cast: {"pk": newest(_draft(cast)).pk},
    "contract-passage": lambda cast: {"pk": passage_in(cast["legal"], _draft(cast)).pk},
    "contract-term": _term,
    "contract-side": lambda cast: {"pk": create_party(actor=cast["legal"], name="Cirrus Hosting GmbH").pk},
}

PAGE_ROWS = [
    Route("contracts", "GET", EVERYONE),
    Route("contract-new", "GET", EDITORS),
    Route("contract-new", "POST", EDITORS, data={"title": ""}),
    Route("parties", "GET", INSIDE),
    Route("party", "GET", INSIDE, key="contract-side"),
    Route("party-edit", "GET", EDITORS, key="contract-side"),
    Route("party-edit", "POST", EDITORS, key="contract-side", data={"name": ""}),
    Route("version", "GET", INSIDE, key="contract-version"),
    Route("version-file", "GET", INSIDE, key="contract-version"),
    Route("version-finalize", "GET", SIGNERS, key="contract-version"),
    Route("version-finalize", "POST", SIGNERS, key="contract-version", data={"effective_on": "soon"}),
    Route("passage-mark", "GET", MARKERS, key="contract-version"),
    Route("passage-mark", "POST", MARKERS, key="contract-version"),
    Route("passage", "GET", INSIDE, key="contract-passage"),
    Route("term-trace", "GET", INSIDE, key="contract-term"),
    Route("contract", "GET", INSIDE, key="contract"),
    Route("contract-tab", "GET", INSIDE, key="contract-tab"),
    Route("contract-edit", "GET", EDITORS, key="contract"),
    Route("contract-edit", "POST", EDITORS, key="contract", data={"title": ""}),
    Route("version-new", "GET", EDITORS, key="contract"),
    Route("version-new", "POST", EDITORS, key="contract", data={"note": "x"}),
    Route("contract-terms", "GET", EDITORS, key="contract"),
    Route("contract-terms", "POST", EDITORS, key="contract", data={"starts_on": "soon"}),
    Route("contract-parties", "GET", EDITORS, key="contract"),
    Route("contract-parties", "POST", EDITORS, key="contract", data={"name": ""}),
    Route("party-remove", "POST", EDITORS, key="contract-part"),
    Route("contract-execute", "GET", SIGNERS, key="contract"),
    Route("contract-execute", "POST", SIGNERS, key="contract", data={"executed_on": "soon"}),
    Route("contract-activate", "POST", SIGNERS, key="contract"),
    Route("contract-archive", "POST", ENDERS, key="contract"),
    Route("renewal-decide", "GET", EDITORS, key="contract-active"),
    Route("renewal-decide", "POST", EDITORS, key="contract-active", data={"kind": "x"}),
    Route("contract-terminate", "GET", ENDERS, key="contract-active"),
    Route("contract-terminate", "POST", ENDERS, key="contract-active", data={"reason": ""}),
    Route("contract-access", "GET", ENDERS, key="contract"),
    Route("contract-access", "POST", ENDERS, key="contract", data={"people": "x"}),
    Route("version-compare", "GET", INSIDE, key="contract"),
    Route("version-compare-file", "POST", INSIDE, key="contract"),
    Route("version-compare-paper", "POST", INSIDE, key="contract"),
    Route("comparison-paper", "GET", PAPER_ROLES, key="contract-paper"),
    Route("version-print", "GET", INSIDE, key="contract-version"),
    Route("templates", "GET", INSIDE),
    Route("template", "GET", INSIDE, key="template"),
    Route("template-new", "GET", LIBRARIANS),
    Route("template-new", "POST", LIBRARIANS, data={"name": "x"}),
    Route("template-compose", "GET", LIBRARIANS),
    Route("template-compose", "POST", LIBRARIANS, data={"name": ""}),
    Route("template-recompose", "GET", LIBRARIANS, key="composed-template"),
    Route("template-recompose", "POST", LIBRARIANS, key="composed-template", data={"note": "x"}),
    Route("template-take-over", "POST", LIBRARIANS, key="composed-template"),
    Route("template-version-new", "GET", LIBRARIANS, key="template"),
    Route("template-version-new", "POST", LIBRARIANS, key="template", data={"note": "x"}),
    Route("template-approve", "POST", ENDERS, key="template-to-approve"),
    Route("template-edit", "GET", ENDERS, key="template"),
    Route("template-edit", "POST", ENDERS, key="template", data={"name": ""}),
    Route("template-retire", "GET", ENDERS, key="template"),
    Route("template-retire", "POST", ENDERS, key="template", data={"reason": ""}),
    Route("template-draft", "GET", EDITORS, key="template"),
    Route("template-draft", "POST", EDITORS, key="template", data={"title": ""}),
    Route("template-file", "GET", INSIDE, key="template-version"),
]
# Bodies that say nothing readable: who may not is told so before anybody looks at them.
API_ROWS = [
    Route("api-contracts", "GET", EVERYONE),
    Route("api-contracts", "POST", EDITORS, data={"title": ""}),
    Route("api-contract", "GET", INSIDE, key="contract"),
    Route("api-contract", "PATCH", EDITORS, key="contract", data={"title": ""}),
    Route("api-versions", "GET", INSIDE, key="contract"),
    Route("api-versions", "POST", EDITORS, key="contract"),
    Route("api-contract-parties", "GET", INSIDE, key="contract"),
    Route("api-contract-parties", "POST", EDITORS, key="contract"),
    Route("api-contract-party", "DELETE", EDITORS, key="contract-part"),
    Route("api-contract-timeline", "GET", INSIDE, key="contract"),
    Route("api-contract-terms", "GET", INSIDE, key="contract"),
    Route("api-contract-execution", "POST", SIGNERS, key="contract"),
    Route("api-contract-activation", "POST", SIGNERS, key="contract"),
    Route("api-contract-decisions", "GET", INSIDE, key="contract-active"),
    Route("api-contract-decisions", "POST", EDITORS, key="contract-active", data={"kind": "x"}),
    Route("api-contract-termination", "POST", ENDERS, key="contract-active"),
    Route("api-contract-archiving", "POST", ENDERS, key="contract"),
    Route("api-contract-access", "POST", ENDERS, key="contract", data={"people": "x"}),
    Route("api-version", "GET", INSIDE, key="contract-version"),
    Route("api-version-file", "GET", INSIDE, key="contract-version"),
    Route("api-version-comparison", "GET", INSIDE, key="contract-compared", data=WITH),
    Route("api-version-comparison", "POST", INSIDE, key="contract-version"),
    Route("api-version-comparison-papers", "POST", INSIDE, key="contract-version", data={"with": "x"}),
    Route("api-version-comparison-paper", "GET", PAPER_ROLES, key="contract-compared-paper"),
    Route("api-version-terms", "POST", EDITORS, key="contract-version", data={"starts_on": "soon"}),
    Route("api-version-final", "POST", SIGNERS, key="contract-version"),
    Route("api-version-print", "GET", INSIDE, key="contract-version"),
    Route("api-templates", "GET", INSIDE),
    Route("api-templates", "POST", LIBRARIANS),
    Route("api-template", "GET", INSIDE, key="template"),
    Route("api-template", "PATCH", ENDERS, key="template", data={"risk": "x"}),
    Route("api-compositions", "POST", LIBRARIANS, data={"name": ""}),
    Route("api-template-compositions", "POST", LIBRARIANS, key="template", data={"composition": "x"}),
    Route("api-version-composition", "GET", INSIDE, key="composed-version"),
    Route("api-template-versions", "POST", LIBRARIANS, key="template"),
    Route("api-template-approval", "POST", ENDERS, key="template", data={"version": "x"}),
    Route("api-template-retirement", "POST", ENDERS, key="template", data={"reason": ""}),
    Route("api-template-version", "GET", INSIDE, key="template-version"),
    Route("api-template-drafts", "POST", EDITORS, key="template-version", data={"title": ""}),
    Route("api-passages", "GET", INSIDE),
    Route("api-passages", "POST", MARKERS),
    Route("api-passage", "GET", INSIDE, key="contract-passage"),
    Route("api-parties", "GET", INSIDE),
    Route("api-parties", "POST", EDITORS, data={"name": ""}),
    Route("api-party", "GET", INSIDE, key="contract-side"),
    Route("api-party", "PATCH", EDITORS, key="contract-side", data={"name": ""}),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
