"""What the first portfolio has out for signature: one text with one of two signatures, and one signed and sealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from clm.access.permissions import system_actor
from clm.accounts.models import Organization, User
from clm.lib import clock
from clm.lib.actor import Actor
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.access.signing import DESK, SIGNER
from contracts.models import BulkSend, Contract, Envelope, Recipient
from contracts.models.contract import Category
from contracts.operations.bulk.create_bulk_send import create_bulk_send
from contracts.operations.file_contract import file_contract
from contracts.operations.name_party import name_party
from contracts.operations.signing.ask_signing_code import ask_signing_code, give_signing_code
from contracts.operations.signing.change_envelope import FieldDraft, RecipientDraft, change_envelope
from contracts.operations.signing.consent_to_sign import consent_to_sign, read_envelope
from contracts.operations.signing.create_envelope import create_envelope
from contracts.operations.signing.guards import Origin, Pass
from contracts.operations.signing.issue_signing_link import issue_signing_code, issue_signing_link
from contracts.operations.signing.open_signing_link import open_signing_link
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.papers import put_paper, read_paper
from contracts.papers.envelopes import make_envelope_paper
from contracts.papers.executed import seal_envelope
from contracts.portfolio.requests import HOUSE
from contracts.queries.signing import consent_words
from contracts.states import EnvelopeState, Side


@dataclass(frozen=True)
class Deal:
    """A short order of ours, who signs it for the other side, and how many of the two have signed."""

    title: str
    counterparty: str
    signer: str
    email: str
    service: str
    fee: int
    sent_days_ago: int
    signatures: int


DEALS = (
    Deal(
        "Cold chain sensors: order form", "Polar Instruments Oy", "Aino Laine", "aino.laine@polar-instruments.example",
        "120 temperature sensors with a portal that shows their readings", 1450, 3, 1,
    ),
    Deal(
        "Fleet telematics: order form", "Wayfarer Systems BV", "Daan de Vries", "daan.devries@wayfarer.example",
        "position and fuel reports of 85 lorries", 2300, 9, 2,
    ),
)  # fmt: skip
TEXT = """{title}

1. Service
{counterparty} provides {house} with {service}.

2. Fees
{house} pays EUR {fee} for each calendar month, within 30 days after it has the invoice.

3. Term
This order runs for one year from its first day and ends then.

4. Signatures


