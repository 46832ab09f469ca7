"""The words a contract is found by."""

from __future__ import annotations

from django.db import connection

from contracts.models import Contract

# A version's text counts up to this many characters. PostgreSQL's vector holds 1,048,575 bytes, and plain words that
# never repeat take at most four bytes a character in it, their places included.
TEXT_LIMIT = 200_000

_SQL = """
UPDATE contracts_contract SET search =
    setweight(to_tsvector('simple', reference || ' ' || external_reference), 'A')
    || setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', description || ' ' || array_to_string(tags, ' ')), 'B')
    || setweight(to_tsvector('simple', coalesce((
        SELECT string_agg(p.name, ' ') FROM contracts_contractparty cp JOIN contracts_party p ON p.id = cp.party_id
        WHERE cp.contract_id = contracts_contract.id), '')), 'B')
    || setweight(to_tsvector('english', coalesce((
        SELECT left(v.text, %s) FROM contracts_version v WHERE v.contract_id = contracts_contract.id
        ORDER BY v.number DESC LIMIT 1), '')), 'D')
WHERE id = %s
"""


def refresh_search(contract: Contract) -> None:
    """The search vector holds references, title, description, tags, parties and the newest text. In the verb's own
    transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [TEXT_LIMIT, contract.pk])
