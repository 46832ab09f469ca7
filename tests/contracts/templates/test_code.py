"""No template runs code of its own, whatever way it is written, and none takes more than its share."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from jinja2.sandbox import SandboxedEnvironment

from clm.lib.errors import DomainError, Invalid
from contracts.adapters import word_writing
from contracts.adapters.template_metadata import TemplateMetadata
from contracts.adapters.word_filling import check_file, filled_file
from contracts.adapters.word_template import check_source, check_template, fill
from contracts.engine.questionnaire import check
from contracts.queries.templates import read_template
from tests.contracts.library_of import word
from tests.contracts.templates.test_words import FIELDS

SUM = "&#123;&#123; 7 * 191 &#125;&#125;"
HEAVY = "&#123;&#123; ('x' * 200000000)|length &#125;&#125;"
LOOPS = (
    "&#123;% for a in range(2000) %&#125;&#x7B;% for b in range(2000) %&#125;&#123;% endfor %&#125;&#123;% endfor %}"
)


def changed(docx: bytes, part: str, old: str, new: str) -> bytes:
    """The Word document with other XML in one of its parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            after.writestr(name, content)
    return stream.getvalue()


def body_with(xml: str) -> bytes:
    return changed(word("HERE"), "word/document.xml", "HERE", xml)


def around_with(kind: str, xml: str) -> bytes:
    document, stream = Document(), io.BytesIO()
    getattr(document.sections[0], kind).paragraphs[0].text = "HERE"
    document.save(stream)
    return changed(stream.getvalue(), f"word/{kind}1.xml", "HERE", xml)


def lines_of(made: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(made)).paragraphs]


def refused(docx: bytes, replacements: Mapping[str, str] | None = None) -> None:
    """At once when it is brought in, and again when it is filled, should it ever have come in."""
    rules: dict[str, Any] = {"replacements": dict(replacements or {})}
    metadata = TemplateMetadata("T", "", "", "", "", "", "", FIELDS, [], rules["replacements"])
    for attempt in (
        lambda: read_template(docx, "t.docx", metadata),
        lambda: check_template(docx, FIELDS, rules["replacements"]),
        lambda: fill(docx, check(FIELDS, {})[0], rules),
        lambda: fill(docx, check(FIELDS, {})[0], rules | {"as_written": True}),
    ):
        with pytest.raises(Invalid) as refusal:
            attempt()
        assert (refusal.value.code, list(refusal.value.fields)) == ("template_has_code", ["file"])


@pytest.mark.parametrize("xml", [SUM, HEAVY, LOOPS, "&#x7b;&#x7b; name &#x7d;}", "{&#35; note &#35;}"])
def test_code_in_character_references_is_refused(xml: str) -> None:
    refused(body_with(xml))


@pytest.mark.parametrize("kind", ["header", "footer"])
def test_code_in_headers_and_footers_is_refused(kind: str) -> None:
    refused(around_with(kind, SUM))


def test_code_in_an_attribute_is_refused() -> None:
    refused(changed(word("a"), "word/document.xml", "<w:p>", f'<w:p w:rsidR="{SUM}">'))


@pytest.mark.parametrize(
    ("text", "replacements"),
    [
        ("{OPEN 7 * 191 CLOSE}", {"OPEN": "{", "CLOSE": "}"}),
        ("XX 7 * 191 YY", {"XX": "{X", "X": "{", "YY": "}Y", "Y": "}"}),
        ("{GONE{ 7 * 191 }GONE}", {"GONE": ""}),
    ],
)
def test_replaced_words_that_join_to_code_are_refused(text: str, replacements: dict[str, str]) -> None:
    refused(word(text), replacements)


def test_what_is_left_around_removed_words_is_no_code() -> None:
    """A note is removed while it is filled: the document of before had no code."""
    for text in (
        "{[Insert it]% if a_name %[Insert it]}b{[Insert it]% endif %[Insert it]}",
        "{[Insert the sum]{ 7 * 191 }[Insert the sum]}",
    ):
        with pytest.raises(Invalid, match="brackets"):
            fill(word(text), check(FIELDS, {})[0], {})


