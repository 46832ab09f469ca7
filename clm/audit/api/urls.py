from django.urls import path

from clm.audit.api import views

urlpatterns = [
    path("ledger/", views.LedgerView.as_view(), name="api-ledger"),
    path("ledger/export/", views.ExportView.as_view(), name="api-ledger-export"),
    path("ledger/verify/", views.VerificationView.as_view(), name="api-ledger-verify"),
    path("ledger/<uuid:pk>/", views.EntryView.as_view(), name="api-ledger-entry"),
]
