"""How histories tell the events whose codes read badly, and which model the facts are of that are told of a part."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clm.audit.wording import register_words
from contracts.models import EnvelopeEvent, Rule, SigningLink

SAID = EnvelopeEvent.Kind
ENVELOPE = {
    "created": SAID.CREATED, "sent": SAID.SENT, "link_sent": SAID.LETTER, "link_opened": SAID.OPENED,
    "code_asked": SAID.CODE_ASKED, "code_wrong": SAID.CODE_WRONG, "code_given": SAID.VERIFIED, "viewed": SAID.VIEWED,
    "consented": SAID.CONSENTED, "signed": SAID.SIGNED, "approved": SAID.APPROVED, "declined": SAID.DECLINED,
    "forwarded": SAID.FORWARDED, "corrected": SAID.CORRECTED, "reminded": SAID.REMINDED, "voided": SAID.VOIDED,
    "expired": SAID.EXPIRED, "completed": SAID.COMPLETED, "sealed": SAID.SEALED, "fetched": SAID.FETCHED,
    "copy_kept": SAID.KEPT, "invited": SAID.INVITED, "code_sent": _("Code sent"), "link_refused": _("Link refused"),
    "link_closed": _("Link closed"), "prepared_again": _("Prepared again"), "changed": _("People or places changed"),
    "seal_asked": _("Seal asked for"), "seal_failed": _("Seal failed"),
}  # fmt: skip


def _label(said: Any) -> Any:
    return said.label if isinstance(said, SAID) else said


def register() -> None:
    register_words(
        {f"envelope.{name}": format_lazy("{}: {}", _("Envelope"), _label(said)) for name, said in ENVELOPE.items()},
        parts={"contracts.envelope": SigningLink, "contracts.matrix": Rule},
    )
