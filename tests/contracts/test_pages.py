"""What a person does with a contract on its pages, what they see, and how many queries it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Amendment, Contract, ContractParty, Party, Passage, Term
from contracts.operations.add_version import add_version
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.name_party import name_party
from contracts.operations.restrict_contract import restrict_contract
from contracts.papers.reader import body_offset
from tests.cast import Cast
from tests.contracts.amended import accepted, amended, amended_text
from tests.contracts.papers import SENTENCE, TEXT, active_contract, draft_contract, newest, passage_in, text_paper
from tests.proof import left_behind

TERMS = {
    "starts_on": "2026-01-01", "initial_months": "12", "renewal": "automatic", "renewal_months": "12",
    "notice_length": "30", "notice_unit": "days", "notice_roll": "none",
}  # fmt: skip


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with clock.set_to(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        yield


def shown(page: Client, name: str, *args: object, **query: str) -> str:
    answer = page.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def sent(page: Client, name: str, *args: object, data: dict[str, Any] | None = None) -> Any:
    return page.post(reverse(name, args=args), data or {})


def primary(page: Client, contract: Contract) -> str:
    """The one primary button at the top of the contract's page."""
    return str(page.get(reverse("contract", args=[contract.pk])).context["next"].label)


def test_a_contract_goes_the_whole_way_by_hand(page: Client, alice: Actor) -> None:
    create_party(actor=alice, name="Acme Ltd", is_ours=True)
    facts = {
        "title": "Order platform", "category": "hosting", "owner_id": str(alice.user_id), "time_zone": "UTC",
        "our_party": str(Party.objects.get().pk), "value_amount": "1200.50", "currency": "EUR",
    }  # fmt: skip
    assert sent(page, "contract-new", data=facts).status_code == 302
    contract = Contract.objects.get()
    assert primary(page, contract) == "Upload the document"
    sent(page, "version-new", contract.pk, data={"file": SimpleUploadedFile("agreement.txt", TEXT.encode())})
    assert primary(page, contract) == "Name the parties"
    sent(page, "contract-parties", contract.pk, data={"name": "Cirrus Hosting GmbH", "role": "counterparty"})
    assert primary(page, contract) == "Set the terms"
    assert sent(page, "contract-terms", contract.pk, data=TERMS).status_code == 302
    assert primary(page, contract) == "File as signed"
    sent(page, "contract-execute", contract.pk, data={"executed_on": "2025-12-20"})
    assert primary(page, contract) == "Activate"
    sent(page, "contract-activate", contract.pk)
    terms = shown(page, "contract-tab", contract.pk, "terms")
    assert "2 Dec 2026" in terms
    assert reverse("term-trace", args=[Term.objects.get().pk]) in terms

    sent(page, "renewal-decide", contract.pk, data={"kind": "notice_given", "note": "Too dear"})
    assert "Too dear" in shown(page, "contract-tab", contract.pk, "terms")
    ending = {
        "kind": "agreement", "notice_on": "2026-06-01", "notice_unit": "days", "ends_on": "2026-06-01",
        "reason": "By agreement",
    }  # fmt: skip
    assert sent(page, "contract-terminate", contract.pk, data=ending).status_code == 302
    assert primary(page, contract) == "Archive"
    sent(page, "contract-archive", contract.pk)
    contract.refresh_from_db()
    assert contract.state == "archived"
    history = shown(page, "contract-tab", contract.pk, "history")
    assert "Contract terminated" in history
    assert "By agreement" in history


def test_a_text_to_come_says_which_one_counts_today(page: Client, alice: Actor) -> None:
    with clock.set_to(datetime(2026, 6, 1, tzinfo=UTC)):
        contract = active_contract(alice)
        assert "What counts today is" not in shown(page, "contract", contract.pk)
        coming = amended_text(alice, contract)
        assert "This text is a draft." in shown(page, "contract", contract.pk)
        amended(alice, coming.pk, date(2026, 8, 1))
        text = shown(page, "contract", contract.pk)
        assert "This text is in force from" in text
        assert f'{reverse("version", args=[contract.versions.get(number=1).pk])}">version 1</a>' in text
    with clock.set_to(datetime(2026, 8, 2, tzinfo=UTC)):
        assert "What counts today is" not in shown(page, "contract", contract.pk)


