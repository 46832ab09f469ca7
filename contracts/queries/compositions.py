"""Templates that are written here: the file that a composition makes, the library's words in it and what became of
them since, and which templates use a clause of the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from clm.access.permissions import visible
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.outside import outside_transactions
from contracts.adapters.template_metadata import TemplateMetadata
from contracts.adapters.word_composing import compose_word
from contracts.adapters.word_filling import check_file, filled_file
from contracts.engine.composition import Composition, Tie, conditions_of, held, produced, ties_among
from contracts.engine.composition_reading import BadComposition, Faults, composition_of
from contracts.engine.deviation import differences
from contracts.engine.questionnaire import Field, check, fields_of
from contracts.models import Clause, LibraryClause, LibraryClauseVersion, TemplateVersion
from contracts.papers import read_paper
from contracts.papers.reader import WORDS, body_offset
from contracts.queries.clause_library import versions_in_use
from contracts.queries.templates import TemplateFile, composition_in, file_name_of
from contracts.states import LibraryState, LibraryVersionState


@dataclass(frozen=True)
class Newer:
    """A clause of a composition whose library clause has a newer approved version. `position` is the same place on the
    newer ladder, empty where there is none that may be used; `changes` is what components/diff.html draws."""

    section: int
    place: int
    tie: Tie
    newest: LibraryClauseVersion
    position: str
    changes: list[dict[str, Any]]


def compose_file(given: Any, name: str, description: str = "") -> TemplateFile:
    """The template that the composition makes, read and checked as one that came as a Word document: call outside of a
    transaction. Raises Invalid `composition_wrong` with what is wrong by its place."""
    outside_transactions("a template is made")
    composition, sources = read_composition(given)
    content = compose_word(composition)
    asked = [Field(key, "boolean", key) for key in conditions_of(composition)]
    check_file(content, [*composition.questions, *asked], {"as_written": True})
    said = TemplateMetadata(
        name=name,
        description=description,
        category="",
        version="",
        license="",
        source_url="",
        attribution="\n".join(sources),
        fields=composition.questions,
    )
    return TemplateFile(read_paper(content, f"{file_name_of(name)}.docx"), said, composition)


def read_composition(given: Any) -> tuple[Composition, list[str]]:
    """The composition with the library's words, and whose words they are. Raises Invalid `composition_wrong`."""
    resolved, sources, faults = _with_library_words(given)
    try:
        return composition_of(resolved, faults), sources
    except BadComposition as wrong:
        raise Invalid(
            "composition_wrong", _("The template cannot be made as it stands."), fields=wrong.faults
        ) from wrong


def _with_library_words(given: Any) -> tuple[Any, list[str], Faults]:
    """The same JSON with the words of each position that is named, and what is wrong with those names."""
    if not isinstance(given, Mapping):
        return given, [], {}
    rows = [clause for _place, clause in _placed(given) if isinstance(clause.get("library"), Mapping)]
    known = versions_named(str(clause["library"].get("version", "")) for clause in rows)
    faults: Faults = {}
    sources: dict[str, None] = {}
    resolved = dict(given)
    sections = []
    for number, section in enumerate(_list(given, "sections")):
        clauses = []
        for place, clause in enumerate(_list(section, "clauses")):
            found, fault = _with_words(clause, known)
            if fault:
                faults[f"sections.{number}.clauses.{place}.library"] = [fault]
            elif found is not clause and (source := known[found["library"]["version"]].clause.attribution):
                sources[source] = None
            clauses.append(found)
        sections.append({**section, "clauses": clauses} if clauses else section)
    return (resolved | {"sections": sections} if sections else resolved), list(sources), faults


def _list(row: Any, name: str) -> Sequence[Any]:
    found = row.get(name) if isinstance(row, Mapping) else None
    return found if isinstance(found, list | tuple) else ()


def _placed(given: Mapping[str, Any]) -> Iterator[tuple[tuple[int, int], Mapping[str, Any]]]:
    for number, section in enumerate(_list(given, "sections")):
        for place, clause in enumerate(_list(section, "clauses")):
            if isinstance(clause, Mapping):
                yield (number, place), clause


def versions_named(ids: Iterable[str]) -> dict[str, LibraryClauseVersion]:
    """The versions of library clauses by their ids as text; what is no id of one is left out."""
    wanted = {found for each in ids if (found := _uuid(each)) is not None}
    rows = LibraryClauseVersion.objects.filter(pk__in=wanted).select_related("clause")
    return {str(row.pk): row for row in rows}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _with_words(clause: Any, known: Mapping[str, LibraryClauseVersion]) -> tuple[Any, str]:
    """The clause with the position's words, and what is wrong with the position. Its heading is the library's title
    where none is given."""
    if not isinstance(clause, Mapping) or clause.get("library") is None:
        return clause, ""
    named = clause["library"]
    if not isinstance(named, Mapping):
        return {**clause, "library": None}, _("The library has no such position.")
    version, position = known.get(str(named.get("version", ""))), str(named.get("position", ""))
    ladder = dict(version.keyed) if version else {}
    fault = _fault(version, ladder.get(position))
    if version is None or fault:
        return clause, fault
    tie = Tie(str(version.pk), position, str(version.clause_id), version.number)
    heading = clause.get("heading", version.clause.title)
    return {**clause, "heading": heading, "text": ladder[position]["text"], "library": tie.as_json()}, ""


