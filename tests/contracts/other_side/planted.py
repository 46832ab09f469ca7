"""A house in which every kind of thing that the other side must not see is said by a word of its own."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.oxml import parse_xml
from pypdf import PdfReader, PdfWriter

from clm.access.objects import grant
from clm.accounts.operations.create_team import create_team
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.pdf import render_pdf
from contracts.engine.body import body_of
from contracts.models import Conflict, Contract, DraftClause, LibraryClauseVersion, Party, Version
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.amending.answer_amendment import accept_amendment
from contracts.operations.amending.guards import put_evidence
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import record_acceptance
from contracts.operations.amending.withdraw_amendment import withdraw_amendment
from contracts.operations.approval.reject_step import reject_step
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.change_contract import change_contract
from contracts.operations.comments.reply_to_thread import reply_to_thread
from contracts.operations.comments.start_thread import start_thread
from contracts.operations.conflicts.acknowledge_conflict import acknowledge_conflict
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.parties.address_party import add_address
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.parties.name_contact import add_contact
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.operations.record_execution import record_execution
from contracts.operations.relations.relate_contracts import relate_contracts
from contracts.operations.requests.answer_request import answer_request
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.attach_to_request import attach_to_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.retention.open_matter import open_matter
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.put_in_matter import put_in_matter
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.change_envelope import RecipientDraft, change_envelope
from contracts.operations.signing.create_envelope import create_envelope
from contracts.operations.termination.announce_termination import announce_termination
from contracts.operations.termination.tick_termination_item import add_termination_item
from contracts.operations.watching.name_watchers import name_watchers
from contracts.papers import Paper, put_paper, read_paper
from contracts.papers.envelopes import make_envelope_paper
from slas.operations.settle_breach import acknowledge_breach
from tests.billing.built import breach_of
from tests.cast import Cast, add_person
from tests.contracts.amended import proposed
from tests.contracts.approval.routed import away, matrix_of, ready_contract, requested, seat_of
from tests.contracts.imports.packed import done, packed, read, tried
from tests.contracts.library.shelf import approved
from tests.contracts.papers import SENTENCE, TERMS, TEXT, newest, text_paper
from tests.contracts.requests.asked import asked_for
from tests.contracts.retention.records import kept_three_years
from tests.contracts.risk.scored import CAPPED, contract_with, followed

# One word for each kind, none of which stands anywhere else.
SECRETS = {
    "internal comment": "quokkainternal",
    "answer to an internal comment": "quokkaanswer",
    "internal comment on the whole contract": "quokkawhole",
    "words of a draft of ours": "wombatdraft",
    "words of a version of ours that was not handed over": "wombatversion",
    "a comment for them on words they do not have": "wombatwaits",
    "position of the library": "numbatposition",
    "guidance of the library": "numbatguidance",
    "title in the library": "Numbattitle",
    "name of a person": "Bandicoot",
    "address of a person": "bilby@",
    "description": "dunnartdescription",
    "value": "771.39",
    "note to a version": "potoroonote",
    "note to a breach": "potoroobreach",
    "note to a decision": "potoroodecision",
    "author in a Word file": "Quollauthor",
    "author of a tracked change": "Quollreviser",
    "words of a tracked change": "quollremoved",
    "comment in a Word file": "quollcomment",
    "author in a PDF": "Cuscusauthor",
    "name of a file": "possumplan",
    "a contract that is not theirs": "Gliderdeal",
    "name of a file that came with a request": "bettongoffer",
    "words of a file that came with a request": "bettongwords",
    "why a contract was asked for": "bettongreason",
    "answer to a question about a request": "bettonganswer",
    "message of an envelope": "numbatmessage",
    "address of who is to sign": "numbatsigner@",
    "note to an approval": "echidnanote",
    "step of an approval": "echidnastep",
    "why it was rejected": "echidnareason",
    "name of a team": "Echidnateam",
    "why somebody is away": "echidnaaway",
    "number of a company": "Pademelonnumber",
    "contact of a company": "Pademeloncontact",
    "address of a company": "Pademelonstreet",
    "label of an own field": "Pademelonlabel",
    "value of an own field": "pademelonvalue",
    "tag": "pademelontag",
    "department": "Pademelondepartment",
    "note to a relation": "pademelonrelation",
    "parent company": "Pademelonholding",
    "name of a matter": "Numbatmatter",
    "name of a hold": "Numbathold",
    "why something is held": "numbatwhyheld",
    "name of a retention rule": "Numbatrule",
    "why a contract ends": "numbatwhyover",
    "what is left to do at its end": "numbatleft",
    "why an amendment was withdrawn": "wallabywithdrawn",
    "why a disagreement is known": "wallabyknown",
    "a contract that does not agree with theirs": "Wallabydeal",
    "name of an import": "Wallabyimport",
    "what a sheet said": "wallabycell",
}
# In what they may well read, so that the same search for words is known to find what it should.
SHARED = {
    "shared comment": "kowarishared",
    "shared comment on the whole contract": "kowariwhole",
    "words they have": "calendar month",
    "who wrote to them": "Alice",
    "note to what was handed over": "kowarinote",
    "what an amendment changes": "kowarichange",
}


@dataclass
class House:
    """The contracts: one in force with a PDF, one negotiated in Word with a private draft of ours, one that the other
    side is writing in."""

    cast: Cast
    in_force: Contract
    negotiated: Contract
    with_them: Contract
    legal: Actor
    guest: Actor


def word_file() -> bytes:
    """TEXT as a Word file with an author, a comment, and a tracked deletion."""
    document = Document()
    document.core_properties.author = SECRETS["author in a Word file"]
    document.core_properties.last_modified_by = SECRETS["author in a Word file"]
    for line in TEXT.split("\n"):
        document.add_paragraph(line)
    run = document.paragraphs[0].runs[0]
    document.add_comment(run, text=SECRETS["comment in a Word file"], author=SECRETS["author in a Word file"])
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    removed, by = escape(SECRETS["words of a tracked change"]), escape(SECRETS["author of a tracked change"])
    change = (
        f'<w:del xmlns:w="{namespace}" w:id="901" w:author="{by}" w:date="2026-01-01T00:00:00Z">'
        f"<w:r><w:delText>{removed}</w:delText></w:r></w:del>"
    )
    document.paragraphs[3]._p.append(parse_xml(change))
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def pdf_file() -> bytes:
    """TEXT as a PDF with an author."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in TEXT.split("\n") if line)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(render_pdf(f"<html><body>{lines}</body></html>"))))
    writer.add_metadata({"/Author": SECRETS["author in a PDF"], "/Title": SECRETS["author in a PDF"]})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def plant(cast: Cast) -> House:
    """Everything, made by the verbs; cast["legal"] is the person whose name nobody is told."""
    legal, guest = cast["legal"], cast["counterparty"]
    cast.users["legal"].name = f"Beate {SECRETS['name of a person']}"
    cast.users["legal"].email = f"{SECRETS['address of a person']}acme.example"
    cast.users["legal"].save()
    add_person(cast, "alice", ["legal"])
    create_contract(actor=legal, title=SECRETS["a contract that is not theirs"])
    in_force = _in_force(legal)
    _amended(legal, in_force)
    negotiated = _negotiated(cast, legal)
    with_them = _with_them(cast, legal)
    _prepared(legal, negotiated)
    _missed(cast)
    _asked_for(cast, legal)
    _waits(cast, legal)
    _recorded(cast, legal, in_force)
    _kept(legal, in_force)
    _disagrees(legal, followed(_brought_in(cast, legal)))
    grant([cast.users["counterparty"]], "see_confidential_contract", in_force)
    return House(cast, in_force, negotiated, with_them, legal, guest)


