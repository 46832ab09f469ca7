"""metadata.yaml and its rules: what is read, and what is refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from clm.lib.errors import Invalid
from contracts import portfolio
from contracts.adapters.template_metadata import MOST_BYTES, read_metadata
from contracts.queries.templates import category_of
from tests.contracts.library_of import METADATA, SAMPLES, sample_parts

BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n".encode() for n in range(9)
)


def refused(metadata: bytes, selections: bytes = b"", replacements: bytes = b"") -> tuple[str, list[str]]:
    with pytest.raises(Invalid) as refusal:
        read_metadata(metadata, selections, replacements)
    return refusal.value.code, list(refusal.value.fields)


def test_the_fields_become_questions() -> None:
    read = read_metadata(METADATA)

    assert (read.name, read.license, read.version, read.source_url) == (
        "Short NDA", "CC0-1.0", "1.0", "https://example.com/nda",
    )  # fmt: skip
    assert [(field.name, field.type, field.required, field.default) for field in read.fields] == [
        ("party_name", "string", True, None),
        ("signed_on", "date", False, None),
        ("has_extras", "boolean", False, None),
        ("law", "enum", False, "Delaware"),
    ]
    assert (read.fields[0].label, read.fields[0].help, read.fields[0].section) == ("Party name", "Who signs", "Parties")


def test_rules_come_along() -> None:
    _document, metadata = sample_parts(SAMPLES / "common-paper-mutual-nda")

    assert [len(group["options"]) for group in metadata.selections] == [2, 2]
    assert metadata.selections[0]["options"][1] == {
        "marker": "Continues until terminated in accordance with the terms of the MNDA.",
        "field": "mnda_term",
        "equals": "until terminated",
    }


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        (b"\xff\xfe", "metadata_unreadable"),
        (b"a: [", "metadata_unreadable"),
        (b"a: &x 1\nb: *x", "metadata_unreadable"),
        (b"!!python/object/apply:os.system ['true']", "metadata_unreadable"),
        (b"[" * 100_000, "metadata_unreadable"),
        (b"- a", "metadata_wrong"),
        (b"description: x", "metadata_wrong"),
        (b"name: [x]", "metadata_wrong"),
        (b"name: x\nfields: yes", "metadata_wrong"),
        (b"name: x\nfields: [{name: A b, type: string}]", "metadata_wrong"),
        (b"name: x\nfields: [{name: a, type: code}]", "metadata_wrong"),
        (b"name: x\nfields: [{name: a, type: enum}]", "metadata_wrong"),
        (b"name: x\nfields: [{name: a, type: array}]", "metadata_wrong"),
        (b"name: x\nfields: [{name: a, type: date, default: soon}]", "metadata_wrong"),
        (b"name: x\nfields: [{name: a, type: string}, {name: a, type: string}]", "metadata_wrong"),
        (b"name: x\nallow_derivatives: false", "no_derivatives"),
        (b"name: x\n" + b"#" * MOST_BYTES, "metadata_too_large"),
    ],
)
def test_what_cannot_be_read_is_refused(metadata: bytes, code: str) -> None:
    assert refused(metadata) == (code, ["metadata"])


def test_a_bomb_is_refused_at_once() -> None:
    began = time.monotonic()

    assert refused(BOMB) == ("metadata_unreadable", ["metadata"])
    assert time.monotonic() - began < 2


NOTHING = b'{"groups": [{"options": [{"marker": "a\\u0000", "trigger": "default"}]}]}'


@pytest.mark.parametrize(
    "rules",
    [b"[]", b"{", b'{"groups": [1]}', b'{"groups": [{"options": [{"marker": "x"}]}]}', b"[" * 100_000, NOTHING],
)
def test_rules_that_cannot_be_read_are_refused(rules: bytes) -> None:
    assert refused(METADATA, rules)[1] == ["selections"]
    assert refused(METADATA, b"", b'{"a": 1}')[1] == ["replacements"]
    assert refused(METADATA, b"", b'{"a": "\\ud800"}')[1] == ["replacements"]


def test_an_address_that_is_no_web_address_is_left_out() -> None:
    assert read_metadata(b"name: x\nsource_url: 'javascript:alert(1)'").source_url == ""


@pytest.mark.parametrize(
    ("name", "category"),
    [("Mutual NDA", "nda"), ("CSA With SLA", "cloud"), ("Order Form (with SLA)", "order"), ("Sandals", "other")],
)
def test_the_name_says_the_type(name: str, category: str) -> None:
    assert category_of(read_metadata(f"name: {name}".encode())) == category


@pytest.mark.parametrize(
    ("said", "label", "help_"),
    [
        ("description: Set to true when Provider holds SOC 2 Type I.", "Provider holds SOC 2 Type I", ""),
        ("description: Set to true to include a pilot", "Include a pilot", ""),
        ("description: Fee structure (used with fee_is_other)", "Fee structure", ""),
        ("display_label: SOC 2, description: Set to true when Provider holds it", "SOC 2", "When Provider holds it"),
        ("label: Fee, description: The monthly fee", "Fee", "The monthly fee"),
        (f"description: {'long ' * 30}", "Cert soc2", "Long" + " long" * 29),
        ("help: ''", "Cert soc2", ""),
    ],
)
def test_a_question_is_said_to_people(said: str, label: str, help_: str) -> None:
    fields = f"name: x\nfields: [{{name: cert_soc2, type: boolean, {said}}}]"
    asked = read_metadata(fields.encode()).fields[0]

    assert (asked.label, asked.help) == (label, help_)


def test_what_is_said_of_a_question_names_no_field_as_a_tool_does() -> None:
    read = read_metadata(b"""
name: x
fields:
  - {name: fee_is_other, type: boolean, description: Set to true when another fee applies. Describe in custom_fee.}
  - {name: custom_fee, type: string, label: Other fee}
  - name: cap_type
    type: enum
    options: [fixed, greater_of]
    label: Cap
    description: With "greater_of" the greater of both. See no_field, my_file.pdf, https://a.example/b_c, x_y@a.example.
  - {name: more_cap_type, type: enum, options: [a], label: More, description: Same options as cap_type.}
""")

    other, _custom, cap, more = read.fields
    assert (other.label, other.help) == ("Another fee applies. Describe in “Other fee”", "")
    assert cap.help == (
        'With "Greater of" the greater of both. See no field, my_file.pdf, https://a.example/b_c, x_y@a.example.'
    )
    assert (cap.options, more.help) == (("fixed", "greater_of"), "Same options as “Cap”.")


def test_no_question_of_a_published_template_is_told_by_the_name_of_a_field() -> None:
    folder = Path(portfolio.__file__).parent / "data" / "templates" / "common-paper-csa-with-sla"
    fields = {field.name: field for field in sample_parts(folder)[1].fields}

    assert [name for name, field in fields.items() if "_" in field.label + field.help] == []
    assert (
        fields["fee_is_other"].label == "A custom fee structure applies. Describe in “Custom fee structure description”"
    )
    assert fields["increased_cap_type"].help.endswith("Same options as “General cap type”.")
