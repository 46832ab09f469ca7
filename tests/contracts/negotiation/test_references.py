"""Cross-references in what came back: they follow their clauses in our draft, whatever numbers theirs have."""

from __future__ import annotations

import pytest

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.engine.references import broken, nodes_in
from contracts.models import Change, Contract, Draft, DraftClause, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.counter_change import counter_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.guards import words_to_counter
from contracts.operations.negotiation.receive_version import receive_version
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.queries.changes import Answer
from contracts.queries.drafts import clause_rows, labels_of
from tests.cast import Cast
from tests.contracts.drafting.written import write
from tests.contracts.negotiation.answers import our_draft
from tests.contracts.papers import text_paper

pytestmark = pytest.mark.django_db
AVAILABLE = "The Provider keeps the Service available at least 99.9 % of each month, as Section 2.2 says."
TERM = "This Agreement runs for one year and no longer than that."
TEXT = f"""Hosting Agreement

1. Service

The Provider hosts the Service for the Customer.

2. Service levels

2.1 Availability. {AVAILABLE}

2.2 Credits. If availability is lower, the Customer receives a credit of 10 % of the monthly fee.

3. Term

{TERM}

4. Law

The laws of Germany govern this Agreement.
"""
SERVICE = TEXT[TEXT.index("1. Service\n") : TEXT.index("2. Service levels")]
INSURANCE = "2. Insurance\n\nThe Provider keeps insurance of one million at its own expense at all times.\n\n"
SUSPENSION = "6. Suspension\n\nIf the Customer is late as Section {} and this Section {} say, the Provider may stop.\n"


def answer(actor: Actor, new: str) -> Version:
    """What came back as plain text for TEXT."""
    contract = create_contract(actor=actor, title="Hosting")
    add_version(actor=actor, contract_id=contract.pk, paper=text_paper(TEXT))
    Version.objects.filter(contract=contract).update(shared_at=clock.now())
    Contract.objects.filter(pk=contract.pk).update(turn="theirs")
    paper = text_paper(new, "answer.txt")
    return receive_version(actor=actor, contract_id=contract.pk, answer=Answer(paper, None))


def insured() -> str:
    """TEXT with a clause before the second, the later ones renumbered, and one at the end that refers to two."""
    later = TEXT[TEXT.index("2. Service levels") :].replace("4. Law", "5. Law").replace("3. Term", "4. Term")
    later = later.replace("2. Service", "3. Service").replace("2.1 A", "3.1 A").replace("2.2", "3.2")
    return TEXT[: TEXT.index("2. Service levels")] + INSURANCE + later + "\n" + SUSPENSION.format("4", "6")


def ours(contract: Contract, heading: str) -> DraftClause:
    return DraftClause.objects.get(draft=our_draft(contract), heading=heading, is_removed=False)


def referred(contract: Contract, heading: str) -> list[str]:
    """The headings of the clauses to which a clause's references are tied."""
    keys = [key for key, _label in nodes_in(ours(contract, heading).body)]
    return [DraftClause.objects.get(pk=key).heading for key in keys]


def labels(contract: Contract) -> list[tuple[str, str]]:
    rows = list(clause_rows(our_draft(contract)))
    shown = labels_of(rows).shown
    return [(shown[str(row.pk)], row.heading) for row in rows if not row.is_removed]


@pytest.mark.parametrize(
    ("new", "tied"),
    [
        (AVAILABLE.replace("Section 2.2", "Section 3"), ["Term"]),
        (AVAILABLE.replace(", as Section 2.2 says", ""), []),
        (AVAILABLE.replace("says", "states"), ["Credits"]),
        (AVAILABLE.replace("Section 2.2 says", "Sections 2.2 and 4 say"), ["Credits", "Law"]),
        (AVAILABLE.replace("Section 2.2", "Section 8"), []),
    ],
    ids=["another", "deleted", "word beside it", "one more", "none there"],
)
def test_a_change_at_a_reference_is_accepted(acme: Cast, new: str, tied: list[str]) -> None:
    version = answer(acme["legal"], TEXT.replace(AVAILABLE, new))

    accept_change(actor=acme["legal"], change_id=Change.objects.get(version=version).pk)

    assert ours(version.contract, "Availability").text == new
    assert referred(version.contract, "Availability") == tied


