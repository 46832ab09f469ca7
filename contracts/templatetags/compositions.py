"""Conditions of a template's parts, for people."""

from __future__ import annotations

from django import template

from contracts.engine.questionnaire import Condition
from contracts.pages.composition_forms import condition_text

register = template.Library()


@register.filter
def in_words(condition: Condition) -> str:
    """“Has fee” is yes."""
    return condition_text(condition.as_json())
