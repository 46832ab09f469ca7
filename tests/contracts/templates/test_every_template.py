"""Every template of OpenAgreements is imported, filled and printed: nothing is left open, and all looks as it did."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from docx import Document
from pypdfium2 import PdfDocument

from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from contracts.adapters.word_template import fill
from contracts.engine.blanks import is_signed
from contracts.engine.questionnaire import Field, check
from contracts.models import Clause, TemplateVersion, Version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.queries.templates import print_version, questions_of, read_template
from tests.contracts.library_of import SAMPLES, answers_to, sample_parts
from tests.contracts.negotiated import TEMPLATE
from tests.contracts.templates.looks import headings, marked, other_looks
from tests.contracts.word.office import converted
from tests.shared_data import shared

LEFT = re.compile(
    r"\{[^}]*\}|\[\s*(?:[xX#_$\u2022\u25cf\u2026\s]*|\.{3})\s*\]|\[\[|\(\s+\)|drafting note|<!--", re.IGNORECASE
)
LINE = re.compile(r"_{3,}")
SHIPPED = ("bonterms-mutual-nda", "common-paper-mutual-nda", "openagreements-board-consent-safe")
PORTIONS = 3  # so that several workers have something to do
WITHOUT_WORDS = re.compile(r"[\W_]*\Z")


@dataclass(frozen=True)
class Made:
    """What answers to all questions make of a template: all yes and the first options, or all no and the last."""

    template: bytes
    yes: bytes
    no: bytes
    version: Version
    printed: str


def left_in_line(line: str) -> list[str]:
    """What is still open in a line. A line to sign on is none: it says who signs, when or as what, and nothing else."""
    blanks = LINE.findall(line) if WITHOUT_WORDS.match(line) or not is_signed(line) else []
    return LEFT.findall(line) + blanks


def words_left(docx: bytes) -> list[str]:
    """Placeholders, blanks and notes of a document, its headers and footers, paragraph by paragraph."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                paragraphs = re.findall(r"<w:p[ >].*?</w:p>", package.read(name).decode(), re.DOTALL)
                texts = [re.sub(r"<[^>]+>", "", each).replace("&lt;", "<") for each in paragraphs]
                found += [match for text in texts for match in left_in_line(text)]
    return found


def lines_left(text: str) -> list[str]:
    return [match for line in text.splitlines() for match in left_in_line(line)]


def made_of(folder: Path, actor: Actor) -> Made:
    """Imported, approved, drafted and printed by the verbs; the other answers are filled in beside."""
    document, metadata = sample_parts(folder)
    content = marked(document)
    file = read_template(content, f"{folder.name}.docx", metadata)
    template = import_template(actor=actor, file=file, name=folder.name)  # two of them are called Mutual NDA
    approve_template(actor=actor, template_id=template.pk)
    source = template.versions.get()
    version = _drafted(source, actor)
    assert version.attribution == metadata.attribution
    values, wrong = check(questions_of(source), answers_to(questions_of(source), yes=False))
    assert wrong == {}
    no, blanks = fill(content, values, source.rules)
    assert blanks == []
    pages = PdfDocument(print_version(version))
    printed = "\n".join(page.get_textpage().get_text_range() for page in pages)
    return Made(content, read_blob(version.blob), no, version, printed)


def _drafted(source: TemplateVersion, actor: Actor) -> Version:
    questions = questions_of(source)
    contract = draft_from_template(
        actor=actor, template_version_id=source.pk, answers=answers_to(questions), title=source.template.name
    )
    version = Version.objects.select_related("blob", "contract").get(contract=contract)
    assert (contract.state, version.number) == ("draft", 1)
    assert Clause.objects.filter(version=version).exists()
    _check_told(version, questions)
    return version


def _check_told(version: Version, questions: tuple[Field, ...]) -> None:
    """Each answer is in the text, or it is told that it is not; nothing else is open."""
    unsaid = [each for each in version.warnings if each.startswith("Answered, but not in the text:")]
    asked = [field for field in questions if field.type == "string" and field.name == "company_name"]
    # Where it stands for each party, each party's own question does instead.
    assert all(f"Answer {field.name}" in version.text or field.label in str(unsaid) for field in asked)
    assert [each for each in version.warnings if "no question fills" in each or "Left empty" in each] == []


def check_made(made: Made) -> None:
    name = made.version.contract.title
    assert (words_left(made.yes), words_left(made.no)) == ([], []), name
    assert (lines_left(made.version.text), lines_left(made.printed)) == ([], []), name
    assert (other_looks(made.template, made.yes), other_looks(made.template, made.no)) == ([], []), name


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_template_becomes_a_draft_and_a_pdf_with_nothing_open(name: str, alice: Actor) -> None:
    check_made(made_of(SAMPLES / name, alice))


