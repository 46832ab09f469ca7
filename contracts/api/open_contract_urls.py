from django.urls import path

from contracts.api import open_contracts

urlpatterns = [
    path("open-contracts/", open_contracts.OpenContracts.as_view(), name="api-open-contracts"),
    path("open-contracts/import/", open_contracts.OpenImport.as_view(), name="api-open-contracts-import"),
    path("open-contracts/package/", open_contracts.Package.as_view(), name="api-open-contracts-package"),
    path("open-contracts/publisher/", open_contracts.PublisherView.as_view(), name="api-open-publisher"),
    path("contracts/<uuid:pk>/publication/", open_contracts.Publication.as_view(), name="api-contract-publication"),
]
