"""What a person should look at on an invoice: derived when it is read, never a state."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from billing.models import Invoice


def hints_of(invoice: Invoice) -> list[str]:
    """The sentences, none where nothing is odd. Reads `contract.parties`: prefetch them with their parties for many."""
    return [hint for hint in (_unknown_seller(invoice),) if hint]


def _unknown_seller(invoice: Invoice) -> str:
    """Says so where the contract names parties, and the seller is none of them."""
    if invoice.contract is None:
        return ""
    known = {_compared(part.party.name) for part in invoice.contract.parties.all()}
    if not known or _compared(invoice.seller_name) in known:
        return ""
    return _("The seller %(seller)s is no party of this contract") % {"seller": invoice.seller_name}


def _compared(name: str) -> str:
    """The name without letter case, punctuation and blanks: "GitHub, Inc." is "GITHUB Inc"."""
    return re.sub(r"[\W_]+", "", name.casefold())