def test_headings_are_headings_to_another_program(tmp_path: Path) -> None:
    document, metadata = sample_parts(TEMPLATE)
    content, rules = marked(document), {"selections": metadata.selections, "replacements": metadata.replacements}
    values, wrong = check(metadata.fields, answers_to(metadata.fields))
    assert wrong == {}
    filled, _blanks = fill(content, values, rules)
    file = tmp_path / "filled.docx"
    file.write_bytes(filled)

    [again] = converted(tmp_path, [file], "docx")

    found = headings(filled)
    assert other_looks(content, filled) == []
    assert [name for name, _words in found].count("heading 1") == 19
    assert headings(again.read_bytes()) == found


def folders() -> list[Path]:
    return sorted(path.parent for path in shared("contracts/openagreements/templates").rglob("metadata.yaml"))


@pytest.mark.large
def test_all_templates_are_there() -> None:
    assert len(folders()) == 27


@pytest.mark.large
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_every_template_becomes_a_draft_and_a_pdf_and_opens_elsewhere(
    portion: int, alice: Actor, tmp_path: Path
) -> None:
    files: dict[Path, int] = {}
    for folder in folders()[portion::PORTIONS]:
        made = made_of(folder, alice)
        check_made(made)
        for kind, content in (("yes", made.yes), ("no", made.no)):
            file = tmp_path / f"{folder.name}-{kind}.docx"
            file.write_bytes(content)
            files[file] = words_in(content)

    texts = [path.read_text("utf-8-sig") for path in converted(tmp_path, list(files), "txt:Text (encoded):UTF8")]

    assert len(texts) == len(files) == 2 * len(folders()[portion::PORTIONS])
    assert {file.name: lines_left(text) for file, text in zip(files, texts, strict=True) if lines_left(text)} == {}
    for (file, words), text in zip(files.items(), texts, strict=True):
        assert len(re.findall(r"\w+", text)) > 0.9 * words > 50, file.name


@pytest.mark.parametrize(
    ("part", "old", "new", "found"),
    [
        ("word/document.xml", "<w:b/>", "<w:i/>", ": 'Who' looks otherwise"),
        ("word/document.xml", '<w:pStyle w:val="Heading1"/>', "", ": 'Who pays' looks otherwise"),
        ("word/document.xml", "<w:pPr>", "<w:pPr><w:numPr/>", ": 'Who pays' looks otherwise"),
        ("word/document.xml", 'w:rsidR="00000001"', "", ": 'Who pays' stands nowhere in the template"),
        ("word/document.xml", '<w:pgMar w:top="', '<w:pgMar w:top="1', ": another page"),
        ("word/styles.xml", 'w:styleId="Heading1"', 'w:styleId="Heading9"', " is another"),
        ("word/numbering.xml", "<w:lvlText", "<w:lvlWords", " is another"),
    ],
)
def test_other_looks_are_seen(part: str, old: str, new: str, found: str) -> None:
    document, stream = Document(), io.BytesIO()
    document.add_heading("", 1).add_run("Who").bold = True
    document.paragraphs[0].add_run(" pays")
    document.save(stream)
    template = marked(stream.getvalue())
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as package, zipfile.ZipFile(made, "w") as out:
        for name in package.namelist():
            content = package.read(name)
            out.writestr(name, content.replace(old.encode(), new.encode()) if name == part else content)

    assert other_looks(template, template) == []
    assert other_looks(template, made.getvalue()) == [part + found]


def words_in(docx: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        body = package.read("word/document.xml").decode()
    return len(re.findall(r"\w+", re.sub(r"<[^>]+>", "", body.replace("</w:p>", " "))))


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Within ____ days", ["____"]),
        ("$____", ["____"]),
        ("____", ["____"]),
        ("[ # ]% of [__]", ["[ # ]", "[__]"]),
        ("Paid on [•] or [...]", ["[•]", "[...]"]),
        ("(   ) Yes", ["(   )"]),
        ("{fees} [Drafting note: x]", ["{fees}", "Drafting note"]),
        ("By: __________", []),
        ("Name and title: ____", ["____"]),
        ("Date: ______  Signature: ______", []),
        ("☒ As said in [1] (a)", []),
    ],
)
def test_what_is_open_is_seen(line: str, left: list[str]) -> None:
    assert left_in_line(line) == left
