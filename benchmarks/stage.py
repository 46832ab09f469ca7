"""The stage a measurement plays on: an organization, its people, and as many contracts as asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate, islice, product

from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import timezone

from clm.access.scope import every_organization, organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, Organization, User
from clm.documents.blobs import store_blob
from clm.jobs.models import Job
from clm.lib.actor import Actor
from clm.portfolio.houses import HOUSES, LEAD
from clm.portfolio.load import LOAD, start_loading
from clm.portfolio.people import cast_of
from contracts.models import Contract, ContractParty, CustomField, Party, Version
from contracts.models.contract import ContractUserPermission
from contracts.search import APART, NEAR

ROLES = ["legal", "procurement", "account_manager", "finance", "administrator", "executive", "auditor", "integration"]
WORDS = [
    "hosting", "cloud", "support", "network", "licence", "maintenance", "analytics", "payment", "logistics",
    "security", "storage", "consulting", "backup", "monitoring", "payroll", "printing", "translation", "insurance",
    "telephony", "training",
]  # fmt: skip
# 3,000 made-up words for running text, the n-th used as often as 1/n: as in a language, few are met all the time.
SYLLABLES = ("ba", "cor", "den", "fi", "gal", "lo", "mer", "nus", "pra", "quin", "ro", "sta", "tu", "vel", "zo")
RUNNING = ["".join(parts) for parts in product(SYLLABLES, repeat=3)][:3000]
OFTEN = list(accumulate(1 / rank for rank in range(1, len(RUNNING) + 1)))
RARE = RUNNING[-1]
BATCH = 5000
# As contracts.search writes it, without the parties and the text.
_SEARCH = """
UPDATE contracts_contract SET search = setweight(to_tsvector('simple', reference || ' ' || external_reference), 'A')
    || setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'C')
"""
# Of contracts from a number to another, as contracts.search writes them.
PAIRS = f"""
INSERT INTO contracts_wordpairs (organization_id, contract_id, pairs)
SELECT organization_id, id, (SELECT coalesce(array_agg(DISTINCT {NEAR}), '{{}}') FROM (
    SELECT word, lead(word) OVER near AS next, lead(place) OVER near - place AS apart
    FROM (SELECT lexeme AS word, unnest(positions) AS place FROM unnest(search)) AS places
    WINDOW near AS (ORDER BY place)
) AS pairs WHERE apart BETWEEN 1 AND {APART})
FROM contracts_contract WHERE reference LIKE 'M-%%' AND substr(reference, 3)::int8 >= %s
    AND substr(reference, 3)::int8 < %s
ON CONFLICT (contract_id) DO UPDATE SET pairs = EXCLUDED.pairs
"""
# A term for each contract that was signed, over three years of ends. They rest on one version: nobody opens them here.
_TERMS = """
INSERT INTO contracts_term (organization_id, contract_id, version_id, number, starts_on, ends_on, basis, trace)
SELECT organization_id, id, %s, 1, %s::date - 365, %s::date - 365 + (hashtext(reference) & 1023) + 30, 'initial', '{}'
FROM contracts_contract WHERE state <> 'draft' AND reference LIKE 'M-%%'
"""
_TERM_ENDS = """
UPDATE contracts_contract SET term_ends_on = ends_on, effective_on = starts_on, executed_on = starts_on - 7,
    notice_due_on = CASE WHEN state = 'active' THEN ends_on - 60 END
FROM contracts_term WHERE contract_id = contracts_contract.id
"""
# Two fields of the organization's own with a value in each contract: 32 choices, and a number. And two tags.
_OWN = """
INSERT INTO contracts_customvalue (organization_id, contract_id, field_id, position, text, number, long_text, currency)
SELECT c.organization_id, c.id, f.id, 0, CASE f.kind WHEN 'choice' THEN 'C' || (hashtext(c.reference) & 31) ELSE '' END,
    CASE f.kind WHEN 'integer' THEN hashtext(c.reference) & 4095 END, '', ''
