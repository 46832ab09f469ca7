"""Which e-mail addresses lead to people of our own house, and the refusal of one for who stands for another party.

Who reads a mailbox has its link and its code, and so can sign: nobody of ours is written to in another party's name,
the sender least of all.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from clm.accounts.models import Membership
from clm.accounts.roles import INSIDE
from clm.lib.errors import DomainError, Invalid
from clm.lib.mailboxes import mailbox_of
from contracts.models import ContractParty, Envelope, Party, PartyContact, Recipient
from contracts.queries.signing import signing_parts
from contracts.states import Side


def our_mailboxes() -> frozenset[str]:
    """Of everybody who is a member here in a role of the house, whatever else they are; of our own entities; and of who
    is kept as a contact on our side. Who only sees what the other side sees is not of ours."""
    members = Membership.objects.filter(removed_at=None, roles__overlap=list(INSIDE)).values_list("user__email")
    entities = Party.objects.filter(is_ours=True).exclude(email="").values_list("email")
    contacts = PartyContact.objects.filter(side=Side.OURS).exclude(email="").values_list("email")
    return frozenset(mailbox_of(email) for (email,) in members.union(entities, contacts))


def is_ours(email: str, ours: frozenset[str]) -> bool:
    return mailbox_of(email) in ours


def stands_for_another(recipient: Recipient, parts: Sequence[ContractParty]) -> bool:
    """Whether they are there for a party that is not ours; without a party, by their side. Two of our own entities may
    make a contract with one another, and people of the house sign for both."""
    mine = [part for part in parts if part.party_id == recipient.party_id]
    if not mine and recipient.side == Side.OURS:
        return False
    mine = mine or [part for part in parts if part.role != ContractParty.Role.OURS]
    return not mine or not all(map(_is_of_ours, mine))


def _is_of_ours(part: ContractParty) -> bool:
    return part.role == ContractParty.Role.OURS or part.party.is_ours


def check_not_ours(
    recipient: Recipient,
    email: str,
    parts: Sequence[ContractParty],
    *,
    ours: frozenset[str] | None = None,
    at: str = "",
) -> None:
    """Raises Invalid `recipient_ours` where who stands for another party would get an address of ours; `at` is put
    before the name of the field. `ours` for who checks several."""
    if stands_for_another(recipient, parts) and is_ours(email, our_mailboxes() if ours is None else ours):
        raise Invalid("recipient_ours", _said(), fields={f"{at}email": [_said()]})


def check_nobody_is_ours(envelope: Envelope) -> None:
    """As it is now: parts change, and people join, while an envelope is prepared. Raises DomainError
    `recipient_ours`."""
    parts, ours = signing_parts(envelope.contract), our_mailboxes()
    people = Recipient.objects.filter(envelope=envelope).order_by("position", "id")
    wrong = [each for each in people if stands_for_another(each, parts) and is_ours(each.email, ours)]
    if wrong:
        raise DomainError("recipient_ours", _said(), fields={"recipients": [f"{wrong[0].name}: {_said()}"]})


def _said() -> str:
    return _("This address belongs to the organization that sends this: nobody there signs for another party.")