def test_our_words_beside_theirs_stay_with_the_reference(acme: Cast) -> None:
    version = answer(acme["legal"], TEXT.replace("2.2 says", "2.2 states"))
    change = Change.objects.get(version=version)
    accept_change(actor=acme["legal"], change_id=change.pk)
    reopen_change(actor=acme["legal"], change_id=change.pk)
    clause = ours(version.contract, "Availability")
    body = {"type": "doc", "content": [{**clause.body["content"][0]}]}
    first = body["content"][0]["content"][0]
    body["content"][0]["content"] = [
        {**first, "text": first["text"].replace("99.9", "99.5")}, *body["content"][0]["content"][1:]
    ]  # fmt: skip
    write(acme["legal"], clause, "", body=body)

    accept_change(actor=acme["legal"], change_id=change.pk)

    assert ours(version.contract, "Availability").text == AVAILABLE.replace("99.9", "99.5").replace("says", "states")
    assert referred(version.contract, "Availability") == ["Credits"]


def test_a_reference_in_a_clause_of_theirs_follows_ours(acme: Cast) -> None:
    version = answer(acme["legal"], insured())
    for change in Change.objects.filter(version=version).order_by("position"):
        verb = accept_change if change.heading == "Suspension" else reject_change
        verb(actor=acme["legal"], change_id=change.pk)

    assert referred(version.contract, "Suspension") == ["Term", "Suspension"]
    assert labels(version.contract)[-1] == ("5", "Suspension")
    assert "as Section 3 and" in ours(version.contract, "Suspension").text


def test_a_new_number_of_the_same_clause_is_no_change_of_words(acme: Cast) -> None:
    version = answer(acme["legal"], insured().replace("99.9", "99.5"))

    decide_rest(actor=acme["legal"], version_id=version.pk, accept=True)

    assert referred(version.contract, "Availability") == ["Credits"]
    assert ours(version.contract, "Availability").text == AVAILABLE.replace("99.9", "99.5")


def test_a_reference_in_a_counter_is_tied_by_our_numbers(acme: Cast) -> None:
    version = answer(acme["legal"], insured().replace("99.9", "99.5"))
    changes = Change.objects.filter(version=version)

    counter_change(actor=acme["legal"], change_id=changes.get(heading="Availability").pk, text="As Section 3 says.")
    counter_change(actor=acme["legal"], change_id=changes.get(heading="Suspension").pk, text="See Section 2.2.")

    assert referred(version.contract, "Availability") == ["Term"]
    assert referred(version.contract, "Suspension") == ["Credits"]


def test_a_clause_behind_a_move_that_was_rejected_stands_where_they_have_it(acme: Cast) -> None:
    audit = "5. Audit\n\nThe Customer may audit the Provider once a year at its own cost and after notice.\n\n"
    new = TEXT.replace(SERVICE, "").replace("4. Law", SERVICE.replace("1.", "4.") + audit + "6. Law")
    version = answer(acme["legal"], new)
    for change in Change.objects.filter(version=version).order_by("position"):
        verb = reject_change if change.kind == "moved" else accept_change
        verb(actor=acme["legal"], change_id=change.pk)

    headings = [heading for _label, heading in labels(version.contract)]
    assert headings[-3:] == ["Term", "Audit", "Law"]
    assert headings.index("Service") < headings.index("Service levels")


def test_a_clause_that_they_added_without_a_number_has_none(acme: Cast) -> None:
    version = answer(acme["legal"], TEXT.replace("Hosting Agreement\n", "Storage and Backup Terms of Acme\n"))
    kinds = {change.kind for change in Change.objects.filter(version=version)}

    decide_rest(actor=acme["legal"], version_id=version.pk, accept=True)

    assert kinds == {"added", "removed"}
    assert labels(version.contract)[0] == ("", "Storage and Backup Terms of Acme")
    assert [label for label, _heading in labels(version.contract)[1:]] == ["1", "2", "2.1", "2.2", "3", "4"]


TWO = "5. Audit\n\nThe Customer audits as Section 6 says.\n\n6. Backup\n\nThe Provider copies all data each night.\n"


