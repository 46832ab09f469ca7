"""Who may do what with envelopes. What a signer does is done by nobody who is signed in here: not by the sender either.

A signer has a link and a code, and acts as the system actor SIGNER, which may do what a signer may, and no more.
"""

from __future__ import annotations

from clm.access.registry import register_system_actor, register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from contracts.access import EDITORS
from contracts.models import Contract, Envelope, EnvelopeEvent, Recipient, SignatureField, SignedCopy

VIEW = "contracts.view_envelope"
SIGNER, DESK, OTHER_SYSTEM = "signer", "signing_desk", "other_signing_system"
FILERS = {Role.LEGAL, Role.ADMINISTRATOR, Role.INTEGRATION}
SENDER_VERBS = (
    "contracts.create_envelope",
    "contracts.prepare_again",
    "contracts.change_envelope",
    "contracts.send_envelope",
    "contracts.remind_recipient",
    "contracts.correct_recipient",
    "contracts.void_envelope",
    "contracts.retry_seal",
)
SIGNER_VERBS = (
    "contracts.open_signing_link",
    "contracts.refuse_signing_link",
    "contracts.ask_signing_code",
    "contracts.give_signing_code",
    "contracts.read_envelope",
    "contracts.consent_to_sign",
    "contracts.sign_envelope",
    "contracts.decline_envelope",
    "contracts.forward_envelope",
    "contracts.fetch_executed",
)
DESK_VERBS = (
    "contracts.issue_signing_link",
    "contracts.issue_signing_code",
    "contracts.remind_envelope",
    "contracts.expire_envelope",
    "contracts.attach_seal",
    "contracts.note_seal_failure",
)
OTHER_SYSTEM_VERBS = ("contracts.receive_execution",)


def register() -> None:
    register_verbs({VIEW: INSIDE} | dict.fromkeys(SENDER_VERBS, EDITORS))
    # Whoever says that a text was signed elsewhere says what is signed: as filing an executed contract.
    register_verbs({"contracts.record_paper_signature": FILERS, "contracts.send_elsewhere": FILERS})
    register_verbs({verb: () for verb in (*SIGNER_VERBS, *DESK_VERBS, *OTHER_SYSTEM_VERBS)})
    register_system_actor(SIGNER, SIGNER_VERBS)
    register_system_actor(DESK, DESK_VERBS)
    register_system_actor(OTHER_SYSTEM, OTHER_SYSTEM_VERBS)
    register_subjects(Envelope)
    register_visibility(Envelope, VIEW, seen_through("contract", lambda: Contract))
    register_visibility(Recipient, VIEW, seen_through("envelope", lambda: Envelope))
    register_visibility(SignatureField, VIEW, seen_through("recipient", lambda: Recipient))
    register_visibility(SignedCopy, VIEW, seen_through("envelope", lambda: Envelope))
    register_visibility(EnvelopeEvent, VIEW, seen_through("envelope", lambda: Envelope))