FROM contracts_contract c CROSS JOIN contracts_customfield f
"""
_TAGS = """
UPDATE contracts_contract SET tags = ARRAY['t' || (hashtext(reference) & 63), 'u' || (hashtext(title) & 7)]
"""
CONFIDENTIAL_EVERY = 50


def people() -> Actor:
    """An organization with one person who has every role inside."""
    organization = Organization.objects.create(name="Measured", slug="measured")
    return _person(organization, "measured", ROLES)


def plain_person(actor: Actor) -> Actor:
    """A colleague without a grant on any confidential contract."""
    return _person(Organization.objects.get(pk=actor.organization_id), "plain", ["legal"])


def _person(organization: Organization, name: str, roles: list[str]) -> Actor:
    user = User.objects.create_user(f"{name}@covenant.example", "measured-only", name=name.title())
    with organization_scope(organization.pk):
        membership = Membership.objects.create(organization=organization, user=user, roles=roles)
    return actor_of_membership(membership)


def contracts(actor: Actor, count: int, *, vacuum: bool = True) -> None:
    """`count` contracts with two parties and a term each, straight into the tables: their verbs are not what is
    measured. Every fiftieth is confidential, and the actor is among those who see it. Nothing where so many are there;
    raises RuntimeError where there is another number of them."""
    made = Contract.objects.filter(reference__startswith="M-").count()
    if made and made != count:
        raise RuntimeError(f"There are {made:,} contracts already: measure {count:,} in a run of its own.")
    if made:
        return
    source = random.Random(7)
    parties = [Party(organization_id=actor.organization_id, name=f"{_name(source)} {n}") for n in range(2000)]
    Party.objects.bulk_create(parties, batch_size=BATCH)
    rows = _rows(actor, source, count)
    while chunk := list(islice(rows, BATCH)):
        Contract.objects.bulk_create(chunk, batch_size=BATCH)
        ContractParty.objects.bulk_create(_parts(actor, chunk, parties, source), batch_size=BATCH)
    _grant(actor)
    for key, kind, choices in (("cost_centre", "choice", [f"C{n}" for n in range(32)]), ("seats", "integer", [])):
        CustomField.objects.create(
            organization_id=actor.organization_id, key=key, label=key, kind=kind, choices=choices
        )
    today = timezone.now().date()
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH)
        cursor.execute(PAIRS, [0, count])
        cursor.execute(_TERMS, [_version(actor).pk, today, today])
        cursor.execute(_TERM_ENDS)
        cursor.execute(_TAGS)
        cursor.execute(_OWN)
        if vacuum:  # as autovacuum would have done; not allowed within a transaction
            for table in ("contract", "wordpairs", "contractparty", "contractuserpermission", "term", "customvalue"):
                cursor.execute(f"VACUUM ANALYZE contracts_{table}")


def _grant(actor: Actor) -> None:
    permission = Permission.objects.get(codename="see_confidential_contract")
    closed = Contract.objects.filter(is_confidential=True).values_list("pk", flat=True)
    ContractUserPermission.objects.bulk_create(
        ContractUserPermission(user_id=actor.person_id, permission=permission, content_object_id=pk) for pk in closed
    )


def _version(actor: Actor) -> Version:
    first = Contract.objects.get(reference="M-0000000")
    return Version.objects.create(
        organization_id=actor.organization_id, contract=first, number=1, state="draft",
        blob=store_blob(actor.organization_id, b"Terms", "text/plain"), file_name="terms.txt",
        media_type="text/plain", text="Terms", content_hash="c" * 64, created_by_id=actor.person_id,
    )  # fmt: skip


def _rows(actor: Actor, source: random.Random, count: int) -> Iterator[Contract]:
    states = ["active"] * 7 + ["draft", "expired", "terminated"]
    for number in range(count):
        yield Contract(
            organization_id=actor.organization_id,
            reference=f"M-{number:07d}",
            external_reference=f"EXT-{number}",
            title=f"{_name(source)} {source.choice(WORDS)} agreement",
            category=source.choice(["cloud", "hosting", "services", "license", "nda"]),
            state=source.choice(states),
            owner_id=actor.person_id,
            is_confidential=number % CONFIDENTIAL_EVERY == CONFIDENTIAL_EVERY - 1,
            value_amount=source.randrange(1000, 900000),
            currency=source.choice(["EUR", "USD", "GBP"]),
            description=" ".join(source.choices(RUNNING, cum_weights=OFTEN, k=60)),
        )


def _parts(actor: Actor, chunk: list[Contract], parties: list[Party], source: random.Random) -> list[ContractParty]:
    return [
        ContractParty(
            organization_id=actor.organization_id,
            contract=contract,
            party=source.choice(parties[half::2]),
            role=role,
        )
        for contract in chunk
        for half, role in enumerate(("ours", "counterparty"))
    ]


def portfolio() -> Actor:
    """The first portfolio is loaded through its verbs; the person of the first house who has most roles."""
    start_loading()
    with every_organization():
        unfinished = Job.objects.exclude(state="succeeded").filter(kind=LOAD)
        if unfinished.exists():
            raise RuntimeError(unfinished.first().error)  # type: ignore[union-attr]
    house = HOUSES[0]
    with organization_scope(Organization.objects.get(slug=house.slug).pk):
        return cast_of(house)[LEAD]


def _name(source: random.Random) -> str:
    return " ".join(word.title() for word in source.sample(WORDS, 2))
