from django.urls import path

from contracts.pages import bulk_sends

urlpatterns = [
    path("bulk-sends/", bulk_sends.BulkSendList.as_view(), name="bulk-sends"),
    path("bulk-sends/new/", bulk_sends.bulk_send_new, name="bulk-send-new"),
    path("bulk-sends/<uuid:pk>/", bulk_sends.bulk_send_page, name="bulk-send"),
    path("bulk-sends/<uuid:pk>/mapping/", bulk_sends.bulk_send_mapping, name="bulk-send-mapping"),
    path("bulk-sends/<uuid:pk>/facts/", bulk_sends.bulk_send_facts, name="bulk-send-facts"),
    path("bulk-sends/<uuid:pk>/start/", bulk_sends.bulk_send_start, name="bulk-send-start"),
    path("bulk-sends/<uuid:pk>/results/", bulk_sends.bulk_send_results, name="bulk-send-results"),
]
