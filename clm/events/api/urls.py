from django.urls import path

from clm.events.api import views

urlpatterns = [
    path("deliveries/", views.DeliveriesView.as_view(), name="api-deliveries"),
    path("deliveries/<uuid:pk>/", views.DeliveryView.as_view(), name="api-delivery"),
    path("deliveries/<uuid:pk>/replay/", views.ReplayView.as_view(), name="api-delivery-replay"),
]
