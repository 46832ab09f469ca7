from django.urls import path

from clm.audit.pages import views

urlpatterns = [
    path("ledger/", views.LedgerPage.as_view(), name="ledger"),
    path("ledger/export/", views.export, name="ledger-export"),
    path("ledger/verify/", views.verify, name="ledger-verify"),
    path("ledger/verify_export.py", views.script, name="ledger-script"),
    path("ledger/<uuid:pk>/", views.entry, name="ledger-entry"),
]
