from django.urls import path

from contracts.pages import open_contracts

urlpatterns = [
    path("open/", open_contracts.OpenContractList.as_view(), name="open-contracts"),
    path("open/import/", open_contracts.open_import, name="open-contract-import"),
    path("open/export/", open_contracts.open_export, name="open-contract-export"),
    path("open/publisher/", open_contracts.publisher, name="open-publisher"),
    path("<uuid:pk>/publish/", open_contracts.publish, name="contract-publish"),
    path("<uuid:pk>/publication/withdraw/", open_contracts.withdraw, name="contract-withdraw-publication"),
]
