"""The first portfolio's written template: loaded once, approved, whole in every combination of its conditions."""

from __future__ import annotations

from itertools import product

import pytest

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from contracts.engine.standing import standing_in_composition
from contracts.models import Clause, Template, Version
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.portfolio import library, written
from contracts.queries.clause_library import report_on
from contracts.queries.compositions import example_answers, newer_words
from contracts.queries.templates import composition_in, make_paper, print_version, questions_of, version_in_use
from tests.cast import Cast, make_cast


@pytest.fixture
def northwind(db: None) -> Cast:
    return make_cast("northwind")


def test_the_services_agreement_is_loaded_approved_and_drafted_from(northwind: Cast) -> None:
    def nothing(_done: int, _total: int) -> None:
        return None

    legal = northwind["legal"]
    with organization_scope(northwind.organization.pk):
        library.load(northwind.by_role, "northwind", nothing)
        written.load(northwind.by_role, "northwind", nothing)
        entries = LedgerEntry.objects.count()
        written.load(northwind.by_role, "northwind", nothing)
        assert LedgerEntry.objects.count() == entries

        source = version_in_use(Template.objects.get(name="Services agreement"))
        composition = composition_in(source)
        assert "Common Paper" in source.attribution
        assert standing_in_composition(composition).idle(field.name for field in composition.questions) == []
        assert [row.newest.clause.title for row in newer_words(composition)] == ["Force Majeure"]
        for limited, data in product((True, False), repeat=2):
            answers = example_answers(questions_of(source)) | {"is_limited": limited, "has_personal_data": data}
            paper = make_paper(source, answers)
            assert ("{" in paper.text, "It ends after 12 months." in paper.text) == (False, limited)
            assert any(clause.heading == "Personal Data" for clause in paper.clauses) is data
        _is_tied(legal, source, {**answers, "has_personal_data": True})


def _is_tied(legal: object, source: object, answers: object) -> None:
    """All eleven clauses of the library, none departing."""
    contract = draft_from_template(
        actor=legal,
        template_version_id=source.pk,
        answers=answers,
        title="Services",  # type: ignore[arg-type,attr-defined]
    )
    version = Version.objects.select_related("contract").get(contract=contract)
    rows = [row for row in report_on(version).rows if row.is_adopted]
    assert len(rows) == Clause.objects.filter(version=version, library_version__isnull=False).count() == 11
    assert {(row.standing, str(row.departure.share)) for row in rows} == {("present", "0")}
    assert print_version(version).startswith(b"%PDF-")
