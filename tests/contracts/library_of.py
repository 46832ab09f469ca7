"""Templates for tests, made by calling verbs, and answers for any questionnaire."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from docx import Document

from clm.lib.actor import Actor
from contracts.adapters.template_metadata import TemplateMetadata, read_metadata
from contracts.engine.questionnaire import Field
from contracts.models import Template
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.import_template import import_template
from contracts.queries.templates import TemplateFile, read_template

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "templates"
METADATA = b"""
name: Short NDA
category: nda
description: A short one.
version: '1.0'
license: CC0-1.0
source_url: https://example.com/nda
attribution_text: Nobody's.
fields:
  - {name: party_name, type: string, label: Party name, description: Who signs, section: Parties}
  - {name: signed_on, type: date, label: Signed on, description: The day, section: Dates}
  - {name: has_extras, type: boolean, label: Has extras, description: Whether there are extras, section: Dates}
  - name: law
    type: enum
    label: Law
    description: Which law
    options: [Delaware, New York]
    default: Delaware
    section: Law
priority_fields: [party_name]
"""
LINES = (
    "1. Parties",
    "This is between us and {party_name}.",
    "2. Dates",
    "It is signed on {signed_on}.",
    "{IF has_extras}",
    "There are extras.",
    "{END-IF}",
    "3. Law",
    "The law of {law} governs.",
)


def word(*lines: str) -> bytes:
    """A Word document with these paragraphs."""
    document, stream = Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(stream)
    return stream.getvalue()


def short_file(metadata: bytes = METADATA, lines: Sequence[str] = LINES) -> TemplateFile:
    return read_template(word(*lines), "short-nda.docx", read_metadata(metadata))


def draft_template(actor: Actor, **facts: Any) -> Template:
    return import_template(actor=actor, file=short_file(), **facts)


def approved_template(actor: Actor, **facts: Any) -> Template:
    return approve_template(actor=actor, template_id=draft_template(actor, **facts).pk)


@cache
def sample_parts(folder: Path) -> tuple[bytes, TemplateMetadata]:
    """A template of OpenAgreements: the document that has the fields, and its metadata with its rules."""
    rules = [folder / name for name in ("selections.json", "replacements.json")]
    read = [path.read_bytes() if path.exists() else b"" for path in rules]
    filled = folder / "template.fill.docx"
    document = filled if filled.exists() else folder / "template.docx"
    return document.read_bytes(), read_metadata((folder / "metadata.yaml").read_bytes(), *read)


def answers_to(fields: Sequence[Field], *, yes: bool = True) -> dict[str, Any]:
    """An answer to every question."""
    return {field.name: _answer(field, yes) for field in fields}


def _answer(field: Field, yes: bool) -> Any:
    made: dict[str, Any] = {
        "boolean": yes,
        "date": "2026-03-31",
        "number": "7",
        "string": f"Answer {field.name}",
        "text": f"Answer {field.name}\nand more",
    }
    if field.type == "enum":
        return field.options[0 if yes else -1]
    return answers_to_entries(field, yes) if field.type == "array" else made[field.type]


def answers_to_entries(field: Field, yes: bool) -> list[dict[str, Any]]:
    return [answers_to(field.items, yes=yes) for _number in range(2)]
