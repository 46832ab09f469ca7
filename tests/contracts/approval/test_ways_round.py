"""Ways round an approval that a review found: each is closed."""

from __future__ import annotations

from datetime import UTC, date, datetime

from clm.access.permissions import system_actor
from clm.accounts.models import Membership
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Approval
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.finalize_version import finalize_version
from contracts.operations.set_terms import set_terms
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.queries.routing import facts_of
from tests.cast import Cast, add_person
from tests.contracts.amended import agree
from tests.contracts.approval.routed import FINANCE, away, matrix_of, refusal, requested, seat_of, states, yes
from tests.contracts.library_of import approved_template
from tests.contracts.papers import TERMS, TEXT, active_contract, draft_contract, newest, text_paper

MAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
AMENDED = text_paper(TEXT.replace("99.9", "99.5"))
SHORT = {"party_name": "Acme", "signed_on": "2026-05-04", "has_extras": False, "law": "Delaware"}


def test_an_amendment_that_somebody_uploads_needs_approval_as_well(acme: Cast) -> None:
    legal = acme["legal"]
    with clock.set_to(MAY):
        contract = active_contract(legal)
        add_version(actor=legal, contract_id=contract.pk, paper=AMENDED)
        set_terms(actor=legal, version_id=newest(contract).pk, terms=TERMS)
        matrix_of(acme, FINANCE)
        final = lambda: finalize_version(  # noqa: E731
            actor=legal, version_id=newest(contract).pk, effective_on=date(2026, 6, 1)
        )
        assert refusal(final) == "approval_missing"
        yes(acme["finance"], requested(legal, contract))
        agree(legal, newest(contract).pk, date(2026, 6, 1))
        assert final().state == "final"


def test_a_document_in_place_of_the_drafted_one_is_of_no_template(acme: Cast) -> None:
    legal = acme["legal"]
    template = approved_template(legal)
    contract = draft_from_template(
        actor=legal, template_version_id=template.versions.get().pk, answers=SHORT, title="NDA"
    )
    assert facts_of(contract, newest(contract)).origin == "standard"
    add_version(actor=legal, contract_id=contract.pk, paper=AMENDED)
    assert facts_of(contract, newest(contract)).origin == "none"


def test_what_the_library_does_not_know_departs_from_it(acme: Cast) -> None:
    contract = draft_contract(acme["legal"])
    assert facts_of(contract, newest(contract)).departure == "any"


def test_who_is_asked_decides_in_their_own_seat_first(acme: Cast) -> None:
    """Else their own seat could never be decided: one person counts once in a step."""
    second = add_person(acme, "second", ["finance"])
    matrix_of(acme, FINANCE | {"needs": "all"})
    approval = requested(acme["legal"])
    away(acme["finance"], second)
    assert refusal(lambda: yes(second, approval, of=acme["finance"])) == "own_seat_first"
    yes(second, approval)
    assert refusal(lambda: yes(second, approval, of=acme["finance"])) == "decided_once"
    yes(acme["finance"], approval)
    assert states(approval)[0] == "approved"
    assert seat_of(approval, second).state == "approved"
    assert Membership.objects.filter(roles__contains=["finance"]).count() == 2


def test_what_expires_asks_nobody_any_more(acme: Cast, alice: Actor) -> None:
    matrix_of(acme, FINANCE)
    with clock.set_to(MAY):
        contract = active_contract(alice, terms={"renewal": "none", "renewal_months": None})
        add_version(actor=alice, contract_id=contract.pk, paper=AMENDED)
        set_terms(actor=alice, version_id=newest(contract).pk, terms=TERMS)
        approval = requested(alice, contract)
    with clock.set_to(datetime(2027, 1, 2, tzinfo=UTC)):
        advance_terms(actor=system_actor("term_keeper", acme.organization.pk), contract_id=contract.pk)
    assert states(approval) == ("superseded", "expired")
    assert not Approval.objects.filter(state="open").exists()
