"""Conditions of a template's parts, for people."""

from __future__ import annotations

from django import template

from contracts.engine.composition import Composition
from contracts.engine.questionnaire import Condition
from contracts.pages.composition_forms import condition_text

register = template.Library()


@register.filter
def in_words(condition: Condition, composition: Composition) -> str:
    """“Is there a fee?” is yes."""
    return condition_text({**condition.as_json(), "field": named(condition.field, composition)})


@register.filter
def named(field: str, composition: Composition) -> str:
    """What the question is called for people."""
    return next((question.label for question in composition.questions if question.name == field), field)