def test_a_contract_is_filed_with_sides_document_and_terms_in_one_go(page: Client, alice: Actor) -> None:
    ours = create_party(actor=alice, name="Acme Ltd", is_ours=True)
    facts = {
        "title": "Order platform", "category": "hosting", "owner_id": str(alice.user_id), "time_zone": "UTC",
        "our_party": str(ours.pk), "counterparty": "Cirrus Hosting GmbH",
    }  # fmt: skip
    refused = sent(page, "contract-new", data=facts | TERMS)
    assert list(refused.context["form"].errors) == ["file"]
    assert not Contract.objects.exists()
    file = SimpleUploadedFile("agreement.txt", TEXT.encode())
    assert sent(page, "contract-new", data=facts | TERMS | {"file": file}).status_code == 302

    contract = Contract.objects.get()
    terms = newest(contract).terms
    assert (terms.starts_on, terms.renewal_months, terms.notice_length) == (date(2026, 1, 1), 12, 30)
    assert primary(page, contract) == "File as signed"


def test_what_comes_next_for_a_contract_in_force(page: Client, alice: Actor) -> None:
    contract = active_contract(alice)
    assert primary(page, contract) == "Decide the renewal"
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT + "\n4. More\nWords."))
    assert primary(page, contract) == "Set the amended terms"
    sent(page, "contract-terms", contract.pk, data=TERMS)
    assert primary(page, contract) == "Propose the amendment"
    sent(page, "amendment-new", contract.pk, data={"summary": "More words"})
    assert primary(page, contract) == "Open amendment no. 1"
    accepted(alice, Amendment.objects.get())
    assert primary(page, contract) == "Make version 2 final"
    sent(page, "version-finalize", newest(contract).pk, data={"sure": "1"})
    assert primary(page, contract) == "Decide the renewal"
    decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")
    assert page.get(reverse("contract", args=[contract.pk])).context["next"] is None


def test_every_tab_and_page_answers(page: Client, alice: Actor) -> None:
    contract = active_contract(alice, external_reference="CIR-2044")
    second = add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT.replace("99.9 %", "99.5 %")))
    first = contract.versions.get(number=1)
    assert "2.1" in shown(page, "contract", contract.pk)
    assert "CIR-2044" in shown(page, "contract", contract.pk)
    assert "Cirrus Hosting GmbH" in shown(page, "contract-tab", contract.pk, "parties")
    assert first.content_hash in shown(page, "contract-tab", contract.pk, "versions")
    assert first.content_hash in shown(page, "version", first.pk)
    compared = shown(page, "version-compare", contract.pk, old=str(first.pk), new=str(second.pk))
    assert "1 changed, 0 added, 0 removed, 0 moved" in compared
    for name in ("contract-edit", "version-new", "contract-terms", "contract-parties", "contract-execute",
                 "renewal-decide", "contract-terminate", "contract-access"):  # fmt: skip
        assert "<form" in shown(page, name, contract.pk)
    assert "<form" in shown(page, "version-finalize", second.pk)
    party = ContractParty.objects.get(contract=contract, role="counterparty").party
    assert contract.title in shown(page, "party", party.pk)
    assert party.name in shown(page, "parties")
    assert "<form" in shown(page, "party-edit", party.pk)
    trace = shown(page, "term-trace", Term.objects.get().pk)
    assert "term end − 30 days" in trace


def test_marking_leads_to_what_the_sentence_may_become(page: Client, alice: Actor) -> None:
    version = newest(draft_contract(alice))
    clause = version.clauses.get(number="2.1")
    offset = body_offset(clause)
    start = clause.text.index(SENTENCE) - offset
    address = reverse("passage-mark", args=[version.pk])
    query = f"?clause={clause.pk}&start={start}&end={start + len(SENTENCE)}"
    assert SENTENCE in page.get(address + query).content.decode()
    assert not Passage.objects.exists()
    answer = page.post(address + query)

    passage = Passage.objects.get()
    assert passage.quote == SENTENCE
    assert answer["Location"] == reverse("passage", args=[passage.pk])
    bindings = shown(page, "passage", passage.pk)
    assert reverse("commitment-bind", args=[passage.pk]) in bindings
    assert reverse("passage", args=[passage.pk]) in shown(page, "contract", version.contract_id)


