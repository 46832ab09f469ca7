from django.urls import path

from clm.notify.api import views

urlpatterns = [
    path("notifications/", views.NotificationsView.as_view(), name="api-notifications"),
    path("notifications/read-all/", views.ReadAllView.as_view(), name="api-notifications-read-all"),
    path("notifications/<uuid:pk>/read/", views.ReadNotificationView.as_view(), name="api-notification-read"),
]