For {house}                                             For {counterparty}
"""
AGENT = "Mozilla/5.0 (first portfolio)"
# As somebody drew it with a finger.
DRAWN = [
    [[40, 150], [70, 60], [95, 40], [110, 70], [90, 120], [75, 140], [120, 110], [150, 95], [165, 120], [190, 95]],
    [[200, 130], [230, 80], [250, 60], [255, 95], [245, 130], [290, 100], [330, 105], [380, 95], [450, 100]],
    [[60, 165], [200, 155], [420, 150]],
]
LIST_TITLE = "Telematics 2027, further depots"
LIST = (
    ("Marta Kowalska", "marta.kowalska@wayfarer.example", "Wayfarer Polska sp. z o.o."),
    ("Jonas Berg", "jonas.berg@wayfarer.example", "Wayfarer Sverige AB"),
    ("Elif Demir", "elif.demir@wayfarer.example", "Wayfarer Lojistik A.S."),
    ("Paul Ferrand", "paul.ferrand(at)wayfarer.example", "Wayfarer France SAS"),
)


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """The two orders, in the first house. What is there already is gone on with, and never done twice."""
    deals = DEALS if slug == HOUSE else ()
    for done, deal in enumerate(deals, start=1):
        with clock.set_to(clock.now() - timedelta(days=deal.sent_days_ago)):
            contract = Contract.objects.filter(title=deal.title).first() or _file(cast["legal"], deal)
            envelope = Envelope.objects.filter(contract=contract).first() or _send(cast, contract, deal)
        _sign(envelope, deal)
        report(done, len(deals))
    if deals:
        _bring_list(cast)


def _bring_list(cast: Cast) -> None:
    """A list for the text that was signed last, looked at and not sent yet; one of its addresses is wrong."""
    if BulkSend.objects.filter(title=LIST_TITLE).exists():
        return
    legal, ours = cast["legal"], User.objects.get(pk=cast["executive"].person_id)
    source = Contract.objects.get(title=DEALS[-1].title)
    columns = ("Name", "E-mail", "Company")
    create_bulk_send(
        actor=legal, title=LIST_TITLE, columns=columns, rows=[dict(zip(columns, row, strict=True)) for row in LIST],
        mapping={"name": "Name", "email": "E-mail", "counterparty": "Company"},
        our_party_id=source.parties.get(role="ours").party_id, version_id=source.versions.latest("number").pk,
        starts_on=clock.today() + timedelta(days=30), signer_name=str(ours), signer_email=ours.email,
    )  # fmt: skip


def _house(actor: Actor) -> str:
    return Organization.objects.get(pk=actor.organization_id).name


def _file(legal: Actor, deal: Deal) -> Contract:
    """The order with its terms and both sides."""
    facts = {name: getattr(deal, name) for name in ("title", "counterparty", "service", "fee")}
    text = TEXT.format(house=_house(legal), **facts)
    paper = put_paper(legal, read_paper(text.encode(), f"{deal.title.split(':')[0].lower().replace(' ', '-')}.txt"))
    terms: dict[str, Any] = {"starts_on": clock.today() + timedelta(days=14), "initial_months": 12, "renewal": "none"}
    money: dict[str, Any] = {"currency": "EUR", "value_amount": deal.fee * 12}
    contract = file_contract(
        actor=legal, paper=paper, terms=terms, title=deal.title, category=Category.ORDER,
        counterparty=deal.counterparty, **money,
    )  # fmt: skip
    name_party(actor=legal, contract_id=contract.pk, name=_house(legal), role="ours")
    return contract


def _send(cast: Cast, contract: Contract, deal: Deal) -> Envelope:
    """To the executive of the house, then to the other side; each has a place on the last page."""
    legal, ours = cast["legal"], User.objects.get(pk=cast["executive"].person_id)
    version = contract.versions.latest("number")
    envelope = create_envelope(actor=legal, paper=make_envelope_paper(legal, version.pk))
    people = [
        RecipientDraft(ours.name, ours.email, fields=_places(envelope, 60)),
        RecipientDraft(deal.signer, deal.email, side=Side.THEIRS, position=2, fields=_places(envelope, 330)),
    ]
    message = "The order as we agreed it. Please sign by the link."
    change_envelope(actor=legal, envelope_id=envelope.pk, recipients=people, message=message)
    return send_envelope(actor=legal, envelope_id=envelope.pk, origin=Origin("192.0.2.10", AGENT))


def _places(envelope: Envelope, left: int) -> list[FieldDraft]:
    page = len(envelope.pages)
    places = (("signature", 560, 190, 36), ("date", 600, 90, 16))
    return [
        FieldDraft(kind, page, Decimal(left), Decimal(top), Decimal(width), Decimal(height))
        for kind, top, width, height in places
    ]


def _sign(envelope: Envelope, deal: Deal) -> None:
    """As many as have signed, each an hour after they were asked; the sealed paper follows the last one."""
    people = list(Recipient.objects.filter(envelope=envelope).order_by("position")[: deal.signatures])
    for recipient in people:
        recipient.refresh_from_db()
        if recipient.state == "invited" and recipient.invited_at is not None:
            _put_name(recipient, recipient.invited_at + timedelta(hours=1))
    envelope.refresh_from_db()
    if envelope.state == EnvelopeState.COMPLETED and envelope.executed_id is None:
        seal_envelope(envelope.pk)


def _put_name(recipient: Recipient, at: datetime) -> None:
    """By a link and a code of their own, as everybody signs."""
    desk = system_actor(DESK, recipient.organization_id)
    facts: dict[str, Any] = {
        "actor": system_actor(SIGNER, recipient.organization_id), "origin": Origin("198.51.100.24", AGENT),
    }  # fmt: skip
    with clock.set_to(at):
        token = issue_signing_link(actor=desk, recipient_id=recipient.pk, purpose="sign")
        open_signing_link(given=Pass(token), **facts)
        code = ask_signing_code(given=Pass(token), **facts)
        digits = issue_signing_code(actor=desk, code_id=code.pk)
        session = give_signing_code(given=Pass(token), code=digits, **facts)
        given = Pass(token, session)
        read_envelope(given=given, **facts)
        consent_to_sign(given=given, words=consent_words(), **facts)
        values = {field.pk: recipient.name for field in recipient.fields.all()}
        drawing = DRAWN if recipient.side == Side.OURS else None
        sign_envelope(given=given, values=values, drawing=drawing, **facts)


def register() -> None:
    register_stage(Stage(key="signatures", title="Out for signature", order=17, load=load))
