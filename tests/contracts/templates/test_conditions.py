"""Conditions between questions: what is asked, what is dropped, and what an import refuses."""

from __future__ import annotations

from typing import Any

import pytest

from clm.lib.errors import Invalid
from contracts.adapters.template_metadata import read_metadata
from contracts.engine.questionnaire import BadSchema, Condition, as_json, check, fields_of, unasked

YES_NO = {"name": "has", "type": "boolean"}
LAW = {"name": "law", "type": "enum", "options": ["Kent", "York", "Bath"]}
TEXT = {"name": "text", "type": "string"}
LIST = {"name": "list", "type": "array", "items": [{"name": "one", "type": "string"}]}


def when(condition: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    return {"name": "more", "type": "string", "required": True, "condition": condition, **more}


@pytest.mark.parametrize(
    ("source", "condition", "answer", "is_asked"),
    [
        (YES_NO, {"field": "has", "equals": True}, True, True),
        (YES_NO, {"field": "has", "equals": True}, False, False),
        (YES_NO, {"field": "has", "equals": False}, None, True),
        (YES_NO, {"field": "has", "is_set": True}, False, False),
        (YES_NO, {"field": "has", "is_set": False}, False, True),
        (LAW, {"field": "law", "equals": "Kent"}, "Kent", True),
        (LAW, {"field": "law", "in": ["Kent", "York"]}, "York", True),
        (LAW, {"field": "law", "in": ["Kent", "York"]}, "Bath", False),
        (LAW, {"field": "law", "in": ["Kent", "York"]}, None, False),
        (TEXT, {"field": "text", "equals": "other"}, "other", True),
        (TEXT, {"field": "text", "is_set": True}, " ", False),
        (TEXT, {"field": "text", "is_set": False}, "", True),
        (LIST, {"field": "list", "is_set": True}, [{"one": "x"}], True),
        (LIST, {"field": "list", "is_set": True}, [], False),
        (LIST, {"field": "list", "is_set": False}, [], True),
    ],
)
def test_a_question_is_asked_where_its_condition_holds(
    source: dict[str, Any], condition: dict[str, Any], answer: Any, is_asked: bool
) -> None:
    fields = fields_of([when(condition), source])  # what it depends on may stand after it

    values, wrong = check(fields, {source["name"]: answer, "more": "said"})
    _values, missing = check(fields, {source["name"]: answer})

    assert (values["more"], wrong) == ("said" if is_asked else None, {})
    assert missing == ({"more": ["This answer is needed."]} if is_asked else {})
    assert unasked(fields, values) == (set() if is_asked else {"more"})


def test_what_depends_on_a_question_that_is_not_asked_is_not_asked() -> None:
    rows = [
        YES_NO,
        {**LAW, "default": "Kent", "condition": {"field": "has", "equals": True}},
        when({"field": "law", "equals": "Kent"}),
        {"name": "none", "type": "boolean", "condition": {"field": "law", "is_set": False}},
    ]
    fields = fields_of(rows)

    values, wrong = check(fields, {"has": False, "law": "Kent", "more": "said", "none": True})

    assert (values, wrong) == ({"has": False, "law": None, "more": None, "none": False}, {})
    assert check(fields, {"has": True, "more": "said"})[0]["law"] == "Kent"


def test_what_is_wrong_with_an_answer_that_is_not_asked_is_nothing() -> None:
    fields = fields_of([YES_NO, when({"field": "has", "equals": True}, type="date")])

    assert check(fields, {"more": "soon"}) == ({"has": False, "more": None}, {})
    assert list(check(fields, {"has": True, "more": "soon"})[1]) == ["more"]


def test_a_list_that_is_not_asked_is_empty() -> None:
    fields = fields_of([YES_NO, {**LIST, "condition": {"field": "has", "equals": True}}])

    assert as_json(check(fields, {"list": [{"one": "x"}]})[0]["list"]) == []


def test_the_parts_of_an_entry_have_defaults_and_may_be_needed() -> None:
    items = [
        {"name": "who", "type": "string", "required": True},
        {"name": "share", "type": "number", "default": 5},
    ]
    fields = fields_of([{"name": "list", "type": "array", "items": items}])

    values, wrong = check(fields, {"list": [{"who": "Ann"}]})
    assert (as_json(values["list"]), wrong) == ([{"who": "Ann", "share": "5"}], {})
    assert check(fields, {"list": [{"who": " ", "share": 1}]})[1] == {"list": ["Entry 1, Who: This answer is needed."]}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"field": "nobody", "equals": True}, "which is no field"),
        ({"field": "more", "is_set": True}, "leads back to itself"),
        ({"field": "law", "equals": "Rome"}, "cannot have"),
        ({"field": "law", "in": ["Kent", "Rome"]}, "cannot have"),
        ({"field": "has", "equals": "yes"}, "cannot have"),
        ({"field": "list", "equals": "x"}, "cannot have"),
        ({"field": "has"}, "names a field and one of"),
        ({"field": "has", "equals": True, "is_set": True}, "names a field and one of"),
        ({"field": "has", "in": []}, "names a field and one of"),
        ({"field": "has", "equals": 1.5}, "names a field and one of"),
        ({"field": "has", "equals": "a\x00b"}, "names a field and one of"),
        ({"field": "has", "in": ["\ud800"]}, "names a field and one of"),
        ({"field": "has", "is_set": "no"}, "names a field and one of"),
        ({"equals": True}, "names a field and one of"),
        ("has", "names a field and one of"),
        ({"field": "has", "unless": True}, "names a field and one of"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused(condition: Any, said: str) -> None:
    with pytest.raises(BadSchema, match=said):
        fields_of([YES_NO, LAW, LIST, when(condition)])


def test_a_circle_is_refused() -> None:
    rows = [
        {"name": name, "type": "boolean", "condition": {"field": other, "equals": True}}
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    with pytest.raises(BadSchema, match="leads back to itself"):
        fields_of(rows)


def test_the_entries_of_a_list_have_no_conditions() -> None:
    with pytest.raises(BadSchema, match="names a field and one of"):
        fields_of([YES_NO, {**LIST, "items": [{**TEXT, "condition": {"field": "has", "equals": True}}]}])


def test_a_condition_is_kept_as_it_was_given() -> None:
    given = [{"field": "has", "in": [True]}, {"field": "has", "is_set": False}]
    fields = fields_of([YES_NO, when(given[0]), when(given[1], name="other")])

    again = fields_of([field.as_json() for field in fields])

    assert again == fields
    assert [field.as_json().get("condition") for field in fields] == [None, *given]
    assert "condition" not in fields[0].as_json()


def told(description: str, type_: str = "boolean") -> Condition | None:
    read = read_metadata(
        f"name: x\nfields:\n  - {{name: fee_is_other, type: {type_}, description: x}}\n"
        f"  - {{name: fee_words, type: string, description: '{description}'}}".encode()
    )
    return read.fields[1].condition


@pytest.mark.parametrize(
    ("description", "condition"),
    [
        ("Words (used with fee_is_other)", Condition("fee_is_other", (True,))),
        ("Words. Only used when fee_is_other is false", Condition("fee_is_other", (False,))),
        ("Words (only used when fee_is_other is true)", Condition("fee_is_other", (True,))),
        ("Words (used with nothing_known)", None),
        ("Words that go with fee_is_other", None),
    ],
)
def test_a_condition_is_read_off_a_description(description: str, condition: Condition | None) -> None:
    assert told(description) == condition


def test_a_description_ties_to_questions_of_yes_or_no_only() -> None:
    assert told("Words (used with fee_is_other)", "string") is None


def test_metadata_with_a_wrong_condition_is_refused() -> None:
    metadata = b"name: x\nfields: [{name: a, type: string, condition: {field: b, is_set: true}}]"

    with pytest.raises(Invalid) as refused:
        read_metadata(metadata)

    assert (refused.value.code, list(refused.value.fields)) == ("metadata_wrong", ["metadata"])
