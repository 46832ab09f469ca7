from django.urls import path

from contracts.api import facets, watching

urlpatterns = [
    path("contracts/<uuid:pk>/watchers/", watching.Watchers.as_view(), name="api-contract-watchers"),
    path("contracts/<uuid:pk>/watch/", watching.Watch.as_view(), name="api-contract-watch"),
    path("contracts/owner-change/", watching.OwnerChange.as_view(), name="api-contracts-owner-change"),
    path("contracts/facets/", facets.Facets.as_view(), name="api-contract-facets"),
    path("contracts/tags/", watching.Tags.as_view(), name="api-contract-tags"),
]
