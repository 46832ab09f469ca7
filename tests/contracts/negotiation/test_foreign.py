"""Their answer in a Word file of another make: accepted it goes back as their text, rejected as ours."""

from __future__ import annotations

import pytest

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.adapters.revisions import accept_all, reject_all
from contracts.models import Change, Contract, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.receive_version import receive_version
from contracts.papers import put_paper, read_paper
from contracts.queries.changes import read_answer
from tests.contracts.negotiation.foreign import FOREIGN, foreign, ours
from tests.contracts.redlines.made import redlined_here, text_of

pytestmark = pytest.mark.django_db


def answered(actor: Actor, content: bytes) -> Version:
    contract = create_contract(actor=actor, title="Hosting")
    add_version(actor=actor, contract_id=contract.pk, paper=put_paper(actor, read_paper(ours(), "ours.docx")))
    Version.objects.filter(contract=contract).update(shared_at=clock.now())
    Contract.objects.filter(pk=contract.pk).update(turn="theirs")
    return receive_version(actor=actor, contract_id=contract.pk, answer=read_answer(content, "theirs.docx"))


def sent_back(actor: Actor, version: Version, *, accept: bool) -> str:
    """The text that goes out after every change was decided so; what cannot be taken over is rejected."""
    decide_rest(actor=actor, version_id=version.pk, accept=accept)
    if Change.objects.filter(version=version, state="open").exists():
        decide_rest(actor=actor, version_id=version.pk, accept=False)
    draft = begin_draft(actor=actor, contract_id=version.contract_id)
    return " ".join(hand_over(actor=actor, draft_id=draft.pk).text.split())


@pytest.mark.parametrize("accept", [True, False], ids=["accepted", "rejected"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_they_sent_goes_back_as_it_was_decided(alice: Actor, kind: str, accept: bool) -> None:
    version = answered(alice, foreign(kind))
    assert Change.objects.filter(version=version).exists()

    words = sent_back(alice, version, accept=accept)

    assert words == " ".join((version.text if accept else text_of(ours())).split())


@pytest.mark.parametrize("kind", FOREIGN)
def test_its_redline_is_exact(kind: str) -> None:
    made = redlined_here(ours(), foreign(kind))

    assert text_of(accept_all(made)) == text_of(foreign(kind))
    assert text_of(reject_all(made)) == text_of(ours())
