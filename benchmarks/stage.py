"""The stage a measurement plays on: an organization, its people, and as many contracts as asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

from django.db import connection

from clm.access.scope import organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, Organization, User
from clm.lib.actor import Actor
from contracts.models import Contract, ContractParty, Party

ROLES = ["legal", "procurement", "account_manager", "finance", "administrator", "executive", "auditor", "integration"]
WORDS = [
    "hosting", "cloud", "support", "network", "licence", "maintenance", "analytics", "payment", "logistics",
    "security", "storage", "consulting", "backup", "monitoring", "payroll", "printing", "translation", "insurance",
    "telephony", "training",
]  # fmt: skip
BATCH = 5000


def people() -> Actor:
    """An organization with one person who has every role inside."""
    organization = Organization.objects.create(name="Measured", slug="measured")
    user = User.objects.create_user("measured@covenant.example", "measured-only", name="Measured")
    with organization_scope(organization.pk):
        membership = Membership.objects.create(organization=organization, user=user, roles=ROLES)
    return actor_of_membership(membership)


def contracts(actor: Actor, count: int) -> None:
    """`count` contracts with two parties each, straight into the tables: their verbs are not what is measured."""
    source = random.Random(7)
    parties = [Party(organization_id=actor.organization_id, name=f"{_name(source)} {n}") for n in range(2000)]
    Party.objects.bulk_create(parties, batch_size=BATCH)
    rows = _rows(actor, source, count)
    while chunk := list(islice(rows, BATCH)):
        Contract.objects.bulk_create(chunk, batch_size=BATCH)
        ContractParty.objects.bulk_create(_parts(actor, chunk, parties, source), batch_size=BATCH)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contracts_contract SET search = "
            "to_tsvector('english', title || ' ' || reference || ' ' || description)"
        )
        cursor.execute("VACUUM ANALYZE contracts_contract")
        cursor.execute("VACUUM ANALYZE contracts_contractparty")


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
            description=" ".join(source.choices(WORDS, k=30)),
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


def _name(source: random.Random) -> str:
    return " ".join(word.title() for word in source.sample(WORDS, 2))
