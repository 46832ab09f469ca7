"""The address book: pages at the top, the API under /api/v1/, each app with its own file."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from clm.api import health, metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    # An address is what a person is invited by: whoever could set another, unproven one would get what is meant for its
    # owner. It stands before allauth's own page.
    path("accounts/email/", RedirectView.as_view(pattern_name="profile"), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("jsi18n/", login_not_required(JavaScriptCatalog.as_view()), name="javascript-catalog"),
    path("api/v1/", include("clm.api.urls")),
    path("", include("clm.dashboards.urls")),
    path("", include("clm.accounts.pages.urls")),
    path("", include("clm.audit.pages.urls")),
    path("", include("clm.events.pages.urls")),
    path("", include("clm.jobs.pages.urls")),
    path("", include("clm.notify.pages.urls")),
    path("", include("clm.portfolio.urls")),
    path("", include("clm.transfer.pages.urls")),
    path("", include("clm.pages.urls")),
    path("", include("contracts.pages.public_urls")),
    path("contracts/", include("contracts.pages.urls")),
    path("approvals/", include("contracts.pages.approval_urls")),
    path("service-levels/", include("slas.pages.urls")),
    path("obligations/", include("obligations.pages.urls")),
    path("billing/", include("billing.pages.urls")),
]

handler400 = "clm.pages.errors.bad_request"
handler403 = "clm.pages.errors.forbidden"
handler404 = "clm.pages.errors.not_found"
handler500 = "clm.pages.errors.server_error"
