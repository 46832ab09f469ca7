"""What the first portfolio has none of: with it, an organization has a row of every table that travels. A table that is
declared anew is furnished here, unless a stage of the portfolio does."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress

from clm.access.permissions import system_actor
from clm.accounts.operations.issue_token import issue_token
from clm.documents.blobs import store_blob
from clm.lib import clock
from clm.lib.actor import Actor
from clm.pages.access import WATCH
from clm.pages.operations.check_view import check_view
from clm.pages.operations.save_view import save_view
from clm.pages.operations.set_view_alert import set_view_alert
from contracts.engine.body import body_of
from contracts.models import Comment, Envelope, SignedCopy, UnusualReading
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.comments.edit_comment import edit_comment
from contracts.operations.create_party import create_party
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.library.decline_offer import decline_offer
from contracts.operations.note_readings import note_readings
from contracts.operations.omissions.ask_omission import ask_omission
from contracts.operations.record_execution import record_execution
from contracts.operations.requests.attach_to_request import attach_to_request
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.operations.termination.announce_termination import announce_termination
from slas.engine.targets import Rule, RuleKind
from slas.models import Alert, Breach
from slas.operations.bind_commitment import bind_commitment
from slas.operations.file_evidence_bundle import file_evidence_bundle
from slas.operations.file_service_report import file_service_report
from tests.cast import Cast
from tests.contracts.comments.talk import thread
from tests.contracts.drafting.written import clause_of, open_draft, write
from tests.contracts.library.shelf import approved
from tests.contracts.library.test_declined import offered
from tests.contracts.negotiation.answers import quick_answer
from tests.contracts.papers import TERMS, TEXT, active_contract, draft_contract, newest, text_paper
from tests.contracts.requests.asked import asked_for
from tests.contracts.retention.records import found_by_trace
from tests.slas.conftest import make_passage, terms, uptime


def furnish_beside(cast: Cast) -> None:
    legal = cast["legal"]
    _people(cast)
    _words(cast, legal)
    _library(cast, legal)
    _readings(legal)
    _ended(legal)
    _papers(cast, legal)


def _people(cast: Cast) -> None:
    user, administrator = cast.users["legal"], cast["administrator"]
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    issue_token(actor=administrator, name="backup", scopes=["jobs.*"], expires_at=clock.now() + timedelta(days=9))
    view = save_view(actor=administrator, page="contracts", name="All of them", query="")
    set_view_alert(actor=administrator, view_id=view.pk, alert="at_once")
    check_view(actor=system_actor(WATCH, administrator.organization_id), view_id=view.pk)


def _words(cast: Cast, legal: Actor) -> None:
    """What is written, said, answered and not sent yet; a text with more places than one index has."""
    draft = open_draft(legal, title="Being written")
    write(legal, clause_of(draft), "The Provider hosts it.")
    keep_words(actor=legal, clause_id=clause_of(draft, "Term").pk, revision=1, heading="Term", body=body_of(["Mine"]))
    quick_answer(legal)
    said = thread(legal, draft_contract(legal), "@Finance: too low?", mentions=[cast.users["finance"].pk])
    edit_comment(actor=legal, comment_id=Comment.objects.get(thread=said).pk, text="Much too low?")
    with pytest.MonkeyPatch.context() as small:
        small.setattr("contracts.search.LAST_PLACE", 10)
        draft_contract(legal, title="Long")


def _library(cast: Cast, legal: Actor) -> None:
    contract, second = offered(legal)
    decline_offer(actor=legal, contract_id=contract.pk, library_version_id=second.pk, reason="As agreed")
    mandatory, lacking = approved(legal, title="Uptime").clause_id, draft_contract(legal, category="hosting")
    ask_omission(actor=legal, contract_id=lacking.pk, library_clause_id=mandatory, reason="A pilot")
    request = asked_for(legal, cast["finance"])
    attach_to_request(actor=cast["finance"], request_id=request.pk, file_name="a.txt", content=b"a")


def _readings(legal: Actor) -> None:
    note_readings(actor=legal, contract_ids=[draft_contract(legal).pk])
    facts = {"organization_id": legal.organization_id, "user_id": legal.user_id, "on": date(2026, 6, 1)}
    UnusualReading.objects.create(**facts, opened=40, trace=found_by_trace())


def _ended(legal: Actor) -> None:
    """A contract whose end is announced, with a clause that survives it."""
    contract = draft_contract(legal, title="Ends")
    text = f"{TEXT}\n4. Secrets\nSection 1 survives the end of this Agreement.\n"
    add_version(actor=legal, contract_id=contract.pk, paper=text_paper(text))
    set_terms(actor=legal, version_id=newest(contract).pk, terms=TERMS)
    for role in ("ours", "counterparty"):
        party = create_party(actor=legal, name=f"Side of {contract.reference}, {role}", is_ours=role == "ours")
        add_party(actor=legal, contract_id=contract.pk, party_id=party.pk, role=role)
    record_execution(actor=legal, contract_id=contract.pk, executed_on=date(2025, 12, 20))
    activate_contract(actor=legal, contract_id=contract.pk)
    today = clock.today(contract.time_zone)
    given = {"notice_on": today, "notice_length": 30, "ends_on": today + timedelta(days=45), "reason": "We move"}
    announce_termination(actor=legal, contract_id=contract.pk, kind="convenience", **given)


def _papers(cast: Cast, legal: Actor) -> None:
    paper = store_blob(cast.organization.pk, b"%PDF-1", "application/pdf").pk
    late = {"message": "m-1", "blob_id": paper, "received_at": clock.now(), "why": "envelope_over"}
    SignedCopy.objects.create(organization_id=cast.organization.pk, envelope=Envelope.objects.earliest("id"), **late)
    breach = Breach.objects.earliest("id")
    file_evidence_bundle(actor=legal, breach_id=breach.pk, evaluation_id=breach.evaluation_id, blob_id=paper)
    tried = Rule(kind=RuleKind.PROBATION, until_on=date(2027, 1, 1), target=Decimal(99), remedy_percent=Decimal(50))
    given = terms(rules=(tried,))
    bind_commitment(actor=legal, passage_id=make_passage(legal).pk, terms=given, indicator=uptime(key="on-probation"))
    told = {"kind": "burn_page", "opened_at": clock.now(), "figures": {"worst": {"long_rate": "25.28"}}}
    Alert.objects.create(
        organization_id=cast.organization.pk, contract_id=breach.contract_id, commitment_id=breach.commitment_id, **told
    )
    month = clock.today().replace(day=1)
    file_service_report(actor=legal, contract_id=active_contract(legal).pk, month=month, blob_id=paper)