@pytest.mark.parametrize("query", ["", "?clause=x&start=0&end=5", "?clause={clause}&start=0&end=99999"])
def test_a_mark_that_cannot_be_read_is_refused(page: Client, alice: Actor, query: str) -> None:
    version = newest(draft_contract(alice))
    clause = version.clauses.get(number="2.1")
    answer = page.post(reverse("passage-mark", args=[version.pk]) + query.format(clause=clause.pk))

    assert answer.status_code == 400
    assert not Passage.objects.exists()


def test_what_is_wrong_stands_beside_its_field(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    before = left_behind()
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("contract-terms", TERMS | {"renewal_months": ""}, "renewal_months"),
        ("contract-terms", TERMS | {"initial_months": "0"}, "initial_months"),
        ("contract-terms", TERMS | {"holidays_country": "ZZ"}, "holidays_country"),
        ("contract-parties", {"name": "", "role": "ours"}, "name"),
        ("contract-edit", {"title": "", "category": "nda"}, "title"),
        ("contract-execute", {"executed_on": "2027-01-01"}, "executed_on"),
        ("contract-terminate", {"kind": "cause", "notice_on": "2026-06-01", "reason": "x"}, "ends_on"),
    ]
    for name, data, field in cases:
        answer = sent(page, name, contract.pk, data=data)
        assert answer.status_code == 400, name
        assert answer.context["form"].errors[field], name
    assert left_behind() == before


def test_a_late_notice_is_said_on_the_form(page: Client, alice: Actor) -> None:
    contract = active_contract(alice)
    with clock.set_to(datetime(2026, 12, 3, 12, tzinfo=UTC)):
        answer = sent(page, "renewal-decide", contract.pk, data={"kind": "notice_given"})

    assert answer.status_code == 400
    assert "The last day of notice for term 1 was 2 Dec 2026." in answer.content.decode()


