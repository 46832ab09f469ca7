"""Templates that are written here: kept, drafted from, and tied to the library."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.engine.composition_reading import composition_of
from contracts.engine.standing import standing_in_composition
from contracts.models import Clause, LibraryClauseVersion, Template, TemplateVersion, Version
from contracts.operations.library.retire_library_clause import retire_library_clause
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.compose_template import compose_template
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.recompose_template import recompose_template
from contracts.operations.templates.retire_template import retire_template
from contracts.queries.clause_library import report_on
from contracts.queries.compositions import newer_words, pinned_numbers, taken_over, templates_using
from contracts.queries.templates import composition_in, make_paper
from tests.cast import Cast
from tests.contracts.library.shelf import FALLBACK, PREFERRED, approved, freed, renewed
from tests.contracts.templates.composed import ANSWERS, approved_composed, composed_template, composition
from tests.contracts.templates.test_every_template import LEFT
from tests.proof import last_entry, last_event, left_behind

FILLED: list[dict[str, str]] = [
    {"kind": "preferred", "text": "{$entry.what} is kept up {availability} of each month.", "why": ""},
    {"kind": "unacceptable", "text": "It is as it is.", "why": "It promises nothing"},
]


def version_of(template: Template) -> TemplateVersion:
    return TemplateVersion.objects.select_related("template").filter(template=template).latest("number")


def test_a_written_template_is_a_draft_with_a_document(alice: Actor) -> None:
    template = composed_template(alice, risk="high")

    version = version_of(template)
    assert (template.name, template.category, template.risk, template.state) == (
        "Written services", "services", "high", "draft",
    )  # fmt: skip
    assert (version.number, version.file_name, version.approved_at) == (1, "Written services.docx", None)
    assert [field["name"] for field in version.fields] == ["party", "has_fee", "fee", "services", "law"]
    assert composition_in(version).sections[3].clauses[0].text == "The law of {law} governs."
    payload = {"template_id": str(template.pk), "template_version_id": str(version.pk), "number": 1}
    assert last_event() == ("template.version_added", payload)
    assert last_entry().verb == "contracts.compose_template"
    assert left_behind() == (2, 2, 0)


def test_what_it_makes_has_headings_numbers_and_lists(alice: Actor) -> None:
    source = version_of(composed_template(alice))

    paper = make_paper(source, ANSWERS)

    assert [(clause.number, clause.heading, clause.level) for clause in paper.clauses] == [
        ("", "Agreement with Cirrus GmbH", 1),
        ("1", "Services", 1),
        ("1.1", "Scope", 2),
        ("1.2", "Hosting", 2),
        ("1.2.1", "", 3),
        ("1.3", "Support", 2),
        ("1.3.1", "", 3),
        ("2", "Fee", 1),
        ("2.1", "", 2),
        ("3", "Law", 1),
        ("3.1", "", 2),
    ]
    assert "Cirrus GmbH. [As it is written.]" in paper.text
    assert "• what is named below" in paper.text
    assert "Support costs 3.50 a month." in paper.text


def answers_of_all_kinds() -> list[dict[str, Any]]:
    """Every combination of the conditions, with no, one and two entries."""
    return [
        {**ANSWERS, "has_fee": has_fee, "law": law, "services": ANSWERS["services"][:entries]}
        for has_fee, law, entries in product((True, False), ("Delaware", "New York"), range(3))
    ]


def test_every_combination_of_the_conditions_makes_a_whole_document(alice: Actor) -> None:
    source = version_of(composed_template(alice, (approved(alice), "preferred")))

    for answers in answers_of_all_kinds():
        paper = make_paper(source, answers)
        assert [found for found in LEFT.findall(paper.text) if found.startswith(("{", "[["))] == []
        assert ("The fee is 100." in paper.text) is answers["has_fee"]
        assert ("New York has courts." in paper.text) is (answers["law"] == "New York")
        assert paper.text.count("Its price stays") == len(answers["services"])
        assert PREFERRED in paper.text


def test_a_draft_is_tied_to_the_library(alice: Actor) -> None:
    library = approved(alice, mandatory_for=["services"])
    source = version_of(approved_composed(alice, (library, "fallback-1")))

    contract = draft_from_template(actor=alice, template_version_id=source.pk, answers=ANSWERS, title="x")

    version = Version.objects.get(contract=contract)
    tied = Clause.objects.get(version=version, library_version__isnull=False)
    assert (tied.heading, tied.library_version_id, tied.library_position) == ("Availability", library.pk, "fallback-1")
    report = report_on(version)
    row = report.rows[0]
    assert (row.position, row.standing, row.departure.share, row.is_adopted) == (
        "fallback-1", "present", Decimal(0), True,
    )  # fmt: skip
    assert report.missing_mandatory == ()
    assert last_entry().after["library_clauses"] == 1
    assert FALLBACK in version.text


def test_repeated_and_filled_words_of_the_library_are_no_departures(alice: Actor) -> None:
    library = approved(alice, positions=FILLED, mandatory_for=["services"])
    given = composition((library, "preferred"))
    given["questions"] = [*given["questions"], {"name": "availability", "type": "string", "label": "Availability"}]
    given["sections"][3]["clauses"][0] |= {"repeat": "services", "heading": "Availability of {$entry.what}"}
    template = compose_template(actor=alice, name="Filled", composition=given, category="services")
    approve_template(actor=alice, template_id=template.pk)

    contract = draft_from_template(
        actor=alice,
        template_version_id=version_of(template).pk,
        answers={**ANSWERS, "availability": "99.5 %"},
        title="x",
    )

    report = report_on(Version.objects.get(contract=contract))
    assert [(row.clause.heading, row.standing, row.departure.filled) for row in report.rows] == [
        ("Availability of Hosting", "present", ("Hosting", "99.5 %")),
        ("Availability of Support", "present", ("Support", "99.5 %")),
    ]
    assert report.missing_mandatory == ()


def test_the_words_stay_as_they_were_composed_until_the_newer_ones_are_taken(alice: Actor) -> None:
    library = approved(alice)
    template = approved_composed(alice, (library, "preferred"))
    newest = renewed(alice, library)
    source = version_of(template)

    offered = newer_words(composition_in(source))
    assert [(row.section, row.place, row.tie.number, row.newest.pk, row.position) for row in offered] == [
        (3, 0, 1, newest.pk, "preferred")
    ]
    assert ("removed", "month") in [(op, text.strip(" .")) for op, text in offered[0].changes[0]["spans"]]
    assert PREFERRED in make_paper(source, ANSWERS).text

    version = recompose_template(
        actor=alice, template_id=template.pk, composition=taken_over(composition_in(source)), note="newer", seen=1
    )

    assert (version.number, version.approved_at, version.note) == (2, None, "newer")
    assert newest.positions[0]["text"] in make_paper(version_of(template), ANSWERS).text
    assert newer_words(composition_in(version)) == []
    assert last_entry().verb == "contracts.recompose_template"


def test_a_position_that_is_gone_is_not_taken_over(alice: Actor) -> None:
    library = approved(alice)
    source = version_of(composed_template(alice, (library, "fallback-1")))
    renewed(alice, library, [{"kind": "preferred", "text": "Other words.", "why": ""}])

    assert [row.position for row in newer_words(composition_in(source))] == [""]
    assert taken_over(composition_in(source)) == source.composition


def test_the_library_clause_names_its_templates(alice: Actor, acme: Cast) -> None:
    library = approved(alice)
    template = approved_composed(alice, (library, "preferred"))
    renewed(alice, library)
    recompose_template(actor=alice, template_id=template.pk, composition=composition(), note="without")

    rows = list(templates_using(alice, library.clause))

    assert [(row.template.name, row.number, pinned_numbers(row, library.clause)) for row in rows] == [
        ("Written services", 1, [1])
    ]
    approve_template(actor=alice, template_id=template.pk)
    assert list(templates_using(alice, library.clause)) == []


FIRST = "sections.0.clauses.0.text"


def wrongly(place: str, library: LibraryClauseVersion) -> dict[str, Any]:
    """A composition with a fault at that place."""
    given = composition((library, "preferred"))
    sections = given["sections"]
    wrong: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        FIRST: (sections[0]["clauses"][0], {"text": "{nobody}"}),
        "sections.1.clauses.1.text": (sections[1]["clauses"][1], {"text": "{{ what }}"}),
        "sections.1.clauses.2.text": (sections[1]["clauses"][2], {"text": "{$entry.nothing}"}),
        "sections.1.clauses.2.level": (sections[1]["clauses"][2], {"level": 3}),
        "sections.1.clauses.2.repeat": (sections[1]["clauses"][2], {"repeat": "services"}),
        "sections.2.condition": (sections[2], {"condition": {"field": "x", "is_set": True}}),
        "sections.4.clauses.1.condition": (sections[4]["clauses"][1], {"condition": {"field": "law", "in": ["Mars"]}}),
        "sections.1.repeat": (sections[1], {"repeat": "law"}),
        "sections.2.heading": (sections[2], {"heading": ""}),
        "sections.3.clauses.0.library": (
            sections[3]["clauses"][0],
            {"library": {"version": str(library.pk), "position": "unacceptable-1"}},
        ),
        "questions.0": (given["questions"][0], {"type": "picture"}),
        "questions.1": (given["questions"][1], {"labell": "Law"}),
        "questions.3.items": (given["questions"][3]["items"][0], {"requird": True}),
        "sections.0.clauses.0.library": (sections[0]["clauses"][0], {"library": {"versoin": str(library.pk)}}),
        "sections": (given, {"sections": []}),
    }
    part, change = wrong[place]
    part.update(change)
    return given


@pytest.mark.parametrize(
    "place",
    [
        FIRST, "sections.1.clauses.1.text", "sections.1.clauses.2.text", "sections.1.clauses.2.level",
        "sections.1.clauses.2.repeat", "sections.2.condition", "sections.4.clauses.1.condition", "sections.1.repeat",
        "sections.2.heading", "sections.3.clauses.0.library", "questions.0", "questions.1",
        "questions.3.items", "sections.0.clauses.0.library", "sections",
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_is(alice: Actor, place: str) -> None:
    given = wrongly(place, approved(alice))
    before = left_behind()

    with pytest.raises(Invalid) as refused:
        compose_template(actor=alice, name="Wrong", composition=given)

    assert refused.value.code == "composition_wrong"
    assert next(iter(refused.value.fields)) == place
    assert (left_behind(), Template.objects.count()) == (before, 0)


def test_words_of_a_draft_or_retired_clause_are_refused(alice: Actor) -> None:
    library = approved(alice)
    given = composition((library, "preferred"))
    freed(alice, library.clause_id)
    retire_library_clause(actor=alice, clause_id=library.clause_id, reason="old")

    with pytest.raises(Invalid) as refused:
        compose_template(actor=alice, name="Wrong", composition=given)

    assert refused.value.fields == {"sections.3.clauses.0.library": ["This clause is retired."]}


def test_nobody_writes_over_a_version_that_came_meanwhile(alice: Actor) -> None:
    template = composed_template(alice)
    recompose_template(actor=alice, template_id=template.pk, composition=composition(title="Two"), seen=1)
    before = left_behind()

    for code, facts in (
        ("changed_meanwhile", {"composition": composition(title="Three"), "seen": 1}),
        ("same_content", {"composition": composition(title="Two"), "seen": 2}),
    ):
        with pytest.raises(DomainError) as refused:
            recompose_template(actor=alice, template_id=template.pk, **facts)
        assert refused.value.code == code
    retire_template(actor=alice, template_id=template.pk, reason="x")
    with pytest.raises(DomainError) as refused:
        recompose_template(actor=alice, template_id=template.pk, composition=composition(title="Three"))
    assert refused.value.code == "template_retired"
    assert TemplateVersion.objects.count() == 2
    assert before[0] + 1 == left_behind()[0]


def test_an_earlier_version_is_a_beginning(alice: Actor) -> None:
    template = composed_template(alice)
    first = version_of(template)
    recompose_template(actor=alice, template_id=template.pk, composition=composition(title="Two"))

    again = recompose_template(actor=alice, template_id=template.pk, composition=first.composition, note="undone")

    assert (again.number, again.composition) == (3, first.composition)


def test_a_name_that_is_there_and_no_name_are_refused(alice: Actor) -> None:
    composed_template(alice)
    with pytest.raises(DomainError) as refused:
        composed_template(alice)
    assert refused.value.code == "template_known"
    with pytest.raises(Invalid) as unnamed:
        compose_template(actor=alice, name=" ", composition=composition())
    assert list(unnamed.value.fields) == ["name"]


def test_questions_that_change_nothing_are_told() -> None:
    given = composition()
    given["questions"] = [*given["questions"], {"name": "idle", "type": "string", "label": "Idle"}]

    names = [each["name"] for each in given["questions"]]
    assert standing_in_composition(composition_of(given)).idle(names) == ["idle"]


def test_who_may_not_and_who_is_elsewhere_write_nothing(alice: Actor, bob: Actor, charlie: Actor, acme: Cast) -> None:
    template = composed_template(alice)
    before = left_behind()
    for actor in (bob, acme["procurement"]):
        with pytest.raises(Forbidden):
            compose_template(actor=actor, name="x", composition=composition())
        with pytest.raises(Forbidden):
            recompose_template(actor=actor, template_id=template.pk, composition=composition(title="x"))
    with organization_scope(charlie.organization_id), pytest.raises(NotVisible):
        recompose_template(actor=charlie, template_id=template.pk, composition=composition(title="x"))
    assert left_behind() == before