def two_new(actor: Actor) -> tuple[Change, Change]:
    """Two clauses of theirs, the first of which refers to the second."""
    version = answer(actor, f"{TEXT}\n{TWO}")
    audit, backup = Change.objects.filter(version=version).order_by("position")
    return audit, backup


def broken_in(contract: Contract) -> list[str]:
    """What the checks of the editor say of references."""
    rows = list(clause_rows(our_draft(contract)))
    found = broken([(str(row.pk), row.body) for row in rows if not row.is_removed], labels_of(rows).referred)
    return [each.shown for each in found]


def test_a_reference_waits_for_the_clause_that_it_names(acme: Cast) -> None:
    audit, backup = two_new(acme["legal"])

    accept_change(actor=acme["legal"], change_id=audit.pk)
    assert broken_in(audit.contract) == ["6"]
    assert ours(audit.contract, "Audit").text == "The Customer audits as Section 6 says."
    accept_change(actor=acme["legal"], change_id=backup.pk)

    assert broken_in(audit.contract) == []
    assert referred(audit.contract, "Audit") == ["Backup"]


def test_what_waited_waits_again_when_the_clause_is_taken_back(acme: Cast) -> None:
    audit, backup = two_new(acme["legal"])
    for change in (audit, backup):
        accept_change(actor=acme["legal"], change_id=change.pk)

    reopen_change(actor=acme["legal"], change_id=backup.pk)
    assert broken_in(audit.contract) == ["6"]
    accept_change(actor=acme["legal"], change_id=backup.pk)

    assert referred(audit.contract, "Audit") == ["Backup"]
    reopen_change(actor=acme["legal"], change_id=audit.pk)
    assert [heading for _label, heading in labels(audit.contract)][-2:] == ["Law", "Backup"]


def test_our_words_beside_a_reference_that_waits_stay(acme: Cast) -> None:
    audit, backup = two_new(acme["legal"])
    accept_change(actor=acme["legal"], change_id=audit.pk)
    clause = ours(audit.contract, "Audit")
    first, reference, last = clause.body["content"][0]["content"]
    content = [{**first, "text": "Each party audits as Section "}, reference, last]
    body = {"type": "doc", "content": [{"type": "paragraph", "content": content}]}
    write(acme["legal"], clause, "", body=body)

    accept_change(actor=acme["legal"], change_id=backup.pk)

    assert ours(audit.contract, "Audit").text == "Each party audits as Section 6 says."
    assert referred(audit.contract, "Audit") == ["Backup"]


def test_a_counter_begins_with_our_numbers(acme: Cast) -> None:
    new = insured().replace("and this Section 6 say", "and Section 2 say")
    version = answer(acme["legal"], new)
    change = Change.objects.get(version=version, heading="Suspension")

    [line] = words_to_counter(acme["legal"], change)
    assert line == "If the Customer is late as Section 3 and Section [their 2] say, the Provider may stop."
    assert not Draft.objects.filter(contract=version.contract).exists()

    counter_change(actor=acme["legal"], change_id=change.pk, text=line)
    assert referred(version.contract, "Suspension") == ["Term"]
    accept_change(actor=acme["legal"], change_id=Change.objects.get(version=version, heading="Insurance").pk)
    assert labels(version.contract)[5:7] == [("3.2", "Credits"), ("4", "Term")]
    reopen_change(actor=acme["legal"], change_id=change.pk)
    [line] = words_to_counter(acme["legal"], change)
    assert line == "If the Customer is late as Section 4 and Section 2 say, the Provider may stop."


def test_a_counter_of_what_they_left_out_begins_with_ours(acme: Cast) -> None:
    version = answer(acme["legal"], TEXT[: TEXT.index("4. Law")])
    change = Change.objects.get(version=version)

    assert words_to_counter(acme["legal"], change) == ["The laws of Germany govern this Agreement."]


def test_an_exhibit_of_theirs_keeps_its_name(acme: Cast) -> None:
    version = answer(acme["legal"], f"{TEXT}\nExhibit B\n\nThe prices of the Service stand here, by month and user.\n")

    decide_rest(actor=acme["legal"], version_id=version.pk, accept=True)

    assert labels(version.contract)[-1][0] == "Exhibit B"
