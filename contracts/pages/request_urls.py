from django.urls import path

from contracts.pages import request_steps, requests

urlpatterns = [
    path("", requests.RequestList.as_view(), name="requests"),
    path("new/", request_steps.request_new, name="request-new"),
    path("new/<uuid:pk>/", request_steps.request_submit, name="request-submit"),
    path("<uuid:pk>/", requests.request_page, name="request"),
    path("<uuid:pk>/edit/", request_steps.request_change, name="request-change"),
    path("<uuid:pk>/take/", request_steps.request_take, name="request-take"),
    path("<uuid:pk>/assign/", request_steps.request_assign, name="request-assign"),
    path("<uuid:pk>/ask/", request_steps.request_ask, name="request-ask"),
    path("<uuid:pk>/answer/", request_steps.request_answer, name="request-answer"),
    path("<uuid:pk>/decline/", request_steps.request_decline, name="request-decline"),
    path("<uuid:pk>/withdraw/", request_steps.request_withdraw, name="request-withdraw"),
    path("<uuid:pk>/draft/", request_steps.request_draft, name="request-draft"),
    path("<uuid:pk>/files/", request_steps.request_attach, name="request-attach"),
    path("files/<uuid:pk>/", requests.request_file, name="request-file"),
]
