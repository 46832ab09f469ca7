"""Parties by a part of their legal name, or by almost it."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Upper

from contracts.models import Party

# What people type of a name; a question in the language of the search, or a sentence, is none.
LEAST, MOST_TYPED, MOST_WORDS = 3, 120, 6
_ASKED = re.compile(r'"|(?:^|\s)-\S|\sor\s', re.IGNORECASE)
MOST_PARTIES = 30
# Of the three-letter parts of what was typed and of the place in the name that is most like it: one wrong letter of six
# leaves 0.4. What is clearly less like it than the likest is left out.
LIKE_ENOUGH, BESIDE_LIKEST = 0.35, 0.8


def typed_name(words: str) -> str:
    """What was typed, in the letters of the index; empty where it is no name."""
    typed = in_capitals(" ".join(words.split()))
    is_name = LEAST <= len(typed) <= MOST_TYPED and len(typed.split()) <= MOST_WORDS and not _ASKED.search(words)
    return typed if is_name else ""


def in_capitals(text: str) -> str:
    """As PostgreSQL's UPPER writes it: letter by letter, so that the sharp s stays one."""
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)


def parties_so_named(words: str) -> QuerySet[Any]:
    """Those whose name has this in it."""
    named: QuerySet[Any] = Party.objects.annotate(upper_name=Upper("name"))
    return named.filter(upper_name__contains=typed_name(words))


def parties_with(rows: QuerySet[Any], words: str, most: int = MOST_PARTIES) -> list[Any]:
    """Those of them whose name has this in it, by name."""
    named = rows.filter(pk__in=parties_so_named(words).values("pk"))
    return list(named.order_by("name", "pk")[:most]) if typed_name(words) else []


def parties_like(rows: QuerySet[Any], words: str, most: int = MOST_PARTIES) -> list[Any]:
    """Those whose name has something much like this in it, the likest first; by the trigram index."""
    typed = typed_name(words)
    if not typed:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(LIKE_ENOUGH)])
    named: QuerySet[Any] = rows.annotate(upper_name=Upper("name")).filter(upper_name__trigram_word_similar=typed)
    ranked: QuerySet[Any] = named.annotate(likeness=TrigramWordSimilarity(typed, "upper_name"))
    found = list(ranked.order_by("-likeness", "name", "pk")[:most])
    return [each for each in found if each.likeness >= found[0].likeness * BESIDE_LIKEST]


def parties_named(rows: QuerySet[Any], words: str, most: int = MOST_PARTIES) -> list[Any]:
    """By a part of the name, or where none has it by almost it."""
    return parties_with(rows, words, most) or parties_like(rows, words, most)
