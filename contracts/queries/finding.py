"""Contracts by words: in the title, the text, the parties' names and the references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import EmptyResultSet
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Upper

from clm.access.permissions import can, visible
from clm.lib.actor import Actor
from clm.lib.plans import COUNTED, Among, ByIds, bounded_ids, rows_of
from contracts.models import ContractParty, FurtherWords, Party, Version
from contracts.queries.party_names import in_capitals, parties_like, parties_so_named, typed_name
from contracts.queries.phrases import CONFIGS, is_plain, phrases_in, web_search, with_phrases

MOST_WORDS = 20


@dataclass(frozen=True)
class Found:
    """What was found. `number` is how many, at most COUNTED; None where nobody has counted. `ids` are those of all that
    was found, where that is not more; where it is, `gathered` are the same rows for `met_soon`. `is_alike`: none had
    the words, and these have a party whose name is much like them."""

    rows: QuerySet[Any]
    number: int | None = None
    has_more: bool = False
    ids: Sequence[str] | None = None
    gathered: QuerySet[Any] | None = None
    is_alike: bool = False


def _told(rows: QuerySet[Any], ids: Sequence[str], *, is_alike: bool = False) -> Found:
    return Found(rows.filter(Among("pk", ids)), len(ids), ids=ids, is_alike=is_alike)


def found_for(actor: Actor, rows: QuerySet[Any], words: str, of: QuerySet[Any] | None = None) -> Found:
    """Those of the rows that have the words, as far as this actor may know: what the other side finds says nothing of
    what it does not see. All of them where no words are asked for. `of` are the rows before they were narrowed: see
    `found_by`."""
    if not words:
        return Found(rows)
    if can(actor, "contracts.view_inside"):
        return found_by(rows, words, of)
    return Found(_found_by_the_other_side(actor, rows, words, rows if of is None else of))


def found_by(rows: QuerySet[Any], words: str, of: QuerySet[Any] | None = None) -> Found:
    """Rows that have the words in title, text, parties or references, or whose title or a party's name contains them as
    written; where none of all the rows has, those of parties whose names are much like them. Looked up at once, each
    way by an index of its own, so that whatever is asked of the found rows costs as much as there are."""
    ids = bounded_ids(_ways(rows, words), COUNTED + 1)
    if len(ids) > COUNTED:
        return Found(rows.filter(_anyhow(words)), COUNTED, has_more=True, gathered=_gathered(rows, words))
    if ids or not typed_name(words) or _is_any(rows, of, words):
        return _told(rows, ids)
    alike = parties_like(Party.objects.all(), words)
    parts = ContractParty.objects.filter(party__in=[party.pk for party in alike])
    ids = bounded_ids(rows_of(rows, parts, "contract") if alike else (), COUNTED + 1)
    if len(ids) > COUNTED:
        return Found(rows.filter(pk__in=parts.values("contract")), COUNTED, has_more=True, is_alike=True)
    return _told(rows, ids, is_alike=True)


def looked_up(rows: QuerySet[Any], of: QuerySet[Any]) -> Found:
    """The rows that a filter leaves `of` others and that is dear to ask, so that it is asked once."""
    ids = bounded_ids([rows], COUNTED + 1, matches_texts=False)
    return Found(rows, COUNTED, has_more=True) if len(ids) > COUNTED else _told(of, ids)


def _is_any(rows: QuerySet[Any], of: QuerySet[Any] | None, words: str) -> bool:
    """Whether one has them that the rows were narrowed from."""
    if of is None or _asked(of) == _asked(rows):
        return False
    return bool(bounded_ids(_ways(of, words), 1))


def _asked(rows: QuerySet[Any]) -> str:
    """The statement; none where it is known that nothing is left."""
    try:
        return str(rows.query)
    except EmptyResultSet:
        return ""


def _ways(rows: QuerySet[Any], words: str) -> Iterator[QuerySet[Any] | ByIds]:
    """The ways in which rows have the words; one may be found in several."""
    titled = cast("QuerySet[Any]", rows.annotate(title_upper=Upper("title")))
    capitals = in_capitals(words)
    phrases = phrases_in(words)
    yield from with_phrases(rows, phrases) if phrases else [rows.filter(_has(words))]
    yield titled.filter(title_upper__contains=capitals)
    if not (phrases and all(phrase.is_pair for phrase in phrases)):  # pairs are those of long texts too
        yield rows.filter(pk__in=_in_long_texts(words))
    if typed_name(words):
        named = parties_so_named(words).values("pk")
        yield from rows_of(rows, ContractParty.objects.filter(party__in=named), "contract")


def _gathered(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Each way by its index."""
    ways = [rows.filter(_has(words)), rows.filter(title__icontains=words), rows.filter(pk__in=_in_long_texts(words))]
    if typed_name(words):
        parts = ContractParty.objects.filter(party__in=parties_so_named(words).values("pk"))
        ways.append(rows.filter(pk__in=parts.values("contract")))
    first, *others = (way.order_by().values("pk") for way in ways)
    return rows.filter(pk__in=first.union(*others))


def _anyhow(words: str) -> Q:
    """In any of the ways, as a condition: for so many rows that in the order of a list the first are met soon."""
    ways = _has(words) | Q(title__icontains=words) | Q(pk__in=_in_long_texts(words))
    # Asked of each row that is met: the planner would gather all contracts of all parties so named beforehand.
    parts = ContractParty.objects.filter(contract=OuterRef("pk"), party__in=parties_so_named(words).values("pk"))
    return ways | Q(pk=Subquery(parts.values("contract")[:1])) if typed_name(words) else ways


def _has(words: str) -> Q:
    english, simple = (Q(search=web_search(words, config)) for config in CONFIGS)
    return english | simple


def _in_long_texts(words: str) -> QuerySet[Any]:
    """Contracts by the parts of their long texts. Mostly there are none: single words are found here only where a
    contract's own vector could not hold them."""
    rows = FurtherWords.objects.filter(_has(words))
    return (rows.filter(is_beyond=True) if is_plain(words) else rows).values("contract")


def _found_by_the_other_side(actor: Actor, rows: QuerySet[Any], words: str, of: QuerySet[Any]) -> QuerySet[Any]:
    found = _with_each_word(actor, rows, words)
    if found.exists() or _with_each_word(actor, of, words).exists():
        return found
    theirs = Party.objects.filter(pk__in=ContractParty.objects.filter(contract__in=rows.values("pk")).values("party"))
    alike = ContractParty.objects.filter(party__in=parties_like(theirs, words))
    return rows.filter(pk__in=alike.values("contract"))


def _with_each_word(actor: Actor, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    found = rows
    for word in words.split()[:MOST_WORDS]:
        texts = visible(actor, Version.objects.filter(text__icontains=word)).values("contract")
        named = ContractParty.objects.filter(party__name__icontains=word).values("contract")
        by_name = Q(title__icontains=word) | Q(reference__icontains=word) | Q(external_reference__icontains=word)
        found = found.filter(by_name | Q(pk__in=texts) | Q(pk__in=named))
    return found