def _recorded(cast: Cast, legal: Actor, contract: Contract) -> None:
    """What the repository knows of a contract that they see, and of them."""
    keeper = cast["administrator"]
    party = Party.objects.get(name="Cirrus Hosting GmbH")
    company = {"actor": legal, "party_id": party.pk}
    add_identifier(**company, kind="register", value=SECRETS["number of a company"], issuer="Register")
    street = SECRETS["address of a company"]
    add_address(**company, kind="registered", street=street, city="Mannheim", country="DE")
    add_contact(**company, name=SECRETS["contact of a company"], phone="1", escalation_level=1)
    head = create_party(actor=legal, name=SECRETS["parent company"])
    set_parent_company(**company, parent_id=head.pk)
    define_custom_field(actor=keeper, key="plan", label=SECRETS["label of an own field"], kind="text")
    department = create_team(actor=keeper, name=SECRETS["department"])
    change_contract(
        actor=legal, contract_id=contract.pk, tags=[SECRETS["tag"]], department_id=department.pk,
        custom_fields={"plan": SECRETS["value of an own field"]},
    )  # fmt: skip
    other = Contract.objects.get(title=SECRETS["a contract that is not theirs"])
    note = SECRETS["note to a relation"]
    relate_contracts(actor=legal, contract_id=contract.pk, other_id=other.pk, kind="order", note=note)
    name_watchers(actor=legal, contract_id=contract.pk, people=[cast["legal"].person_id])


