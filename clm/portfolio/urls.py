from django.urls import path

from clm.portfolio import views

urlpatterns = [path("portfolio/progress/", views.progress, name="portfolio-progress")]
