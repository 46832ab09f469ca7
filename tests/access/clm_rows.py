"""The platform's rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clm.accounts.models import Membership
from clm.accounts.operations.issue_token import issue_token
from clm.accounts.roles import EVERYONE, INSIDE, PEOPLE_INSIDE
from clm.audit.models import LedgerEntry
from clm.events.models import Delivery, DeliveryState, OutboxEvent
from clm.jobs.models import Job
from clm.lib import clock
from clm.notify.models import Notification
from clm.notify.tell import tell
from clm.pages.operations.save_view import save_view
from tests.access.table import Route
from tests.cast import Cast

ADMINISTRATOR = {"administrator"}
TOKENS = {"administrator", "integration"}
READERS = {"auditor", "administrator", "legal"}

VERB_ROWS = {
    "accounts.found_organization": set(),
    "accounts.view_person": PEOPLE_INSIDE,
    "accounts.invite_person": ADMINISTRATOR,
    "accounts.change_roles": ADMINISTRATOR,
    "accounts.remove_person": ADMINISTRATOR,
    "accounts.change_organization": ADMINISTRATOR,
    "accounts.change_profile": EVERYONE,
    "accounts.change_sign_in": EVERYONE,
    "accounts.view_token": TOKENS,
    "accounts.issue_token": TOKENS,
    "accounts.revoke_token": TOKENS,
    "audit.view_ledger": READERS,
    "audit.export_ledger": READERS,
    "audit.verify_ledger": READERS,
    "audit.raise_alarm": set(),
    "audit.seal_head": set(),
    "dashboards.view_home": EVERYONE,
    "dashboards.search": EVERYONE,
    "events.view_delivery": ADMINISTRATOR,
    "events.replay_delivery": ADMINISTRATOR,
    "jobs.view_job": INSIDE | {"counterparty"},
    "jobs.list_jobs": INSIDE,
    "jobs.cancel_job": INSIDE,
    "jobs.retry_job": INSIDE,
    "notify.view_notification": EVERYONE,
    "notify.read_notification": EVERYONE,
    "notify.settle_inboxes": set(),
    "pages.save_view": PEOPLE_INSIDE,
    "pages.set_default_view": PEOPLE_INSIDE,
    "pages.delete_view": PEOPLE_INSIDE,
    "pages.set_view_alert": PEOPLE_INSIDE,
    "pages.check_view": set(),
}

# account_email only leads on to the profile, which asks for the sign-in.
PUBLIC_ROUTES = {
    "account_email",
    "healthz",
    "readyz",
    "metrics",
    "javascript-catalog",
    "api-schema",
    "api-docs",
    "^.*$",
}


def _token(cast: Cast) -> dict[str, Any]:
    expires_at = clock.now() + timedelta(days=1)
    token, _secret = issue_token(actor=cast["integration"], name="t", scopes=["jobs.*"], expires_at=expires_at)
    return {"pk": token.pk}


def _membership(cast: Cast) -> dict[str, Any]:
    return {"pk": Membership.objects.get(user=cast.users["finance"]).pk}


def _job(cast: Cast) -> dict[str, Any]:
    """A job of the finance person's that failed."""
    user = cast.users["finance"]
    job = Job.objects.create(
        organization_id=cast.organization.pk, kind="x", title="x", actor_kind="user", actor_id=str(user.pk), user=user,
        state="failed",
    )  # fmt: skip
    return {"pk": job.pk}


def _delivery(cast: Cast) -> dict[str, Any]:
    _token(cast)
    event = OutboxEvent.objects.get()
    delivery = Delivery.objects.create(
        organization_id=cast.organization.pk, event=event, handler="x", status=DeliveryState.DEAD, due_at=clock.now()
    )
    return {"pk": delivery.pk}


def _entry(cast: Cast) -> dict[str, Any]:
    _token(cast)
    return {"pk": LedgerEntry.objects.get().pk}


def _notification(cast: Cast) -> dict[str, Any]:
    tell([cast.users["finance"].pk], kind="x", title="x", dedupe_key="x")
    return {"pk": Notification.objects.get().pk}


def _view(cast: Cast) -> dict[str, Any]:
    return {"view_id": save_view(actor=cast["finance"], page="people", name="Mine", query="q=a").pk}


BUILDERS = {
    "token": _token,
    "membership": _membership,
    "job": _job,
    "delivery": _delivery,
    "entry": _entry,
    "notification": _notification,
    "saved-view": _view,
    "contracts-view": lambda cast: {"pk": save_view(actor=cast["finance"], page="contracts", name="A", query="").pk},
    "help-using": lambda cast: {"slug": "using"},
    "help-theirs": lambda cast: {"slug": "counterparties"},
}

OWN_JOB = {"finance", "administrator"}
ROLES = {"roles": ["legal"]}
NEW_TOKEN = {"name": "t", "scopes": ["jobs.*"], "expires_at": (clock.now() + timedelta(days=9)).isoformat()}