def test_code_in_a_comment_of_the_file_runs_never() -> None:
    """docxtpl takes what looks like a tag out from between two brackets, in a comment of the XML, too."""
    docx = body_with("a</w:t><!-- {<b>{ 7 * 191 }<b>} --><w:t>b")

    with pytest.raises(Invalid, match="brackets"):
        fill(docx, check(FIELDS, {})[0], {})


def test_properties_are_never_rendered() -> None:
    document, stream = Document(), io.BytesIO()
    document.add_paragraph("{name}")
    document.core_properties.title = "TITLE"
    document.save(stream)
    docx = changed(stream.getvalue(), "docProps/core.xml", "TITLE", "&#123;{ 7 * 191 }}")

    made, _blanks = fill(docx, check(FIELDS, {"name": "Acme"})[0], {})

    assert (lines_of(made), Document(io.BytesIO(made)).core_properties.title) == (["Acme"], "{{ 7 * 191 }}")


@pytest.mark.parametrize(
    "source",
    [
        "a {{ a_name }} b",
        '{{ i_p["items"] }}',
        "{% if a_extra %}a{% endif %}",
        "{% for i_p in a_people %}{{ a_name }}{% endfor %}",
        "a { b } c {x} %} }}",
    ],
)
def test_what_the_translation_writes_is_run(source: str) -> None:
    check_source(source, SandboxedEnvironment())


@pytest.mark.parametrize(
    "source",
    [
        "{{ 7 * 191 }}",
        "{{ a_name|upper }}",
        "{{ a_name.x }}",
        "{{ range(9) }}",
        "{{ i_p[a_x] }}",
        '{{ i_p["a"]["b"] }}',
        "{%- if a_x %}{% endif %}",
        "{% if a_x or 1 %}{% endif %}",
        "{% set a_x = 1 %}",
        "{% raw %}a{% endraw %}",
        "{# a #}",
        "{{ a_name",
        "a {{ a_name }} b {{ 1 }}",
    ],
)
def test_nothing_else_is_run(source: str) -> None:
    with pytest.raises(Invalid, match="brackets"):
        check_source(source, SandboxedEnvironment())


def test_what_is_filled_in_the_bounded_process_is_what_is_filled_here() -> None:
    answers = {"name": "A & <B>", "day": "2026-03-31", "amount": "7.50", "extra": True, "people": ["Ada", "Bo"]}
    values, _wrong = check(FIELDS, answers)
    docx = word("{name}, {day}: {amount}{IF extra}!{END-IF}", "{FOR p IN people}", "By {$p.items}", "{END-FOR p}")

    made, blanks = filled_file(docx, values, {})

    assert (values["day"], values["amount"]) == (date(2026, 3, 31), Decimal("7.50"))
    assert lines_of(made) == ["A & <B>, 31 March 2026: 7.50!", "By Ada", "By Bo"]
    again, blanks_here = fill(docx, values, {})
    assert (lines_of(made), blanks) == (lines_of(again), blanks_here)


def test_what_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_writing, "WALL_SECONDS", 0.001)

    for attempt in (lambda: check_file(word("{name}"), FIELDS, {}), lambda: filled_file(word("{name}"), {}, {})):
        with pytest.raises(Invalid) as refusal:
            attempt()
        assert (refusal.value.code, list(refusal.value.fields)) == ("too_slow", ["file"])


def test_a_refusal_comes_out_of_the_bounded_process_as_it_was() -> None:
    with pytest.raises(Invalid) as unknown:
        check_file(word("{unknown}"), FIELDS, {})
    with pytest.raises(Invalid) as damaged:
        filled_file(b"no document", {}, {})
    with pytest.raises(DomainError) as unfilled:
        filled_file(word("{FOR p IN extra}", "{$p.items}", "{END-FOR p}"), {"extra": True}, {})

    assert (unknown.value.code, unknown.value.fields) == (
        "placeholder_unknown",
        {"file": ["The placeholder {unknown} has no field in the metadata."]},
    )
    assert damaged.value.code == "corrupt"
    assert (unfilled.value.code, unfilled.value.status) == ("template_not_filled", 409)
