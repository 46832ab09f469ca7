"""The library's reads, a template's file as it came, and the paper that its answers make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from clm.access.scope import current_organization_id
from clm.accounts.models import Organization
from clm.documents.blobs import read_blob
from clm.documents.extraction import DOCX
from clm.lib import clock
from clm.lib.errors import Invalid
from clm.lib.outside import outside_transactions
from clm.lib.pdf import render_pdf
from contracts.adapters.template_metadata import TemplateMetadata
from contracts.adapters.word_filling import check_file, filled_file
from contracts.adapters.word_fitting import margins_of
from contracts.engine.composition import Composition, conditions_of, held
from contracts.engine.composition_reading import composition_of
from contracts.engine.printing import parts_of
from contracts.engine.questionnaire import Field, as_words, check, fields_of, unasked
from contracts.engine.standing import BEGINNING, MARGIN, Standing, standing_in_composition
from contracts.models import Clause, Drafting, Template, TemplateVersion, Version
from contracts.models.contract import Category
from contracts.papers import Paper, read_paper
from contracts.papers.reader import body_offset
from contracts.states import TemplateState

# By what their names and types say, the first that fits.
CATEGORIES = (
    (("nda", "non-disclosure", "confidentiality"), Category.NDA),
    (("data processing", "dpa", "business associate"), Category.DPA),
    (("order form",), Category.ORDER),
    (("professional services", "statement of work", "sow"), Category.SERVICES),
    (("software license", "licence"), Category.LICENSE),
    (("partnership", "reseller", "distribution"), Category.DISTRIBUTION),
    (("cloud service", "csa", "ai addendum"), Category.CLOUD),
)


@dataclass(frozen=True)
class TemplateFile:
    """A template that was read and checked: its document and what it says of itself. `composition` is what the document
    was made of where it was written here."""

    paper: Paper
    metadata: TemplateMetadata
    composition: Composition | None = None


def read_template(content: bytes, file_name: str, metadata: TemplateMetadata) -> TemplateFile:
    """The template, read in a bounded process and checked against its fields: call outside of a transaction. What its
    document leaves open besides is asked after them.

    Raises Invalid beside `file`: `wrong_type` for anything but DOCX, and the codes of `read_paper` and
    `check_file`; DomainError `template_not_filled` where no document can be made of it.
    """
    paper = read_paper(content, file_name)
    if paper.media_type != DOCX:
        message = _("A template is a Word document (.docx).")
        raise Invalid("wrong_type", message, fields={"file": [message]})
    rules = {"selections": metadata.selections, "replacements": metadata.replacements}
    questions, places, standing = check_file(content, metadata.fields, rules)
    return TemplateFile(paper, replace(metadata, fields=questions, blanks=places, standing=standing))


def rules_of(file: TemplateFile) -> dict[str, Any]:
    """What the document needs besides the answers. One that was written here says nothing to whoever drafts."""
    if file.composition is not None:
        return {"as_written": True}
    said = file.metadata
    return {
        "selections": said.selections,
        "replacements": said.replacements,
        "blanks": said.blanks,
        "standing": said.standing,
    }


def category_of(metadata: TemplateMetadata) -> str:
    """The type of contract that the name speaks of; other where it speaks of none."""
    words = metadata.name.lower().replace("-", " ").split()
    name = f" {' '.join(words)} "
    for signs, category in CATEGORIES:
        if any(f" {sign.replace('-', ' ')} " in name for sign in signs):
            return category
    return Category.OTHER


def questions_of(version: TemplateVersion) -> tuple[Field, ...]:
    return fields_of(version.fields)


def standing_of(version: TemplateVersion) -> Standing | None:
    """Where the answers to the version's questions stand in its document; None where nobody looked at its import."""
    composition = composition_in(version)
    if composition is not None:
        return standing_in_composition(composition)
    kept = version.rules.get("standing")
    return Standing.of(kept) if kept else None


def title_words(title: str) -> str:
    """A place of the document as people call it."""
    names = {BEGINNING: _("Beginning of the document"), MARGIN: _("Header or footer")}
    return names.get(title, title)


def composition_in(version: TemplateVersion) -> Composition | None:
    """What its document was made of; None where it came as a Word document."""
    return None if version.composition is None else composition_of(version.composition)


