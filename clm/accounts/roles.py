"""The roles a membership can have, and named groups of them for permission tables."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    LEGAL = "legal", _("Legal")
    PROCUREMENT = "procurement", _("Procurement")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    APPROVER = "approver", _("Approver")
    FINANCE = "finance", _("Finance")
    EXECUTIVE = "executive", _("Executive")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    INTEGRATION = "integration", _("Integration")
    COUNTERPARTY = "counterparty", _("Counterparty")


EVERYONE = frozenset(Role.values)
INSIDE = EVERYONE - {Role.COUNTERPARTY}
PEOPLE_INSIDE = INSIDE - {Role.INTEGRATION}
