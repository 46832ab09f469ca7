from django.urls import path

from clm.notify.pages import views

urlpatterns = [
    path("inbox/", views.InboxPage.as_view(), name="inbox"),
    path("inbox/read-all/", views.read_all, name="inbox-read-all"),
    path("inbox/<uuid:pk>/read/", views.read, name="inbox-read"),
]
