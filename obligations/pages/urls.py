from django.urls import path, re_path

from obligations.pages import views

urlpatterns = [
    path("", views.ObligationList.as_view(), name="obligations"),
    path("dates/", views.DeadlineList.as_view(), name="deadlines"),
    path("dates/<uuid:pk>/", views.deadline_page, name="deadline"),
    path("new/<uuid:contract_id>/", views.obligation_new, name="obligation-new"),
    path("bind/<uuid:passage_id>/", views.obligation_bind, name="obligation-bind"),
    path("<uuid:pk>/", views.obligation_page, name="obligation"),
    path("<uuid:pk>/end/", views.obligation_end, name="obligation-end"),
    re_path(
        r"^occurrences/(?P<pk>[0-9a-f-]{36})/(?P<step>submit|fulfil|dispute|waive)/$",
        views.occurrence_settle,
        name="occurrence-settle",
    ),
]
