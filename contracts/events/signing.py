"""Facts about envelopes. People are referred to by the id of the recipient: the ledger holds no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import Envelope, Recipient


def envelope_fact(
    type_: str,
    verb: str,
    envelope: Envelope,
    *,
    before: Mapping[str, Any] | None = None,
    recipient: Recipient | None = None,
    reason: str = "",
    **after: Any,
) -> Event:
    """envelope.created, .changed, .sent, .invited, .signed, .completed, .sealed ... ; `after` are the facts of it.
    `before` has the state where that is another by now."""
    stood = {} if type_ == "envelope.created" else {"state": envelope.state}
    told = {"recipient": recipient.pk, **after} if recipient is not None else after
    return Event(
        type=type_,
        verb=verb,
        subject=envelope,
        contract_id=envelope.contract_id,
        before={**stood, **(before or {})},
        after={"state": envelope.state, **told},
        payload={
            "envelope_id": envelope.pk,
            "contract_id": envelope.contract_id,
            "version_id": envelope.version_id,
            "state": envelope.state,
            "recipient_id": recipient.pk if recipient is not None else None,
        },
        reason=reason,
    )
