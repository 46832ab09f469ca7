"""Every template of OpenAgreements is read, filled and printed, and no placeholder or note is left."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from clm.lib.actor import Actor
from contracts.adapters.word_template import check_template, fill
from contracts.engine.questionnaire import check
from contracts.models import Clause, Version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.queries.templates import print_version, read_template
from tests.contracts.library_of import SAMPLES, answers_to, sample_parts
from tests.shared_data import shared

LEFT = re.compile(r"\{[^}]*\}|\[\s*[xX#_$]*\s*\]|\[\[|drafting note|<!--", re.IGNORECASE)
SHIPPED = ("bonterms-mutual-nda", "common-paper-mutual-nda", "openagreements-board-consent-safe")


def words_left(docx: bytes) -> list[str]:
    """Placeholders, blanks and notes of a document, its headers and footers, paragraph by paragraph."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                paragraphs = re.findall(r"<w:p[ >].*?</w:p>", package.read(name).decode(), re.DOTALL)
                texts = [re.sub(r"<[^>]+>", "", each).replace("&lt;", "<") for each in paragraphs]
                found += [match for text in texts for match in LEFT.findall(text)]
    return found


def made_of(folder: Path, *, yes: bool) -> bytes:
    """The document that answers to every question make: all yes and the first option, or all no and the last."""
    document, metadata = sample_parts(folder)
    check_template(document, metadata.fields, metadata.replacements)
    values, wrong = check(metadata.fields, answers_to(metadata.fields, yes=yes))
    assert wrong == {}
    made, _blanks = fill(document, values, {"selections": metadata.selections, "replacements": metadata.replacements})
    return made


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("yes", [True, False])
def test_a_shipped_template_leaves_nothing_open(name: str, yes: bool) -> None:
    assert words_left(made_of(SAMPLES / name, yes=yes)) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_template_becomes_a_draft_and_a_pdf(name: str, alice: Actor) -> None:
    _becomes_a_draft_and_a_pdf(SAMPLES / name, alice)


@pytest.mark.large
def test_every_template_becomes_a_draft_and_a_pdf(alice: Actor) -> None:
    folders = sorted(path.parent for path in shared("contracts/openagreements/templates").rglob("metadata.yaml"))

    assert len(folders) == 27
    for folder in folders:
        assert words_left(made_of(folder, yes=False)) == [], folder.name
        _becomes_a_draft_and_a_pdf(folder, alice)


def _becomes_a_draft_and_a_pdf(folder: Path, alice: Actor) -> None:
    document, metadata = sample_parts(folder)
    file = read_template(document, f"{folder.name}.docx", metadata)
    template = import_template(actor=alice, file=file, name=folder.name)  # two of them are called Mutual NDA
    approve_template(actor=alice, template_id=template.pk)
    source = template.versions.get()

    contract = draft_from_template(
        actor=alice, template_version_id=source.pk, answers=answers_to(metadata.fields), title=folder.name
    )

    version = Version.objects.select_related("blob", "contract").get(contract=contract)
    assert (contract.state, version.number, version.attribution) == ("draft", 1, metadata.attribution)
    assert LEFT.findall(version.text) == []
    assert Clause.objects.filter(version=version).exists()
    asked = [field for field in metadata.fields if field.name == "company_name" and field.required]
    # Where it stands for each party, each party's own question does instead, and that is told.
    told = [each for each in version.warnings if each.startswith("Answered, but not in the text:")]
    assert all(f"Answer {field.name}" in version.text or field.label in str(told) for field in asked)
    assert print_version(version).startswith(b"%PDF-")
