"""Search at 100,000 contracts of 20 clauses each, and at a million: page and API, each request with other words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import Any
from urllib.parse import quote_plus

from django.db import connection, transaction

from benchmarks.lists import LIMIT, signed_in, visit
from benchmarks.measure import Table, percentiles, seconds
from benchmarks.stage import OFTEN, PAIRS, RUNNING, WORDS
from clm.documents.blobs import store_blob
from clm.lib.actor import Actor
from contracts.models import LibraryClause, LibraryClauseVersion, Party
from contracts.states import LibraryState

CLAUSES, POOL, CLAUSE_WORDS = 20, 4000, 45
TIED = 30  # of the library's clauses
TIMES = 60
# As `contracts.search` writes it: the words of the text come after those of title and description.
_POOL = """
CREATE TEMPORARY TABLE pool (n int PRIMARY KEY, heading text, body text, search tsvector, library uuid)
"""
# Which twenty of the pool a contract has follows from its number; the n-th contract's k-th clause.
_CHOSEN = f"""
SELECT c.id AS contract_id, c.organization_id, k, pool.*
FROM contracts_contract c
CROSS JOIN generate_series(0, {CLAUSES - 1}) AS k
JOIN pool ON pool.n = abs(hashint8(substr(c.reference, 3)::int8 * {CLAUSES} + k)::int8) %% {POOL}
WHERE c.reference LIKE 'M-%%' AND substr(c.reference, 3)::int8 >= %s AND substr(c.reference, 3)::int8 < %s
"""
_VERSIONS = f"""
WITH chosen AS ({_CHOSEN})
INSERT INTO contracts_version (organization_id, contract_id, number, state, blob_id, file_name, media_type, text,
    warnings, surroundings, content_hash, note, attribution, side, source, created_by_id)
SELECT organization_id, contract_id, 2, 'draft', %s, 'agreement.txt', 'text/plain',
    string_agg(heading || E'\\n' || body, E'\\n' ORDER BY k), '[]', '{{}}', md5(contract_id::text), '', '', 'ours',
    'upload', %s
FROM chosen GROUP BY organization_id, contract_id
"""
_CLAUSES = f"""
WITH chosen AS ({_CHOSEN})
INSERT INTO contracts_clause (organization_id, version_id, position, number, heading, level, start, "end", text, marks,
    library_version_id, library_position)
SELECT chosen.organization_id, v.id, k, (k + 1)::text, heading, 1, k * 400, k * 400 + 399, body, '[]', library,
    CASE WHEN library IS NULL THEN '' ELSE 'preferred' END
FROM chosen JOIN contracts_version v ON v.contract_id = chosen.contract_id AND v.number = 2
"""
_SEARCH = f"""
WITH chosen AS ({_CHOSEN}), texts AS (
    SELECT contract_id, pg_temp.joined(search ORDER BY k) AS search FROM chosen GROUP BY contract_id
)
UPDATE contracts_contract c SET search = c.search || setweight(texts.search, 'D')
FROM texts WHERE texts.contract_id = c.id
"""
# As `assess_risk` finds them: the clauses that are tied are there word for word, and every text was looked at.
_HAD = f"""
WITH chosen AS ({_CHOSEN}), had AS (
    SELECT contract_id, array_agg(DISTINCT l.clause_id) FILTER (WHERE l.id IS NOT NULL) AS clauses
    FROM chosen LEFT JOIN contracts_libraryclauseversion l ON l.id = chosen.library GROUP BY contract_id
)
UPDATE contracts_contract c SET library_clauses = coalesce(had.clauses, '{{}}')
FROM had WHERE had.contract_id = c.id
"""
_JOINED = "CREATE AGGREGATE pg_temp.joined(tsvector) (sfunc = tsvector_concat, stype = tsvector, initcond = '')"
_SIZE = """
SELECT pg_size_pretty(sum(pg_total_relation_size(oid))) FROM pg_class
WHERE relkind = 'r' AND relname = ANY(ARRAY[
    'contracts_contract', 'contracts_version', 'contracts_clause', 'contracts_wordpairs'])
