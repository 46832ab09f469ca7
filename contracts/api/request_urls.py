from django.urls import path

from contracts.api import requests

urlpatterns = [
    path("requests/", requests.Requests.as_view(), name="api-requests"),
    path("requests/<uuid:pk>/", requests.RequestDetail.as_view(), name="api-request"),
    path("requests/<uuid:pk>/assignment/", requests.Assignment.as_view(), name="api-request-assignment"),
    path("requests/<uuid:pk>/priority/", requests.Prioritizing.as_view(), name="api-request-priority"),
    path("requests/<uuid:pk>/question/", requests.Inquiry.as_view(), name="api-request-question"),
    path("requests/<uuid:pk>/answer/", requests.Reply.as_view(), name="api-request-answer"),
    path("requests/<uuid:pk>/refusal/", requests.Refusal.as_view(), name="api-request-refusal"),
    path("requests/<uuid:pk>/withdrawal/", requests.Withdrawal.as_view(), name="api-request-withdrawal"),
    path("requests/<uuid:pk>/draft/", requests.RequestDraft.as_view(), name="api-request-draft"),
    path("requests/<uuid:pk>/files/", requests.RequestFiles.as_view(), name="api-request-files"),
    path(
        "contracts/<uuid:pk>/request-files/", requests.ContractRequestFiles.as_view(), name="api-contract-request-files"
    ),
    path("request-files/<uuid:pk>/", requests.RequestFileContent.as_view(), name="api-request-file"),
]
