from django.urls import path

from billing.api import credits, invoices, views

urlpatterns = [
    path("fees/", views.Fees.as_view(), name="api-fees"),
    path("fees/<uuid:pk>/", views.FeeDetail.as_view(), name="api-fee"),
    path("fees/<uuid:pk>/change/", views.ChangeFee.as_view(), name="api-fee-change"),
    path("credits/", credits.Credits.as_view(), name="api-credits"),
    path("credits/<uuid:pk>/", credits.CreditDetail.as_view(), name="api-credit"),
    path("credits/<uuid:pk>/approve/", credits.ApproveCredit.as_view(), name="api-credit-approve"),
    path("credits/<uuid:pk>/reject/", credits.RejectCredit.as_view(), name="api-credit-reject"),
    path("credits/<uuid:pk>/issue/", credits.IssueCredit.as_view(), name="api-credit-issue"),
    path("credits/<uuid:pk>/dispute/", credits.DisputeCredit.as_view(), name="api-credit-dispute"),
    path("credits/<uuid:pk>/settle/", credits.SettleCredit.as_view(), name="api-credit-settle"),
    path("credits/<uuid:pk>/withdraw/", credits.WithdrawCredit.as_view(), name="api-credit-withdraw"),
    path("credits/<uuid:pk>/reinstate/", credits.ReinstateCredit.as_view(), name="api-credit-reinstate"),
    path("credits/<uuid:pk>/reverse/", credits.ReverseCredit.as_view(), name="api-credit-reverse"),
    path("credits/<uuid:pk>/note.pdf", credits.CreditNotePdf.as_view(), name="api-credit-note-pdf"),
    path("credit-notes/", credits.CreditNotes.as_view(), name="api-credit-notes"),
    path("credit-notes/<uuid:pk>/", credits.CreditNoteDetail.as_view(), name="api-credit-note"),
    path("invoices/", invoices.Invoices.as_view(), name="api-invoices"),
    path("invoices/<uuid:pk>/", invoices.InvoiceDetail.as_view(), name="api-invoice"),
    path("invoices/<uuid:pk>/match/", invoices.MatchInvoice.as_view(), name="api-invoice-match"),
    path("invoices/<uuid:pk>/reconcile/", invoices.ReconcileInvoice.as_view(), name="api-invoice-reconcile"),
    path("invoices/<uuid:pk>/dispute/", invoices.DisputeInvoice.as_view(), name="api-invoice-dispute"),
    path("reconciliation/", invoices.Reconciliations.as_view(), name="api-reconciliations"),
    path("reconciliation/<uuid:pk>/", invoices.ReconciliationDetail.as_view(), name="api-reconciliation"),
    path("discrepancies/", invoices.Discrepancies.as_view(), name="api-discrepancies"),
    path("discrepancies/<uuid:pk>/", invoices.DiscrepancyDetail.as_view(), name="api-discrepancy"),
    path("discrepancies/<uuid:pk>/accept/", invoices.AcceptDiscrepancy.as_view(), name="api-discrepancy-accept"),
    path("discrepancies/<uuid:pk>/resolve/", invoices.ResolveDiscrepancy.as_view(), name="api-discrepancy-resolve"),
]
