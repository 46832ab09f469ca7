"""When a paragraph of a template is in the document, and which questions need no answer where theirs is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.adapters.word_drafting import option_bodies
from contracts.adapters.word_paragraphs import qn, text_of
from contracts.adapters.word_spots import PART
from contracts.engine.questionnaire import BadSchema, Condition, Field, check_answers, check_circle


def conditions_in(
    root: Any, options: Sequence[tuple[Mapping[str, Any], Sequence[Any]]], fields: Mapping[str, Field]
) -> dict[Any, Condition]:
    """When a paragraph is in the document: where its option is chosen, or the one that it belongs to, or the part that
    it stands in is."""
    found: dict[Any, Condition] = {}
    above: list[str] = []
    for paragraph in root.iter(qn("p")):
        parts = list(PART.finditer(text_of(paragraph)))
        for part in parts:
            if part["asked"]:
                above.append(part["asked"])
        if above and above[-1] in fields:
            found[paragraph] = Condition(above[-1], (True,) if fields[above[-1]].type == "boolean" else ())
        for part in parts:
            if part["end"] and above:
                above.pop()
    chosen: dict[Any, Condition] = {}
    for group, places in options:
        for option, paragraph in zip(group["options"], places, strict=True):
            condition = _condition(option, group["options"], fields)
            if paragraph is not None and condition is not None:
                chosen[paragraph] = condition
    return _belonging(options, chosen) | found | chosen


def _belonging(
    options: Sequence[tuple[Mapping[str, Any], Sequence[Any]]], chosen: Mapping[Any, Condition]
) -> dict[Any, Condition]:
    """What belongs to an option, also to one that belongs to another itself: the innermost decides."""
    bodies = {line: body for group, places in options for line, body in option_bodies(group, places).items()}
    found: dict[Any, Condition] = {}
    for line in sorted(bodies, key=lambda line: -len(bodies[line])):
        own = [inner for each in bodies[line] for inner in each.iter(qn("p"))] if line in chosen else []
        found |= dict.fromkeys(own, chosen[line]) if own else {}
    return found


def _condition(
    option: Mapping[str, Any], options: Sequence[Mapping[str, Any]], fields: Mapping[str, Field]
) -> Condition | None:
    """The answer that chooses the option. One that is taken where no other is has a condition where all others are
    answers to one question."""
    if option["field"]:
        return _checked(_chosen_by(option, fields), fields)
    others = [each for each in options if each["field"]]
    names = {each["field"] for each in others}
    source = fields.get(names.pop()) if len(names) == 1 else None
    if source is None:
        return None
    if source.type == "enum":
        rest = tuple(each for each in source.options if each not in {other.get("equals") for other in others})
        return _checked(Condition(source.name, rest), fields) if rest else None
    is_open = Condition(source.name, (False,)) if source.type == "boolean" else Condition(source.name, is_set=False)
    return _checked(is_open, fields) if len(others) == 1 and others[0].get("equals") in (None, True) else None


def _chosen_by(option: Mapping[str, Any], fields: Mapping[str, Field]) -> Condition:
    wanted, source = option.get("equals"), fields.get(option["field"])
    if wanted is None and source is not None and source.type == "boolean":
        wanted = True
    return Condition(option["field"], () if wanted is None else (wanted,))


def _checked(condition: Condition, fields: Mapping[str, Field]) -> Condition | None:
    try:
        check_answers("a blank", condition, fields)
    except BadSchema:
        return None
    return condition


def asked_where(
    where: Mapping[str, Sequence[Condition | None]], fields: Mapping[str, Field], deciding: Collection[str]
) -> dict[str, Condition]:
    """The condition of each question that stands only in parts of the document which one other question chooses.
    `where` has the conditions of its places, `deciding` the questions that choose such parts themselves."""
    known = dict(fields)
    for name, places in where.items():
        field = known[name]
        condition = None if field.required or field.condition or name in deciding else _any_of(places)
        if condition and known[condition.field].type == "boolean" and len(condition.among) > 1:
            continue  # asked either way
        if condition is not None and condition.field != name:
            try:
                check_circle(replace(field, condition=condition), known)
            except BadSchema:
                continue
            known[name] = replace(field, condition=condition)
    return {name: field.condition for name, field in known.items() if field.condition and not fields[name].condition}


def _any_of(places: Sequence[Condition | None]) -> Condition | None:
    first = places[0] if places else None
    if first is None or any(each is None or each.field != first.field for each in places):
        return None
    if all(each == first for each in places):
        return first
    if any(each is None or not each.among for each in places):
        return None
    answers = [answer for each in places if each for answer in each.among]
    return Condition(first.field, tuple(dict.fromkeys(answers)))