def _amended(legal: Actor, contract: Contract) -> None:
    """Proposed once and withdrawn; proposed again, with a document, and accepted by us here and by them in a letter."""
    first = proposed(legal, contract)
    withdraw_amendment(actor=legal, amendment_id=first.pk, reason=SECRETS["why an amendment was withdrawn"])
    facts = {"summary": SHARED["what an amendment changes"], "instrument": _paper(legal, word_file(), "docx")}
    second = propose_amendment(actor=legal, version_id=first.version_id, **facts)
    accept_amendment(actor=legal, amendment_id=second.pk, seen=second.content_hash)
    record_acceptance(
        actor=legal, amendment_id=second.pk, part_id=contract.parties.get(role="counterparty").pk, how="letter",
        by_name="Carl", evidence=put_evidence(legal, b"We accept.", f"{SECRETS['name of a file']}.txt"),
    )  # fmt: skip


def _brought_in(cast: Cast, legal: Actor) -> Contract:
    """A signed contract of theirs that came in by a sheet of ours."""
    name, cell = f"{SECRETS['name of a file']}.txt", SECRETS["what a sheet said"]
    sheet = f"File name;Title;Counterparty;Signed;Note\n{name};Hosting of old;Cirrus Hosting GmbH;2024-02-01;{cell}\n"
    batch = read(legal, packed({name: CAPPED.encode(), "list.csv": sheet.encode()}), name=SECRETS["name of an import"])
    tried(legal, batch)
    done(legal, batch)
    contract = Contract.objects.get(title="Hosting of old")
    grant([cast.users["counterparty"]], "see_confidential_contract", contract)
    return contract


def _disagrees(legal: Actor, theirs: Contract) -> None:
    """Another contract with the same party, by other laws; somebody knows of it."""
    title = SECRETS["a contract that does not agree with theirs"]
    party = theirs.parties.get(role="counterparty").party
    other = contract_with(legal, party, CAPPED.replace("Germany", "Austria"), title=title)
    conflict = Conflict.objects.get(contract=theirs, other=other, topic="law")
    acknowledge_conflict(actor=legal, conflict_id=conflict.pk, reason=SECRETS["why a disagreement is known"])


def _kept(legal: Actor, contract: Contract) -> None:
    """What says how long a contract that they see is kept, and how it ends."""
    matter = open_matter(actor=legal, name=SECRETS["name of a matter"])
    put_in_matter(actor=legal, matter_id=matter.pk, contract_id=contract.pk)
    held = {"name": SECRETS["name of a hold"], "reason": SECRETS["why something is held"]}
    place_hold(actor=legal, matter_id=matter.pk, **held)
    kept_three_years(legal, name=SECRETS["name of a retention rule"])
    today = clock.today(contract.time_zone)
    termination = announce_termination(
        actor=legal, contract_id=contract.pk, kind="agreement", notice_on=today, ends_on=today + timedelta(days=90),
        reason=SECRETS["why a contract ends"],
    )  # fmt: skip
    left = SECRETS["what is left to do at its end"]
    add_termination_item(actor=legal, termination_id=termination.pk, title=left)


