from django.urls import path

from contracts.pages import conflicts, risk

urlpatterns = [
    path("risk/weights/", risk.RiskScaleList.as_view(), name="risk-scales"),
    path("risk/weights/new/", risk.scale_new, name="risk-scale-new"),
    path("risk/weights/<uuid:pk>/", risk.scale_page, name="risk-scale"),
    path("risk/weights/<uuid:pk>/change/", risk.scale_edit, name="risk-scale-edit"),
    path("risk/weights/<uuid:pk>/activate/", risk.scale_activate, name="risk-scale-activate"),
    path("risk/weights/<uuid:pk>/retire/", risk.scale_retire, name="risk-scale-retire"),
    path("conflicts/", conflicts.ConflictList.as_view(), name="conflicts"),
    path("conflicts/<uuid:pk>/", conflicts.conflict_page, name="conflict"),
    path("conflicts/<uuid:pk>/acknowledge/", conflicts.conflict_acknowledge, name="conflict-acknowledge"),
]