def test_somebody_elses_change_is_not_overwritten(acme: Cast, page: Client, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    form = page.get(reverse("contract-edit", args=[contract.pk])).context["form"]
    typed = {name: form.initial.get(name) or "" for name in form.fields} | {"title": "Mine"}
    change_contract(actor=acme["legal"], contract_id=contract.pk, title="Theirs")
    answer = sent(page, "contract-edit", contract.pk, data=typed)

    assert answer.status_code == 400
    assert "Mine" in answer.content.decode()
    contract.refresh_from_db()
    assert contract.title == "Theirs"


def test_a_final_version_points_to_a_new_one(page: Client, alice: Actor) -> None:
    contract = active_contract(alice)
    answer = sent(page, "contract-terms", contract.pk, data=TERMS)

    assert answer.status_code == 400
    assert "upload the amended text as a new version" in answer.content.decode()


def test_a_confidential_contract_is_nowhere_for_others(acme: Cast, alice: Actor) -> None:
    contract = active_contract(alice, title="Merger talks")
    restrict_contract(actor=alice, contract_id=contract.pk)
    other = Client()
    other.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")

    assert other.get(reverse("contract", args=[contract.pk])).status_code == 404
    assert other.get(reverse("version", args=[newest(contract).pk])).status_code == 404
    assert "Merger talks" not in shown(other, "contracts")
    party = contract.parties.first().party
    assert "Merger talks" not in shown(other, "party", party.pk)


def test_who_sees_it_is_chosen_by_side(acme: Cast, page: Client, alice: Actor) -> None:
    contract = active_contract(alice, title="Order platform")
    lena = acme.users["counterparty"]
    restrict_contract(actor=alice, contract_id=contract.pk, people=[lena.pk], is_confidential=False)

    choices = dict(page.get(reverse("contract-access", args=[contract.pk])).context["form"].fields["people"].choices)

    assert list(choices) == ["Colleagues", "Other side", "Integrations"]
    company = f"Cirrus Hosting GmbH {contract.reference}"
    assert choices["Other side"] == [(str(lena.pk), f"Counterparty · {company} · Counterparty · {lena.email}")]
    assert (str(lena.pk), "Counterparty") not in choices["Colleagues"]
    assert '<legend class="choice-group-title">Other side</legend>' in shown(page, "contract-access", contract.pk)
    data = {"people": [str(lena.pk)]}
    assert sent(page, "contract-access", contract.pk, data=data).status_code == 302


def test_a_company_is_not_told_of_a_contract_one_does_not_see(acme: Cast, page: Client, alice: Actor) -> None:
    hidden = active_contract(acme["legal"], title="Merger talks")
    lena = acme.users["counterparty"]
    restrict_contract(actor=acme["legal"], contract_id=hidden.pk, people=[lena.pk])
    contract = draft_contract(alice)

    assert "Cirrus" not in shown(page, "contract-access", contract.pk)


@pytest.mark.parametrize("name", ["contract-new", "template-compose", "template-new", "library-clause-new"])
def test_nobody_of_the_other_side_is_offered_as_owner(acme: Cast, page: Client, name: str) -> None:
    found = page.get(reverse(name)).context
    form = found.get("form") or found["head"]

    offered = {value for value, _label in form.fields["owner_id"].choices}

    assert str(acme.users["legal"].pk) in offered
    assert offered & {str(acme.users["counterparty"].pk), str(acme.users["integration"].pk)} == set()


def test_the_list_is_filtered_searched_and_exported(page: Client, alice: Actor) -> None:
    active_contract(alice, title="Order platform", category="hosting")
    draft_contract(alice, title="NDA with Hexagon", category="nda")

    for query in ({"state": "active"}, {"category": "hosting"}, {"party": "cirrus"}, {"q": "order"},
                  {"ends_after": "2026-12-31", "ends_before": "2027-01-02"}):  # fmt: skip
        found = shown(page, "contracts", **query)
        assert "Order platform" in found, query
        assert "NDA with Hexagon" not in found, query
    assert "Order platform" not in shown(page, "contracts", ends_before="2026-12-31")
    answer = page.get(reverse("contracts"), {"format": "csv", "q": "hexagon"})
    exported = b"".join(answer.streaming_content).decode()
    assert "NDA with Hexagon" in exported
    assert "Order platform" not in exported


def test_a_row_is_reached_without_a_script(page: Client, alice: Actor) -> None:
    contract = active_contract(alice, title="Order platform")

    assert f'<a href="{reverse("contract", args=[contract.pk])}">Order platform</a>' in shown(page, "contracts")


def test_the_date_of_a_term_stays_as_decided(page: Client, alice: Actor) -> None:
    contract = active_contract(alice)
    decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")

    assert Term.objects.get().notice_deadline == date(2026, 12, 2)
    assert "Notice given: does not renew" in shown(page, "contract-tab", contract.pk, "terms")


def queries_of(page: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert page.get(url).status_code == 200
    return len(made)


def test_lists_take_as_many_queries_for_many_rows(page: Client, alice: Actor) -> None:
    urls = [reverse("contracts"), reverse("contracts") + "?q=hosting", reverse("parties")]
    counts = []
    for more in (3, 20):
        for _index in range(more):
            contract = create_contract(actor=alice, title="Hosting")
            name_party(actor=alice, contract_id=contract.pk, name=f"P {contract.reference}", role="counterparty")
        counts.append([queries_of(page, url) for url in urls])

    assert counts[0] == counts[1]


def test_the_reader_takes_as_many_queries_for_many_clauses(page: Client, alice: Actor) -> None:
    short = draft_contract(alice)
    contract = create_contract(actor=alice, title="Long")
    longer = TEXT + "".join(f"\n{number}. Annex\nWords of annex {number}.\n" for number in range(4, 60))
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(longer))
    passage_in(alice, short)
    for quote in ("Words of annex 10.", "Words of annex 20.", SENTENCE):
        passage_in(alice, contract, quote)

    one, other = (queries_of(page, reverse("contract", args=[each.pk])) for each in (short, contract))
    assert one == other


def test_a_page_looks_once_whether_its_contract_is_seen(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)

    with CaptureQueriesContext(connection) as made:
        assert page.get(reverse("contract", args=[contract.pk])).status_code == 200

    looks = [query for query in made if query["sql"].startswith('SELECT 1 AS "a" FROM "contracts_contract"')]
    assert len(looks) == 1


@pytest.mark.parametrize(
    ("amount", "currency", "typed"),
    [("48000", "EUR", "48000.00"), ("48000", "JPY", "48000"), ("0.0125", "EUR", "0.0125")],
)
def test_a_value_is_changed_as_people_type_it(
    page: Client, alice: Actor, amount: str, currency: str, typed: str
) -> None:
    contract = draft_contract(alice, value_amount=Decimal(amount), currency=currency)

    form = page.get(reverse("contract-edit", args=[contract.pk])).context["form"]

    assert form["value_amount"].value() == typed