def _fault(version: LibraryClauseVersion | None, position: Mapping[str, Any] | None) -> str:
    if version is None or position is None:
        return _("The library has no such position.")
    if version.state != LibraryVersionState.APPROVED:
        return _("This version of the library clause is not approved.")
    if version.clause.state == LibraryState.RETIRED:
        return _("This clause is retired.")
    if position["kind"] == "unacceptable":
        return _("This position is unacceptable: a template cannot have it.")
    return ""


def newer_words(composition: Composition) -> list[Newer]:
    """What the library says newer than this, in reading order; one query."""
    if not any(clause.tie for section in composition.sections for clause in section.clauses):
        return []
    newest = {str(each.clause_id): each for each in versions_in_use()}
    found = []
    for number, section in enumerate(composition.sections):
        for place, clause in enumerate(section.clauses):
            tie = clause.tie
            latest = newest.get(tie.clause) if tie else None
            if tie is not None and latest is not None and latest.number > tie.number:
                found.append(_newer(number, place, clause.text, tie, latest))
    return found


def _newer(section: int, place: int, text: str, tie: Tie, latest: LibraryClauseVersion) -> Newer:
    ladder = dict(latest.keyed)
    kept = tie.position if ladder.get(tie.position, {"kind": "unacceptable"})["kind"] != "unacceptable" else ""
    new = str(ladder[kept or "preferred"]["text"])
    spans = [(WORDS[segment.op], segment.text) for segment in differences(text, new)]
    kind = "changed" if any(op != "same" for op, _text in spans) else "same"
    change = {"kind": kind, "number": "", "heading": latest.clause.title, "spans": spans}
    return Newer(section, place, tie, latest, kept, [change])


def taken_over(composition: Composition, clause_id: UUID | None = None) -> dict[str, Any]:
    """The composition's JSON with the newest words of that library clause, or of every one, where the newer ladder has
    the same position; the others stay as they are."""
    wanted = {
        (row.section, row.place): row
        for row in newer_words(composition)
        if row.position and clause_id in (None, row.newest.clause_id)
    }
    sections = []
    for number, section in enumerate(composition.sections):
        clauses = [
            replace(clause, tie=Tie(str(row.newest.pk), row.position))
            if (row := wanted.get((number, place))) is not None
            else clause
            for place, clause in enumerate(section.clauses)
        ]
        sections.append(replace(section, clauses=tuple(clauses)))
    return replace(composition, sections=tuple(sections)).as_json()


def ties_in(source: TemplateVersion, values: Mapping[str, Any], clauses: Sequence[Clause]) -> dict[int, Tie]:
    """Which of a drafted version's clauses, in reading order, have which words of the library, by their place."""
    composition = composition_in(source)
    if composition is None:
        return {}
    read = [(clause.heading, clause.text[body_offset(clause) :]) for clause in clauses]
    return ties_among(produced(composition, values), read)


def templates_using(actor: Actor, clause: LibraryClause) -> QuerySet[Any]:
    """The newest and the used versions of templates that have words of this library clause, by name. Templates that
    are retired are left out."""
    numbers = TemplateVersion.objects.filter(template=OuterRef("template")).order_by("-number").values("number")
    has_it = [{"clauses": [{"library": {"clause": str(clause.pk)}}]}]
    rows = TemplateVersion.objects.filter(composition__sections__contains=has_it).exclude(template__state="retired")
    rows = rows.annotate(
        newest_number=Subquery(numbers[:1]), used_number=Subquery(numbers.filter(approved_at__isnull=False)[:1])
    ).filter(Q(number=Subquery(numbers[:1])) | Q(number=Subquery(numbers.filter(approved_at__isnull=False)[:1])))
    return visible(actor, rows.select_related("template")).order_by("template__name", "-number")


def pinned_numbers(version: TemplateVersion, clause: LibraryClause) -> list[int]:
    """The numbers of the library clause's versions whose words the template's version has."""
    composition = composition_in(version)
    sections = composition.sections if composition else ()
    ties = [each.tie for section in sections for each in section.clauses if each.tie]
    return sorted({tie.number for tie in ties if tie.clause == str(clause.pk)})


def example_answers(fields: Sequence[Field], *, yes: bool = True) -> dict[str, Any]:
    """An answer to each question, to look at a template with: its default, else one of its type."""
    return {field.name: _example(field, yes) for field in fields}


def _example(field: Field, yes: bool) -> Any:
    if field.type == "boolean":
        return yes
    if field.type == "array":
        return [example_answers(field.items, yes=yes) for _number in range(2)]
    if field.default not in (None, ""):
        return field.default
    if field.type == "enum":
        return field.options[0 if yes else -1]
    made = {"date": clock.today().isoformat(), "number": "10"}
    return made.get(field.type, f"‹{field.label}›")


def previewed(given: Any, *, yes: bool = True) -> list[dict[str, Any]]:
    """The clauses of the document that example answers make: call outside of a transaction. Raises Invalid
    `composition_wrong`."""
    composition, _sources = read_composition(given)
    values, _wrong = check(composition.questions, example_answers(composition.questions, yes=yes))
    content, _blanks = filled_file(compose_word(composition), values | held(composition, values), {"as_written": True})
    paper = read_paper(content, "preview.docx")
    return [
        {"number": each.number, "heading": each.heading, "level": each.level, "text": each.text}
        for each in paper.clauses
    ]


def questions_from(version: TemplateVersion) -> dict[str, Any]:
    """Where a composition begins that follows a version: that version's, else its questions alone."""
    if version.composition is not None:
        return dict(version.composition)
    return {"title": "", "sections": [], "questions": [field.as_json() for field in fields_of(version.fields)]}
