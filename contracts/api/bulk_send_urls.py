from django.urls import path

from contracts.api import bulk_sends

urlpatterns = [
    path("bulk-sends/", bulk_sends.BulkSends.as_view(), name="api-bulk-sends"),
    path("bulk-sends/<uuid:pk>/", bulk_sends.BulkSendDetail.as_view(), name="api-bulk-send"),
    path("bulk-sends/<uuid:pk>/change/", bulk_sends.BulkSendChange.as_view(), name="api-bulk-send-change"),
    path("bulk-sends/<uuid:pk>/sending/", bulk_sends.BulkSendStart.as_view(), name="api-bulk-send-sending"),
    path("bulk-sends/<uuid:pk>/rows/", bulk_sends.BulkSendRows.as_view(), name="api-bulk-send-rows"),
    path("bulk-sends/<uuid:pk>/results/", bulk_sends.BulkSendResults.as_view(), name="api-bulk-send-results"),
]
