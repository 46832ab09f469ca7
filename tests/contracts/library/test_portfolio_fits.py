"""The portfolio's library fits its templates: what is drafted from one lacks nothing that is mandatory."""

from __future__ import annotations

from contracts.models import DraftClause, LibraryClause, TemplateVersion, Version
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.portfolio import library as portfolio_library
from contracts.portfolio import requests as portfolio_requests
from contracts.portfolio import written as portfolio_written
from contracts.portfolio.requests import shipped_template
from contracts.queries.clause_library import report_on
from contracts.queries.draft_library import draft_report
from contracts.queries.templates import questions_of
from tests.cast import Cast
from tests.contracts.library_of import answers_to
from tests.contracts.negotiated import ANSWERS


def test_a_draft_of_each_template_lacks_no_mandatory_clause(acme: Cast) -> None:
    for stage in (portfolio_library, portfolio_requests, portfolio_written):
        stage.load(acme, "acme", lambda _done, _total: None)  # type: ignore[arg-type]
    assert {"cloud", "hosting", "sla"} <= {each for row in LibraryClause.objects.all() for each in row.mandatory_for}
    found = {}
    for source in TemplateVersion.objects.filter(template__state="approved").select_related("template"):
        for yes in (True, False):
            contract = draft_from_template(
                actor=acme["legal"],
                template_version_id=source.pk,
                answers=answers_to(questions_of(source), yes=yes),
                title=source.template.name,
            )
            report = report_on(Version.objects.get(contract=contract))
            found[source.template.name, yes] = [clause.title for clause in report.missing_mandatory]
    assert len(found) == 2 * (len(portfolio_requests.NAMES) + 1)
    assert {name: missing for name, missing in found.items() if missing} == {}


def test_the_guide_to_a_negotiation_hands_over_beside_the_portfolio_s_library(acme: Cast) -> None:
    alice = acme["legal"]
    portfolio_library.load(acme, "acme", lambda _done, _total: None)  # type: ignore[arg-type]
    template = import_template(actor=alice, file=shipped_template("common-paper-csa-with-sla"), name="Negotiated")
    approve_template(actor=alice, template_id=template.pk)
    contract = draft_from_template(
        actor=alice, template_version_id=template.versions.get().pk, answers=ANSWERS, title="Hosting"
    )
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    end = DraftClause.objects.get(draft=draft, heading="Termination", level=2, origin__number="5.3")

    assert [row.standing for row in draft_report(draft).rows if row.clause.pk == end.pk] == ["present"]
    version = hand_over(actor=alice, draft_id=draft.pk)

    assert contract.category == "cloud"
    assert version.shared_at is not None
