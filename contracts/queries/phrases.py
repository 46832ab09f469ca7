"""Phrases, by the pairs of words next to each other that `contracts.search` writes: where both words are frequent, the
index of words alone would leave nearly every text to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import QuerySet

from clm.lib.plans import ByIds, rows_of
from contracts.engine.snippets import Pair
from contracts.models import WordPairs
from contracts.search import APART, NEAR

# Text is English; references and the names of parties are as they stand.
CONFIGS = ("english", "simple")
_TOKEN = re.compile(r"'((?:[^']|'')*)'|<(-|\d+)>|(&)|(\S)")


@dataclass(frozen=True)
class Phrase:
    """What was typed, as read in a configuration of the search, and its pairs.
    `is_pair`: it asks for no more than one pair."""

    query: SearchQuery
    pairs: tuple[Pair, ...]
    is_pair: bool


def web_search(words: str, config: str) -> SearchQuery:
    return SearchQuery(words, search_type="websearch", config=config)


def is_plain(words: str) -> bool:
    """Words and nothing else: no phrase, and none that is made of several."""
    return all(each.isalnum() or each.isspace() for each in words)


def phrases_in(words: str) -> list[Phrase]:
    """What was typed as queries in both configurations, where each has a phrase in it that pairs can be looked up for;
    else nothing, and then the texts are matched as they are."""
    if is_plain(words):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT websearch_to_tsquery('english', %s)::text, websearch_to_tsquery('simple', %s)::text", [words] * 2
        )
        english, simple = cursor.fetchone()
    asked = {simple: "simple"} | {english: "english"}  # mostly two, but of references one
    phrases = [Phrase(web_search(words, config), *pairs_of(text)) for text, config in asked.items()]
    return phrases if all(phrase.pairs for phrase in phrases) else []


def pairs_of(query: str) -> tuple[tuple[Pair, ...], bool]:
    """Of PostgreSQL's text of a query that asks for all its words, and whether it is one pair. None where it asks
    otherwise, or its words stand too far apart."""
    pairs: list[Pair] = []
    words, apart, last = 0, 0, ""
    for word, distance, both, other in _TOKEN.findall(query):
        if other:
            return (), False
        if distance:
            apart = 1 if distance == "-" else int(distance)
        elif both:
            apart = 0
        else:
            word = word.replace("''", "'").replace("\\\\", "\\")
            if apart > APART:
                return (), False
            pairs += [(last, word, apart)] if apart else []
            words, last, apart = words + 1, word, 0
    return tuple(pairs), words == len(pairs) + 1 == 2


def with_phrases(rows: QuerySet[Any], phrases: list[Phrase]) -> Iterator[QuerySet[Any] | ByIds]:
    """The rows that have one of the phrases in their texts, for `bounded_ids`."""
    for phrase in phrases:
        having = rows if phrase.is_pair else rows.filter(search=phrase.query)
        yield from rows_of(having, WordPairs.objects.filter(pairs__contains=_hashed(phrase)), "contract")


def _hashed(phrase: Phrase) -> list[int]:
    with connection.cursor() as cursor:
        words, following, apart = zip(*phrase.pairs, strict=True)
        cursor.execute(
            f"SELECT {NEAR} FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS pair(word, next, apart)",  # noqa: S608
            [list(words), list(following), list(apart)],
        )
        return [row[0] for row in cursor.fetchall()]