def checked_answers(version: TemplateVersion, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name. Raises Invalid `answers_wrong` with what to say beside each field."""
    values, wrong = check(questions_of(version), answers)
    if wrong:
        raise Invalid("answers_wrong", _("Some answers cannot be taken."), fields=wrong)
    return values


def answers_to(contract_id: UUID) -> dict[str, str]:
    """In words, by question: what the contract's newest questionnaire was answered. Nothing where there was none."""
    drafted = (
        Drafting.objects.filter(version__contract=contract_id)
        .select_related("template_version")
        .order_by("version__number")
        .last()
    )
    if drafted is None:
        return {}
    values, _wrong = check(questions_of(drafted.template_version), drafted.answers)
    return {name: str(as_words(value)) for name, value in values.items() if value not in (None, "", [])}


def make_paper(version: TemplateVersion, answers: Mapping[str, Any]) -> Paper:
    """The document that the answers make, read as every other document is: call outside of a transaction. Answers that
    were left empty are among its warnings. Raises Invalid `answers_wrong`."""
    outside_transactions("a document is made")
    values = checked_answers(version, answers)
    composed = composition_in(version)
    conditions = held(composed, values) if composed else {}
    content, blanks = filled_file(read_blob(version.blob), values | conditions, version.rules)
    paper = read_paper(content, f"{file_name_of(version.template.name)}.docx")
    questions = questions_of(version)
    silent = unasked(questions, values)
    left = [field.label for field in questions if values[field.name] in (None, []) and field.name not in silent]
    if left:
        warning = _("Left empty in the questionnaire: %(fields)s.") % {"fields": ", ".join(left)}
        paper = replace(paper, warnings=(*paper.warnings, warning))
    unsaid = not_said(version, values, f"{paper.text}\n{margins_of(content)}")
    if unsaid:
        warning = _("Answered, but not in the text: %(fields)s.") % {"fields": ", ".join(unsaid)}
        paper = replace(paper, warnings=(*paper.warnings, warning))
    gaps = [_("The template has a blank that no question fills: “%(line)s”.") % {"line": line} for line in blanks[:50]]
    return replace(paper, warnings=(*paper.warnings, *gaps))


def not_said(version: TemplateVersion, values: Mapping[str, Any], text: str) -> list[str]:
    """The questions whose answers are words that the text does not have; not those that choose what is in it."""
    questions = questions_of(version)
    composed = composition_in(version)
    chosen_by = [condition.field for condition in (conditions_of(composed).values() if composed else ())]
    steering = {question.condition.field for question in questions if question.condition} | set(chosen_by)
    steering |= {
        option["field"]
        for group in version.rules.get("selections", ())
        for option in group["options"]
        if option.get("equals") is not None
    }
    read = _flat(text)
    return [
        question.label
        for question in questions
        if question.type != "boolean" and question.name not in steering and not _is_said(values[question.name], read)
    ]


def _is_said(value: Any, text: str) -> bool:
    if isinstance(value, list):
        parts = [part for entry in value for part in entry.values() if part is not None and not isinstance(part, bool)]
        return all(_is_said(part, text) for part in parts)
    lines = [_flat(line) for line in str(as_words(value)).split("\n")]
    return all(re.search(_whole(line), text) or _is_said_apart(line, text) for line in lines if line)


def _is_said_apart(line: str, text: str) -> bool:
    """What an answer begins with may stand further before in the sentence (see word_echoes)."""
    words = line.split(" ")
    begun = next((at for at, word in enumerate(words[:2], 1) if word not in ("a", "an", "the")), 0)
    rest = " ".join(words[begun:])
    if not begun or len(words) < begun + 3:
        return False
    return re.search(rf"\b{re.escape(words[begun - 1])}\b[^.;]{{1,120}} {_whole(rest)}", text) is not None


def _whole(words: str) -> str:
    """Where a number stands by itself, not as a part of a longer one."""
    begin = r"(?<![\d.,])" if words[0].isdigit() else ""
    return begin + re.escape(words) + (r"(?![.,]?\d)" if words[-1].isdigit() else "")


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def file_name_of(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in name)[:120].strip(". ")


def print_version(version: Version, *, hashes: bool = True) -> bytes:
    """The version's clauses as a PDF, with headings, numbers, lists, tables and the words that stand out; with
    `hashes` the content's, for those who have the file it is of. Call outside of a transaction."""
    rows = Clause.objects.filter(version=version).order_by("position")
    context = {"version": version, "contract": version.contract, "clauses": [_printed(clause) for clause in rows]}
    context["content_hash"] = version.content_hash if hashes else ""
    return render_pdf(render_to_string("contracts/pdf/version.html", context))


def _printed(clause: Clause) -> dict[str, Any]:
    """A clause with the number before its heading, else before its first words."""
    offset = body_offset(clause)
    marks = [(start - offset, end - offset, mark) for start, end, mark in clause.marks]
    level = min(clause.level, 4)
    return {
        "number": clause.number,
        "heading": clause.heading,
        "level": level,
        "parts": parts_of(clause.text[offset:], marks),
    }


def template_rows() -> QuerySet[Any]:
    """Templates with their owner, the number of their versions, and the version in use."""
    used = TemplateVersion.objects.filter(template=OuterRef("pk"), approved_at__isnull=False).order_by("-number")
    return Template.objects.select_related("owner", "organization").annotate(
        number_of_versions=Count("versions"), number_in_use=Subquery(used.values("number")[:1])
    )


def review_overdue(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those in use whose day of review is over."""
    return rows.filter(state=TemplateState.APPROVED, review_on__lt=_today())


def review_near(rows: QuerySet[Any], days: int = 30) -> QuerySet[Any]:
    """Those in use that are to be reviewed within so many days, from today on."""
    today = _today()
    return rows.filter(state=TemplateState.APPROVED, review_on__range=(today, today + timedelta(days=days)))


def _today() -> date:
    """The day that it is for the organization in scope."""
    return clock.today(Organization.objects.get(pk=current_organization_id()).time_zone)


def version_rows() -> QuerySet[TemplateVersion]:
    return TemplateVersion.objects.select_related("template", "template__owner", "blob", "created_by", "approved_by")


def version_in_use(template: Template) -> TemplateVersion | None:
    """The newest approved version; None where there is none, or the template is not in use."""
    if template.state != TemplateState.APPROVED:
        return None
    return version_rows().filter(template=template, approved_at__isnull=False).order_by("-number").first()
