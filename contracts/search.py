"""The words a contract is found by: steps of the verbs that change them. `queries.found_by` looks them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction

from clm.lib import clock
from contracts.models import Contract, ContractParty, FurtherWords, Party, Version
from contracts.queries.texts import sought_texts
from contracts.states import ContractState

# PostgreSQL's vector holds 1,048,575 bytes of different words and their places. Millions of characters of a language
# fit in; words that never repeat fill it sooner, and a text that does not fit is tried by half.
WHOLE = 2_000_000
SHORTEST = 20_000
# It knows a word's place up to this only, so phrases and compound words of texts with more are sought in parts that
# have places of their own, whatever their words are: those of one letter take half as many places as characters.
LAST_PLACE = 16_383
PART = 30_000
# Parts overlap, so that a phrase on the border is whole in one of them.
OVERLAP = 300
# Of what people type without end; a title and the name of a party have their own bounds.
DESCRIPTION, PARTIES = 20_000, 20_000
# Of the contracts of a renamed party so many are found by its new name in one go.
PORTION = 200
# Of a pair of words the second stands so far behind the first at most: only stop words stand between.
APART = 8
NEAR = "hashtextextended(word || ' ' || next, apart)"
TOO_LONG = "54000"  # SQLSTATE program_limit_exceeded

_CONTRACT = f"""
UPDATE contracts_contract SET search =
    setweight(to_tsvector('simple', reference || ' ' || external_reference), 'A')
    || setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', left(description, {DESCRIPTION}) || ' ' || array_to_string(tags, ' ')), 'B')
    || setweight(to_tsvector('simple', left(coalesce((
        SELECT string_agg(p.name, ' ') FROM contracts_contractparty cp JOIN contracts_party p ON p.id = cp.party_id
        WHERE cp.contract_id = contracts_contract.id), ''), {PARTIES})), 'B')
    || setweight(to_tsvector('english', coalesce((
        SELECT string_agg(left(v.text, %s), E'\n' ORDER BY array_position(%s::uuid[], v.id))
        FROM contracts_version v WHERE v.id = ANY(%s::uuid[])), '')), 'D')
WHERE id = %s
"""  # noqa: S608 (constants of this module)
_PART = """
INSERT INTO contracts_furtherwords (organization_id, contract_id, end_at, is_beyond, search)
VALUES (%s, %s, %s, true, to_tsvector('english', %s))
"""
# Of each vector, words and their places in order; what has no place of its own any more is no neighbour.
_PAIRS = f"""
INSERT INTO contracts_wordpairs (organization_id, contract_id, pairs)
SELECT %s, %s, coalesce(array_agg(DISTINCT {NEAR}), '{{}}') FROM (
    SELECT word, lead(word) OVER near AS next, lead(place) OVER near - place AS apart FROM (
        SELECT part, lexeme AS word, unnest(positions) AS place FROM (
            SELECT NULL::uuid AS part, search FROM contracts_contract WHERE id = %s
            UNION ALL SELECT id, search FROM contracts_furtherwords WHERE contract_id = %s
        ) AS vectors, unnest(search)
    ) AS places WHERE place < {LAST_PLACE} WINDOW near AS (PARTITION BY part ORDER BY place)
) AS pairs WHERE apart BETWEEN 1 AND {APART}
ON CONFLICT (contract_id) DO UPDATE SET pairs = EXCLUDED.pairs
"""  # noqa: S608 (constants of this module)
_PLACES = """
SELECT max(place) FROM (SELECT unnest(positions) FROM contracts_contract, unnest(search) WHERE id = %s) AS places(place)
"""
_BEYOND = """
UPDATE contracts_furtherwords SET is_beyond = (end_at > %s) WHERE contract_id = %s AND is_beyond <> (end_at > %s)
"""


def refresh_search(contract: Contract) -> None:
    """The search vector holds references, title, description, tags, parties, the text that counts and the newest, as
    far as it can. In the verb's own transaction."""
    _refresh(contract, sought_texts(contract))


def find_by_name_later(party: Party) -> None:
    """The contracts of the renamed party are found by its new name soon, from the first one on. In the verb's own
    transaction."""
    party.found_due_at, party.found_up_to = clock.now(), None
    party.save(update_fields=["found_due_at", "found_up_to"])


def find_by_name(party_id: UUID, due_at: datetime) -> int:
    """The next PORTION of them are, each in a transaction of its own, so that nobody waits for more than one; answers
    how many. A party that was renamed again meanwhile, and so is due at another instant, begins anew."""
    rows = Party.objects.filter(pk=party_id, found_due_at=due_at)
    begin = rows.values_list("found_up_to", flat=True).first()
    parts = ContractParty.objects.filter(party=party_id).exclude(contract__state=ContractState.DISPOSED)
    after = parts.filter(contract__gt=begin) if begin else parts
    ids = list(after.order_by("contract").values_list("contract", flat=True).distinct()[:PORTION])
    for pk in sorted(ids):
        with transaction.atomic():
            rows_now = Contract.objects.defer("search").select_for_update(of=("self",)).filter(pk=pk)
            if contract := rows_now.exclude(state=ContractState.DISPOSED).first():
                refresh_search(contract)
    is_over = len(ids) < PORTION
    rows.update(found_due_at=None if is_over else clock.now(), found_up_to=None if is_over else ids[-1])
    return len(ids)


def refresh_text(contract: Contract) -> None:
    """The words of the text in force and of the newest that our side sees are found, all of them: not those of one that
    the other side took back. In the verb's own transaction."""
    FurtherWords.objects.filter(contract=contract).delete()
    _refresh(contract, sought_texts(contract))


def _refresh(contract: Contract, texts: Sequence[Version]) -> None:
    length, ids = WHOLE, [version.pk for version in texts]
    while not _fits(contract, ids, length):
        length //= 2
    is_cut = any(len(version.text) > length for version in texts)
    if (is_cut or _is_full(contract)) and not FurtherWords.objects.filter(contract=contract).exists():
        for version in texts:
            _write_parts(contract, version.text)
    with connection.cursor() as cursor:
        cursor.execute(_BEYOND, [length, contract.pk, length])
        cursor.execute(_PAIRS, [contract.organization_id, contract.pk, contract.pk, contract.pk])


def _is_full(contract: Contract) -> bool:
    """Whether the contract's own vector knows no more places."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [contract.pk])
        return (cursor.fetchone()[0] or 0) >= LAST_PLACE


def _write_parts(contract: Contract, text: str) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(text), PART):
            words = text[max(start - OVERLAP, 0) : start + PART]
            place = min(start + PART, len(text))
            cursor.execute(_PART, [contract.organization_id, contract.pk, place, words])


def _fits(contract: Contract, texts: list[UUID], length: int) -> bool:
    """Written with so many characters of the text; False where the vector would not hold them."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CONTRACT, [length, texts, texts, contract.pk])
    except OperationalError as failure:
        if getattr(failure.__cause__, "pgcode", "") == TOO_LONG and length > SHORTEST:
            return False
        raise
    return True
