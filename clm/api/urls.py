"""The API's address book."""

from django.urls import include, path, re_path
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from clm.api import problems
from clm.api.schema import SchemaMadeOnce
from clm.api.views import OneForm

urlpatterns = [
    path(
        "openapi.json",
        SpectacularAPIView.as_view(
            renderer_classes=[OpenApiJsonRenderer2], content_negotiation_class=OneForm, generator_class=SchemaMadeOnce
        ),
        name="api-schema",
    ),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html"),
        name="api-docs",
    ),
    path("", include("clm.accounts.api.urls")),
    path("", include("clm.audit.api.urls")),
    path("", include("clm.events.api.urls")),
    path("", include("clm.jobs.api.urls")),
    path("", include("clm.notify.api.urls")),
    path("", include("clm.pages.api.urls")),
    path("", include("clm.transfer.api.urls")),
    path("", include("contracts.api.urls")),
    path("", include("slas.api.urls")),
    path("", include("obligations.api.urls")),
    path("", include("billing.api.urls")),
    re_path(r"^.*$", problems.not_found),
]
