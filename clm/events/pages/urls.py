from django.urls import path

from clm.events.pages import views

urlpatterns = [
    path("dead-letters/", views.DeadLettersPage.as_view(), name="dead-letters"),
    path("dead-letters/<uuid:pk>/", views.dead_letter, name="dead-letter"),
    path("dead-letters/<uuid:pk>/replay/", views.replay, name="dead-letter-replay"),
]
