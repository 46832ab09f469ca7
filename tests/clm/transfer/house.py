"""An organization with something of everything, and what it takes to bring it elsewhere."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.founding import found_with_administrator
from clm.accounts.models import Membership, Organization
from clm.accounts.operations.change_roles import change_roles
from clm.accounts.operations.create_team import create_team
from clm.accounts.operations.invite_person import invite_person
from clm.accounts.operations.issue_token import issue_token
from clm.audit.chain import chain_entries
from clm.audit.sealing import seal_organization
from clm.events.dispatcher import drain
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.letters import post_letter
from clm.notify.tell import tell
from clm.pages.operations.save_view import save_view
from clm.transfer.access import CARRIER
from clm.transfer.archive import MANIFEST
from contracts.models import Contract
from contracts.operations.restrict_contract import restrict_contract
from tests import emptied
from tests.contracts.papers import active_contract, draft_contract

EVERY_ROLE = ["administrator", "legal", "account_manager", "finance"]


def furnished(slug: str = "acme") -> tuple[Organization, Actor]:
    """Contracts in force and confidential, documents, people, mail that waits, a job under way, a sealed ledger."""
    organization, first = found_with_administrator(name="Acme", slug=slug, email=f"ada@{slug}.example", person="Ada")
    with organization_scope(organization.pk):
        ada = actor_of_membership(first)
        change_roles(actor=ada, membership_id=first.pk, roles=EVERY_ROLE)
        ada = actor_of_membership(Membership.objects.get(pk=first.pk))
        bert = invite_person(actor=ada, email=f"bert@{slug}.example", name="Bert", roles=["legal"])
        _contracts(ada, bert)
        create_team(actor=ada, name="Purchasing", kind="department", members=[bert.user_id])
        issue_token(actor=ada, name="backup", scopes=["jobs.*"], expires_at=clock.now() + timedelta(days=9))
        save_view(actor=ada, page="people", name="Mine", query="q=a")
        drain()
        tell([bert.user_id], kind="x", title="Something waits", dedupe_key="waits")
        _a_job_under_way(ada)
        seal(organization)
    return organization, ada


def seal(organization: Organization) -> None:
    """All entries are chained, and the head is sealed."""
    while chain_entries(organization.pk):
        pass
    assert seal_organization(organization.pk)
    while chain_entries(organization.pk):
        pass


def _contracts(ada: Actor, bert: Membership) -> None:
    title = "Hosting, with „quotes“\nand a line"
    contract = active_contract(ada, title=title, value_amount="1200.5000", currency="EUR")
    secret = draft_contract(ada, title="Secret")
    restrict_contract(actor=ada, contract_id=secret.pk, people=[bert.user_id])
    post_letter(kind="x", to_address="c@cirrus.example", to_name="C", subject=contract, dedupe_key="letter")


def _a_job_under_way(ada: Actor) -> None:
    Job.objects.create(
        organization_id=ada.organization_id, kind="x", title="Under way", actor_kind="user", actor_id=ada.identity,
        user_id=ada.user_id, state="running", heartbeat_at=clock.now(), parameters={"a": None, "b": [1, 2.50]},
    )  # fmt: skip


def carrier(organization: Organization) -> Actor:
    return system_actor(CARRIER, organization.pk)


def exported(slug: str, file: Path) -> dict[str, bytes]:
    """The members of what the command writes."""
    call_command("export_organization", slug, file, stdout=io.StringIO())
    return members_of(file)


def members_of(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as container:
        assert container.testzip() is None
        return {name: container.read(name) for name in container.namelist()}


def rows(members: dict[str, bytes], label: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in members[f"tables/{label}.ndjson"].splitlines()]


def imported(file: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_organization", file, *options, stdout=out, stderr=out)
    return out.getvalue()


def elsewhere(settings: Any, folder: Path) -> None:
    """Another installation: an empty database, and a storage of its own."""
    emptied.empty(None)
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": folder, "base_url": None}}
    settings.STORAGES = storages


def with_manifest(file: Path, **changes: Any) -> Path:
    """The archive, whose manifest says something else."""
    said = json.loads(members_of(file)[MANIFEST]) | changes
    return with_member(file, MANIFEST, json.dumps(said).encode())


def with_member(file: Path, name: str, content: bytes | None) -> Path:
    """The archive with other bytes in a member, or without it."""
    members = members_of(file)
    members.pop(name)
    if content is not None:
        members[name] = content
    target = file.with_name("changed.zip")
    _write(target, members)
    return target


def made_up(file: Path, name: str, content: bytes) -> Path:
    """The archive with other bytes in a member, whose manifest vouches for them all the same."""
    said = json.loads(members_of(file)[MANIFEST])
    said["files"][name] |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return with_member(with_member(file, name, content), MANIFEST, json.dumps(said).encode())


def _write(target: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w") as container:
        for name, content in members.items():
            container.writestr(name, content)


def contract_called(title: str) -> Contract:
    return Contract.objects.get(title=title)