def _with_them(cast: Cast, legal: Actor) -> Contract:
    """Their turn, their draft open, on a text whose clause we took from the library."""
    contract = create_contract(actor=legal, **_facts("Hosting with them"))
    add_version(actor=legal, contract_id=contract.pk, paper=text_paper())
    tied = newest(contract).clauses.get(number="2.1")
    position = LibraryClauseVersion.objects.get()
    adopt_library_clause(actor=legal, clause_id=tied.pk, library_version_id=position.pk, position="preferred")
    hand_over(actor=legal, draft_id=begin_draft(actor=legal, contract_id=contract.pk).pk)
    grant([cast.users["counterparty"]], "see_confidential_contract", contract)
    begin_draft(actor=cast["counterparty"], contract_id=contract.pk)
    return contract


def _waits(cast: Cast, legal: Actor) -> Contract:
    """A contract that they see, rejected once and asked about again, by a team of which one is away."""
    people = [cast["procurement"].person_id]
    team = create_team(actor=cast["administrator"], name=SECRETS["name of a team"], members=people)
    matrix_of(cast, {"name": SECRETS["step of an approval"], "team_id": team.pk})
    away(cast["procurement"], cast["finance"], reason=SECRETS["why somebody is away"])
    contract = ready_contract(legal)
    grant([cast.users["counterparty"]], "contracts.see_confidential_contract", contract)
    rejected = requested(legal, contract)
    seat = seat_of(rejected, cast["procurement"])
    said = {"seen": rejected.content_hash, "reason": SECRETS["why it was rejected"]}
    reject_step(actor=cast["procurement"], seat_id=seat.pk, **said)
    request_approval(actor=legal, contract_id=contract.pk, note=SECRETS["note to an approval"])
    return contract


def _asked_for(cast: Cast, legal: Actor) -> None:
    """A contract of theirs that somebody asked for, with a file and an answer."""
    finance = cast["finance"]
    request = asked_for(legal, finance, reason=SECRETS["why a contract was asked for"])
    ask_requester(actor=legal, request_id=request.pk, question="What for?")
    said = SECRETS["answer to a question about a request"]
    answer_request(actor=finance, request_id=request.pk, answer=said)
    name = f"{SECRETS['name of a file that came with a request']}.txt"
    words = SECRETS["words of a file that came with a request"].encode()
    attach_to_request(actor=finance, request_id=request.pk, file_name=name, content=words)
    assign_request(actor=legal, request_id=request.pk, assignee_id=legal.person_id)
    contract = draft_request(actor=legal, request_id=request.pk).contract
    assert contract is not None
    hand_over(actor=legal, draft_id=begin_draft(actor=legal, contract_id=contract.pk).pk)
    grant([cast.users["counterparty"]], "see_confidential_contract", contract)


def _prepared(legal: Actor, contract: Contract) -> None:
    """What is to be signed is prepared, and nobody was asked yet."""
    envelope = create_envelope(actor=legal, paper=make_envelope_paper(legal, newest(contract).pk))
    email = f"{SECRETS['address of who is to sign']}acme.example"
    people = [RecipientDraft("Signer", email)]
    message = SECRETS["message of an envelope"]
    change_envelope(actor=legal, envelope_id=envelope.pk, recipients=people, message=message)


def _missed(cast: Cast) -> None:
    """A service level of theirs that was missed, and what we noted when we looked after it."""
    clerk = add_person(cast, "clerk", ["legal", "account_manager", "finance", "integration"])
    cast.users["clerk"].name = f"Ben {SECRETS['name of a person']}"
    cast.users["clerk"].save()
    breach = breach_of(clerk)
    acknowledge_breach(actor=clerk, breach_id=breach.pk, note=SECRETS["note to a breach"])
    grant([cast.users["counterparty"]], "see_confidential_contract", breach.contract)


def _facts(title: str) -> dict[str, Any]:
    return {
        "title": title, "description": SECRETS["description"], "value_amount": Decimal(SECRETS["value"]),
        "currency": "EUR", "external_reference": f"THEIRS-{title}",
    }  # fmt: skip