"""
PORTION = 20_000
INDEXES = ("contract_search", "contract_word_pairs")


def measure(table: Table, actor: Actor, count: int, times: int = TIMES) -> None:
    """As someone who sees confidential contracts by name. The limit is for 100,000; of more it is told how many."""
    taken = seconds(lambda: texts(actor, count))
    size = _size()
    table.add(f"{count * CLAUSES:,} clauses written and indexed", taken, "s", f"{size} with indexes")
    client = signed_in(actor)
    dice = random.Random(11)
    for name, paths in _asked(dice).items():
        requests = cycle([visit(client, path) for path in paths])
        p50, p95 = percentiles(_next_of(requests), times=times)
        limit = f"; limit {LIMIT} ms{'' if p95 <= LIMIT else ': MISSED'}" if count <= 100_000 else ""
        table.add(f"{name} ({count:,} contracts)", p95, "ms p95", f"p50 {p50:.1f} ms{limit}")


def _next_of(requests: Iterator[Callable[[], None]]) -> Callable[[], None]:
    return lambda: next(requests)()


def _asked(dice: random.Random) -> dict[str, list[str]]:
    """What people ask -> so many addresses that none is asked twice."""
    page, api = "/contracts/?q={}", "/api/v1/contracts/?q={}"
    tied = [str(pk) for pk in LibraryClause.objects.values_list("pk", flat=True)]
    words: dict[str, Callable[[], str]] = {
        "two words of a text": lambda: " ".join(_some(dice, 2, 200, 1500)),
        "two words that many texts have": lambda: " ".join(_some(dice, 2, 5, 60)),
        "a rare word": lambda: _some(dice, 1, 2500, 3000)[0],
        "a phrase of two words": lambda: f'"{" ".join(_some(dice, 2, 0, 40))}"',
        "one word or another, without a third": lambda: "{} or {} -{}".format(*_some(dice, 3, 300, 2500)),
        "a word of a title and one of the text": lambda: f"{dice.choice(WORDS)} {_some(dice, 1, 100, 2000)[0]}",
        "a reference": lambda: f"M-{dice.randrange(10_000):07d}",
        "a part of a name": lambda: dice.choice(WORDS)[1:6],
        "a party's name": lambda: _name(dice),
        "a part of a party's name": lambda: _name(dice)[2:-1],
        "a party's name with a letter less in each word": lambda: _misspelled(_name(dice)),
    }
    asked = {f"search: {name}": [page.format(quote_plus(say())) for _ in range(TIMES)] for name, say in words.items()}
    two = words["two words of a text"]
    asked["search by the API: two words of a text"] = [api.format(quote_plus(two())) for _ in range(TIMES)]
    named = words["a party's name with a letter less in each word"]
    asked["search by the API: a party's name, misspelled"] = [api.format(quote_plus(named())) for _ in range(TIMES)]
    asked["search: two words, of one state and currency"] = [
        f"{page.format(quote_plus(two()))}&state=active&currency=EUR" for _ in range(TIMES)
    ]
    asked["facets of a search of two words"] = [f"/contracts/facets/?q={quote_plus(two())}" for _ in range(TIMES)]
    asked["contracts that have a clause"] = [f"/contracts/?clause={dice.choice(tied)}" for _ in range(TIMES)]
    asked["contracts that lack a clause"] = [f"/contracts/?without_clause={dice.choice(tied)}" for _ in range(TIMES)]
    asked["search box of every page"] = [f"/search/?q={quote_plus(two())}" for _ in range(TIMES)]
    return asked


def _name(dice: random.Random) -> str:
    """Of one of the parties of the stage."""
    return dice.choice(list(Party.objects.values_list("name", flat=True)[:2000]))


def _misspelled(name: str) -> str:
    return " ".join(f"{word[:2]}{word[3:]}" if len(word) > 4 else word for word in name.split())


def _some(dice: random.Random, number: int, most: int, least: int) -> Sequence[str]:
    """Words between the most-th and the least-th by how often they are met."""
    return dice.sample(RUNNING[most:least], number)


def texts(actor: Actor, count: int) -> None:
    """Each of the contracts that `stage.contracts` made has a text of 20 clauses out of 4,000, by SQL: uploads are not
    what is measured. The index is made anew afterwards, as after any such load."""
    # Every text says that it came in one file: nobody opens it here.
    blob = store_blob(actor.organization_id, b"Terms", "text/plain").pk
    with connection.cursor() as cursor:
        _fill_pool(cursor, actor)
        with _without_indexes(cursor):
            for begin in range(0, count, PORTION):
                span = [begin, begin + PORTION]
                with transaction.atomic():
                    cursor.execute(_VERSIONS, [*span, blob, actor.person_id])
                    cursor.execute(_CLAUSES, span)
                    cursor.execute(_SEARCH, span)
                    cursor.execute(_HAD, span)
                    cursor.execute(PAIRS, span)


@contextmanager
def _without_indexes(cursor: Any) -> Iterator[None]:
    """Within a transaction it stays: an index is not made anew there."""
    if connection.in_atomic_block:
        yield
        return
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [list(INDEXES)])
    indexes = cursor.fetchall()
    for name, _index in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for _name, index in indexes:
        cursor.execute(index)
    for name in ("contract", "version", "clause", "wordpairs"):
        cursor.execute(f"VACUUM ANALYZE contracts_{name}")


def _fill_pool(cursor: Any, actor: Actor) -> None:
    tied = [row.pk for row in _library(actor)]
    cursor.execute(_JOINED)
    cursor.execute(_POOL)
    for number, (heading, body) in enumerate(_clauses()):
        library = tied[number] if number < TIED else None
        cursor.execute(
            "INSERT INTO pool VALUES (%s, %s, %s, to_tsvector('english', %s), %s)",
            [number, heading, body, f"{heading}\n{body}", library],
        )


def _library(actor: Actor) -> Iterator[LibraryClauseVersion]:
    """Clauses that twenty of a thousand contracts have, to be found by."""
    for number in range(TIED):
        clause = LibraryClause.objects.create(
            organization_id=actor.organization_id,
            title=f"Clause {number}",
            category="governing_law",
            owner_id=actor.person_id,
            state=LibraryState.APPROVED,
        )
        yield LibraryClauseVersion.objects.create(
            organization_id=actor.organization_id, clause=clause, number=1, created_by_id=actor.person_id
        )


def _clauses() -> Iterator[tuple[str, str]]:
    source = random.Random(5)
    for _number in range(POOL):
        yield (
            " ".join(source.sample(WORDS, 2)).title(),
            " ".join(source.choices(RUNNING, cum_weights=OFTEN, k=CLAUSE_WORDS)),
        )


def _size() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        return str(cursor.fetchone()[0])
