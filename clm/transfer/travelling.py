"""What of the platform's tables, and of those of its libraries, travels with an organization."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model

from clm.accounts import models as accounts
from clm.api.models import IdempotencyRecord
from clm.audit import models as audit
from clm.documents.models import Blob
from clm.events import models as events
from clm.jobs.models import Job
from clm.notify import models as notify
from clm.pages.models import SavedView, ViewMatch
from clm.transfer.models import OrganizationExport
from clm.transfer.registry import register_staying, register_travelling

# A person sets a password and a second factor anew; flags of the installation are not an organization's to bring.
WITHOUT_PASSWORD = {"password": "'!'", "is_superuser": "false"}
# The token's name stays in histories; its secret works nowhere else.
WITHOUT_SECRET = {
    "key_hash": "'withheld-' || t.id",
    "revoked_at": "coalesce(t.revoked_at, transaction_timestamp())",
}
# Where the bytes are stored when they arrive, whatever name they have here.
UNDER_STANDARD_NAME = {
    "storage_name": "CASE WHEN t.storage_name = '' THEN ''"
    " ELSE t.organization_id || '/' || left(t.sha256, 2) || '/' || t.sha256 END"
}


def register() -> None:
    _register_accounts()
    register_travelling(audit.LedgerEntry, audit.ChainHead, audit.HeadSeal, audit.Transition)
    register_travelling(events.OutboxEvent, events.Delivery, Job, SavedView, ViewMatch)
    register_travelling(notify.Notification, notify.Letter)
    register_travelling(Blob, withheld=UNDER_STANDARD_NAME)
    register_staying("answers to repeated requests are kept for a day only", IdempotencyRecord)
    register_staying("the file of an export lies here; that it was made is in the ledger", OrganizationExport)
    _register_libraries()


def _register_accounts() -> None:
    register_travelling(accounts.Organization, accounts.Membership, accounts.Team, accounts.TeamMember)
    register_travelling(accounts.Delegation)
    register_travelling(accounts.User, withheld=WITHOUT_PASSWORD)
    register_travelling(accounts.ApiToken, withheld=WITHOUT_SECRET)
    register_travelling(_model("account.EmailAddress"), below="user", renumbered=True)


def _register_libraries() -> None:
    register_staying("a second factor is a secret: its person sets it up anew", _model("mfa.Authenticator"))
    register_staying(
        "who is signed in here is not signed in elsewhere",
        _model("sessions.Session"),
        _model("usersessions.UserSession"),
    )
    register_staying("a link that proves an address leads to this installation", _model("account.EmailConfirmation"))
    register_staying(
        "made by the installation's migrations; permissions travel by name",
        _model("contenttypes.ContentType"),
        _model("auth.Permission"),
    )
    register_staying(
        "nothing gives anybody a role by groups or by flags of a person",
        _model("auth.Group"),
        _model("auth.Group_permissions"),
        _model("accounts.User_groups"),
        _model("accounts.User_user_permissions"),
    )
    register_staying(
        "permissions on single objects have tables of their own",
        _model("guardian.UserObjectPermission"),
        _model("guardian.GroupObjectPermission"),
    )


def _model(label: str) -> type[Model]:
    return apps.get_model(label)