def _paper(actor: Actor, content: bytes, suffix: str) -> Paper:
    return put_paper(actor, read_paper(content, f"{SECRETS['name of a file']}.{suffix}"))


def _in_force(legal: Actor) -> Contract:
    """A contract in force whose final text is a PDF, with a Word file as its amendment to come."""
    contract = create_contract(actor=legal, **_facts("Hosting in force"))
    note = SECRETS["note to a version"]
    add_version(actor=legal, contract_id=contract.pk, paper=_paper(legal, pdf_file(), "pdf"), note=note)
    set_terms(actor=legal, version_id=newest(contract).pk, terms=TERMS)
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        email = f"{SECRETS['address of a person']}acme.example"
        party = create_party(actor=legal, name=name, is_ours=role == "ours", email=email)
        add_party(actor=legal, contract_id=contract.pk, party_id=party.pk, role=role)
    record_execution(actor=legal, contract_id=contract.pk, executed_on=date(2025, 12, 20))
    contract = activate_contract(actor=legal, contract_id=contract.pk)
    decision = SECRETS["note to a decision"]
    with clock.set_to(clock.now().replace(year=2026, month=6, day=1)):
        decide_renewal(actor=legal, contract_id=contract.pk, kind="notice_given", note=decision)
    return contract


def _negotiated(cast: Cast, legal: Actor) -> Contract:
    """Handed over once as a Word file; since then ours again, with a version and a draft that are private."""
    alice, guest = cast["alice"], cast["counterparty"]
    contract = create_contract(actor=legal, **_facts("Hosting to be agreed"))
    add_version(actor=legal, contract_id=contract.pk, paper=_paper(legal, word_file(), "docx"))
    first = begin_draft(actor=legal, contract_id=contract.pk)
    hand_over(actor=legal, draft_id=first.pk, note=SHARED["note to what was handed over"])
    grant([cast.users["counterparty"]], "see_confidential_contract", contract)
    sent = Version.objects.filter(contract=contract, shared_at__isnull=False).get()
    theirs = begin_draft(actor=guest, contract_id=contract.pk)
    hand_over(actor=guest, draft_id=theirs.pk)
    clause = sent.clauses.get(number="2.1")
    place = {"clause_id": clause.pk, "quote": "at least 99.9 %"}
    begun = start_thread(actor=legal, contract_id=contract.pk, text=SECRETS["internal comment"], **place)
    reply_to_thread(actor=alice, thread_id=begun.pk, text=SECRETS["answer to an internal comment"])
    words = f"{SHARED['shared comment']} @Counterparty"
    start_thread(actor=alice, contract_id=contract.pk, text=words, audience="shared", **place)
    for words, audience in ((SECRETS, "internal"), (SHARED, "shared")):
        text = words[f"{audience} comment on the whole contract"]
        start_thread(actor=alice, contract_id=contract.pk, text=text, audience=audience)
    _private(legal, contract)
    return contract


def _private(legal: Actor, contract: Contract) -> None:
    """What is ours alone while it is our turn."""
    shelf = approved(
        legal, title=SECRETS["title in the library"], guidance=SECRETS["guidance of the library"],
        positions=[{"kind": "preferred", "text": f"{SENTENCE} {SECRETS['position of the library']}"}],
    )  # fmt: skip
    words = TEXT.replace("one year", SECRETS["words of a version of ours that was not handed over"])
    add_version(actor=legal, contract_id=contract.pk, paper=text_paper(words))
    private = newest(contract).clauses.get(number="2.1")
    adopt_library_clause(actor=legal, clause_id=private.pk, library_version_id=shelf.pk, position="preferred")
    draft = begin_draft(actor=legal, contract_id=contract.pk)
    row = DraftClause.objects.get(draft=draft, number="2.1")
    body = body_of([f"{row.text} {SECRETS['words of a draft of ours']}"])
    edit_clause(actor=legal, clause_id=row.pk, revision=row.revision, heading=row.heading, body=body)
    start_thread(
        actor=legal, contract_id=contract.pk, text=SECRETS["a comment for them on words they do not have"],
        audience="shared", draft_clause_id=row.pk,
    )  # fmt: skip
