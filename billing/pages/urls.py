from django.urls import path, re_path

from billing.pages import credits, invoices, traces, views

urlpatterns = [
    path("", views.billing_home, name="billing"),
    path("fees/", views.FeeList.as_view(), name="fees"),
    path("fees/new/<uuid:contract_id>/", views.fee_new, name="fee-new"),
    path("fees/<uuid:pk>/change/", views.fee_change, name="fee-change"),
    path("fees/<uuid:pk>/trace/", traces.fee_trace_page, name="fee-trace"),
    path("fees/bind/<uuid:passage_id>/", views.fee_bind, name="fee-bind"),
    path("credits/", credits.CreditList.as_view(), name="credits"),
    path("credits/sum/", credits.CreditSum.as_view(), name="credits-sum"),
    path("sums/", traces.sum_trace_page, name="money-sum"),
    path("credits/<uuid:pk>/", credits.credit_page, name="credit"),
    path("credits/<uuid:pk>/trace/", credits.credit_trace, name="credit-trace"),
    path("credits/<uuid:pk>/note.pdf", credits.credit_note_file, name="credit-note-pdf"),
    re_path(
        r"^credits/(?P<pk>[0-9a-f-]{36})/(?P<step>approve|reject|issue|dispute|settle|withdraw|reinstate|reverse)/$",
        credits.credit_step,
        name="credit-step",
    ),
    path("invoices/", invoices.InvoiceList.as_view(), name="invoices"),
    path("invoices/import/", invoices.invoice_import, name="invoice-import"),
    path("invoices/<uuid:pk>/", invoices.invoice_page, name="invoice"),
    path("invoices/<uuid:pk>/trace/", traces.invoice_trace_page, name="invoice-trace"),
    path("invoices/<uuid:pk>/match/", invoices.invoice_match, name="invoice-match"),
    path("invoices/<uuid:pk>/dispute/", invoices.invoice_dispute, name="invoice-dispute"),
    path("reconciliations/<uuid:pk>/trace/", invoices.reconciliation_trace, name="reconciliation-trace"),
    re_path(
        r"^discrepancies/(?P<pk>[0-9a-f-]{36})/(?P<step>accept|resolve)/$",
        invoices.discrepancy_step,
        name="discrepancy-step",
    ),
]
