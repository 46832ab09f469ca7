"""Who may do and see what with contracts."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from clm.access.objects import granted
from clm.access.permissions import visible
from clm.access.registry import (
    everyone_inside,
    register_system_actor,
    register_verbs,
    register_visibility,
    seen_through,
)
from clm.access.subjects import register_subjects
from clm.accounts.roles import EVERYONE, INSIDE, Role
from clm.lib.actor import Actor
from contracts.models import (
    Clause,
    Contract,
    ContractParty,
    Drafting,
    Party,
    PartyAddress,
    PartyContact,
    PartyIdentifier,
    Passage,
    RenewalDecision,
    Template,
    TemplateVersion,
    Term,
    Terms,
    Version,
)
from contracts.states import Side, VersionState

# What only our side sees of a contract: value, owner, tags, description, notes, warnings, marks, decisions, answers.
VIEW_INSIDE = "contracts.view_inside"
TERM_KEEPER = "term_keeper"
LIBRARIAN = "librarian"
LIBRARIANS = {Role.LEGAL, Role.ADMINISTRATOR, Role.INTEGRATION}
EDITORS = {Role.LEGAL, Role.PROCUREMENT, Role.ADMINISTRATOR, Role.INTEGRATION}


def register() -> None:
    register_verbs(
        {
            "contracts.view_contract": EVERYONE,
            VIEW_INSIDE: INSIDE,
            "contracts.request_comparison": EVERYONE,
            "contracts.request_file_comparison": INSIDE,
            "contracts.create_contract": EDITORS,
            "contracts.change_contract": EDITORS,
            "contracts.add_version": EDITORS,
            "contracts.finalize_version": {Role.LEGAL, Role.ADMINISTRATOR, Role.INTEGRATION},
            "contracts.set_terms": EDITORS,
            "contracts.set_parties": EDITORS,
            "contracts.mark_passage": EDITORS | {Role.ACCOUNT_MANAGER},
            "contracts.record_execution": {Role.LEGAL, Role.ADMINISTRATOR, Role.INTEGRATION},
            "contracts.activate_contract": {Role.LEGAL, Role.ADMINISTRATOR, Role.INTEGRATION},
            "contracts.decide_renewal": {Role.LEGAL, Role.PROCUREMENT, Role.ADMINISTRATOR, Role.INTEGRATION},
            "contracts.terminate_contract": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.advance_terms": set(),
            "contracts.restrict_contract": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.archive_contract": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.view_party": EVERYONE - {Role.COUNTERPARTY},
            "contracts.create_party": EDITORS,
            "contracts.change_party": EDITORS,
            "contracts.archive_party": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.view_template": EVERYONE - {Role.COUNTERPARTY},
            "contracts.import_template": LIBRARIANS,
            "contracts.add_template_version": LIBRARIANS,
            "contracts.compose_template": LIBRARIANS,
            "contracts.recompose_template": LIBRARIANS,
            "contracts.approve_template": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.change_template": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.retire_template": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.draft_from_template": EDITORS,
            "contracts.remind_template_review": set(),
        }
    )
    register_system_actor(TERM_KEEPER, {"contracts.advance_terms"})
    register_system_actor(LIBRARIAN, {"contracts.remind_template_review"})
    register_subjects(Contract, Template)
    register_visibility(Contract, "contracts.view_contract", _contracts)
    for known in (Party, PartyAddress, PartyContact, PartyIdentifier):
        register_visibility(known, "contracts.view_party", everyone_inside)
    for shelved in (Template, TemplateVersion):
        register_visibility(shelved, "contracts.view_template", everyone_inside)
    through_contract = seen_through("contract", lambda: Contract)
    for model in (ContractParty, Term):
        register_visibility(model, "contracts.view_contract", through_contract)
    register_visibility(RenewalDecision, VIEW_INSIDE, through_contract)
    register_visibility(Version, "contracts.view_contract", _versions)
    through_version = seen_through("version", lambda: Version)
    register_visibility(Clause, "contracts.view_contract", through_version)
    register_visibility(Terms, "contracts.view_contract", _terms, path="version")
    for ours in (Drafting, Passage):
        register_visibility(ours, VIEW_INSIDE, through_version)


def _contracts(actor: Actor, rows: QuerySet[Contract]) -> QuerySet[Contract]:
    """Open contracts for everyone inside; confidential ones, and all of a counterparty's, by name only."""
    by_name = granted(actor, Contract, "contracts.see_confidential_contract")
    if actor.is_counterparty:
        return rows.filter(by_name)
    return rows.filter(Q(is_confidential=False) | by_name)


def _versions(actor: Actor, rows: QuerySet[Version]) -> QuerySet[Version]:
    """Where the contract is seen; the other side sees what was handed over or received, and what is final. What it took
    back again, our side does not see."""
    seen = rows.filter(contract__in=visible(actor, Contract.objects.all()).values("pk"))
    if actor.is_counterparty:
        return seen.filter(Q(shared_at__isnull=False) | Q(state=VersionState.FINAL))
    return seen.exclude(side=Side.THEIRS, shared_at=None)


def _terms(actor: Actor, rows: QuerySet[Terms]) -> QuerySet[Terms]:
    """Where the version is seen; the other side sees dates that were agreed, not what we read into a text."""
    seen = rows.filter(version__in=visible(actor, Version.objects.all()).values("pk"))
    return seen.filter(version__state=VersionState.FINAL) if actor.is_counterparty else seen


def register_all() -> None:
    """The contracts' own rules and those of every capability."""
    from contracts.access import (
        amending,
        approvals,
        bulk_sends,
        changes,
        comments,
        custom_fields,
        drafts,
        imports,
        library,
        omissions,
        open_contracts,
        relations,
        requests,
        retention,
        risk,
        signing,
        termination,
        watching,
    )

    register()
    for part in (
        amending,
        approvals,
        bulk_sends,
        changes,
        comments,
        custom_fields,
        drafts,
        imports,
        library,
        omissions,
        open_contracts,
        relations,
        requests,
        termination,
        retention,
        risk,
        signing,
        watching,
    ):
        part.register()
