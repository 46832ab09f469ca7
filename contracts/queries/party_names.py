"""Parties by a part of their legal name, or by almost it, and the contracts that they are party to."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from contracts.models import ContractParty, Party

# What people type of a name; a question in the language of the search, or a sentence, is none.
LEAST, MOST_TYPED, MOST_WORDS = 3, 120, 6
_ASKED = re.compile(r'"|(?:^|\s)-\S|\sor\s', re.IGNORECASE)
MOST_PARTIES = 50
MOST_CONTRACTS = 2_000


def is_like_name(words: str) -> bool:
    return LEAST <= len(words) <= MOST_TYPED and len(words.split()) <= MOST_WORDS and not _ASKED.search(words)


def parties_named(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Those whose name has this in it, or a word or words much like it (0.6 of the three-letter parts of what was
    typed, PostgreSQL's own bound), the likest first; by the trigram index. None where no name was typed."""
    typed = " ".join(words.split()).upper()
    if not is_like_name(typed):
        return rows.none()
    named: QuerySet[Any] = rows.annotate(upper_name=Upper("name"))
    alike = named.filter(Q(upper_name__contains=typed) | Q(upper_name__trigram_word_similar=typed))
    ranked: QuerySet[Any] = alike.annotate(likeness=TrigramWordSimilarity(typed, "upper_name"))
    return ranked.order_by("-likeness", "name", "pk")


def named_so(words: str) -> Q:
    """Contracts with such a party. Looked up beforehand, so that the search keeps its indexes: of some contracts their
    ids, of too many, or of our own companies that most have, the words of the name, which their vectors hold."""
    found = list(parties_named(Party.objects.all(), words).values_list("pk", "name", "is_ours")[:MOST_PARTIES])
    theirs = [pk for pk, _name, is_ours in found if not is_ours]
    parts = ContractParty.objects.filter(party__in=theirs).order_by().values_list("contract", flat=True)
    ids = list(parts[: MOST_CONTRACTS + 1]) if theirs else []
    is_many = len(ids) > MOST_CONTRACTS
    wanted = Q(pk__in=set(ids))
    for _pk, name, is_ours in found:
        if is_ours or is_many:
            wanted |= Q(search=SearchQuery(name, config="simple"))
    return wanted