ROUTE_ROWS = [
    Route("home", "GET", EVERYONE),
    Route("search", "GET", EVERYONE),
    Route("portfolio-progress", "GET", EVERYONE),
    Route("people", "GET", PEOPLE_INSIDE),
    Route("person-invite", "GET", ADMINISTRATOR),
    Route("person-invite", "POST", ADMINISTRATOR, data={"email": "new@acme.example", **ROLES}),
    Route("person", "GET", PEOPLE_INSIDE, key="membership"),
    Route("person", "POST", ADMINISTRATOR, key="membership", data=ROLES),
    Route("person-remove", "POST", ADMINISTRATOR, key="membership"),
    Route("organization", "GET", ADMINISTRATOR),
    Route("organization", "POST", ADMINISTRATOR, data={"name": "Acme", "time_zone": "UTC", "currency": "EUR"}),
    Route("switch_organization", "POST", EVERYONE),
    Route("profile", "GET", EVERYONE),
    Route("profile", "POST", EVERYONE, data={"name": "Me", "time_zone": "Europe/Berlin"}),
    Route("tokens", "GET", TOKENS),
    Route("token-new", "GET", TOKENS),
    Route("token-new", "POST", TOKENS, data={"name": "t", "scopes": ["jobs.*"], "expires_on": "2099-01-01"}),
    Route("token-revoke", "POST", TOKENS, key="token"),
    Route("ledger", "GET", READERS),
    Route("ledger-entry", "GET", READERS, key="entry"),
    Route("ledger-export", "POST", READERS),
    Route("ledger-verify", "POST", READERS),
    Route("ledger-script", "GET", READERS),
    Route("jobs", "GET", INSIDE),
    Route("job", "GET", OWN_JOB, key="job"),
    Route("job-progress", "GET", OWN_JOB, key="job"),
    Route("job-cancel", "POST", OWN_JOB, key="job"),
    Route("job-retry", "POST", OWN_JOB, key="job"),
    Route("dead-letters", "GET", ADMINISTRATOR),
    Route("dead-letter", "GET", ADMINISTRATOR, key="delivery"),
    Route("dead-letter-replay", "POST", ADMINISTRATOR, key="delivery"),
    Route("inbox", "GET", EVERYONE),
    Route("inbox-read-all", "POST", EVERYONE),
    Route("inbox-read", "POST", {"finance"}, key="notification"),
    Route("pages:help", "GET", EVERYONE),
    Route("pages:help_page", "GET", INSIDE, key="help-using", is_common=True),
    Route("pages:help_page", "GET", {"counterparty"}, key="help-theirs", is_common=True),
    Route("pages:save_view", "POST", PEOPLE_INSIDE, data={"page": "people", "name": "Mine", "query": "q=a"}),
    Route("pages:set_default_view", "POST", {"finance"}, key="saved-view"),
    Route("pages:delete_view", "POST", {"finance"}, key="saved-view"),
    Route("pages:view_alert", "GET", {"finance"}, key="contracts-view"),
    Route("pages:view_alert", "POST", {"finance"}, key="contracts-view"),
    Route("pages:view_alert_off", "GET", {"finance"}, key="contracts-view"),
    Route("pages:view_alert_off", "POST", {"finance"}, key="contracts-view"),
    Route("api-saved-views", "GET", PEOPLE_INSIDE),
    Route("api-saved-view", "GET", {"finance"}, key="contracts-view"),
    Route("api-saved-view-alert", "POST", {"finance"}, key="contracts-view", data={"alert": "x"}),
    Route("api-people", "GET", PEOPLE_INSIDE),
    Route("api-people", "POST", ADMINISTRATOR, data={"email": "new@acme.example", **ROLES}),
    Route("api-person", "GET", PEOPLE_INSIDE, key="membership"),
    Route("api-person", "DELETE", ADMINISTRATOR, key="membership"),
    Route("api-person-roles", "POST", ADMINISTRATOR, key="membership", data=ROLES),
    Route("api-organization", "GET", PEOPLE_INSIDE),
    Route("api-organization", "PATCH", ADMINISTRATOR, data={"currency": "USD"}),
    Route("api-profile", "GET", EVERYONE),
    Route("api-profile", "PATCH", EVERYONE, data={"name": "Me"}),
    Route("api-tokens", "GET", TOKENS),
    Route("api-tokens", "POST", TOKENS, data=NEW_TOKEN),
    Route("api-token", "GET", TOKENS, key="token"),
    Route("api-token", "DELETE", TOKENS, key="token"),
    Route("api-ledger", "GET", READERS),
    Route("api-ledger-entry", "GET", READERS, key="entry"),
    Route("api-ledger-export", "POST", READERS),
    Route("api-ledger-verify", "POST", READERS),
    Route("api-jobs", "GET", INSIDE),
    Route("api-job", "GET", OWN_JOB, key="job"),
    Route("api-job-cancel", "POST", OWN_JOB, key="job"),
    Route("api-job-retry", "POST", OWN_JOB, key="job"),
    Route("api-deliveries", "GET", ADMINISTRATOR),
    Route("api-delivery", "GET", ADMINISTRATOR, key="delivery"),
    Route("api-delivery-replay", "POST", ADMINISTRATOR, key="delivery"),
    Route("api-notifications", "GET", EVERYONE),
    Route("api-notifications-read-all", "POST", EVERYONE),
    Route("api-notification-read", "POST", {"finance"}, key="notification"),
]
