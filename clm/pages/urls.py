from django.conf import settings
from django.urls import path

from clm.pages import alert_pages, help, views

app_name = "pages"
urlpatterns = [
    path("help/", help.help_index, name="help"),
    path("help/<slug:slug>/", help.help_page, name="help_page"),
    path("views/", views.save, name="save_view"),
    path("views/<uuid:view_id>/default/", views.set_default, name="set_default_view"),
    path("views/<uuid:pk>/alert/", alert_pages.view_alert, name="view_alert"),
    path("views/<uuid:pk>/alert/off/", alert_pages.view_alert_off, name="view_alert_off"),
    path("views/<uuid:view_id>/delete/", views.delete, name="delete_view"),
]
if settings.DEBUG:
    urlpatterns += [path("styleguide/", views.styleguide, name="styleguide")]
