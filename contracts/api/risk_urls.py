from django.urls import path

from contracts.api import risk

urlpatterns = [
    path("contracts/<uuid:pk>/risk/", risk.ContractRisk.as_view(), name="api-contract-risk"),
    path("risk-scales/", risk.Scales.as_view(), name="api-risk-scales"),
    path("risk-scales/<uuid:pk>/", risk.ScaleDetail.as_view(), name="api-risk-scale"),
    path("risk-scales/<uuid:pk>/activation/", risk.ScaleActivation.as_view(), name="api-risk-scale-activation"),
    path("risk-scales/<uuid:pk>/retirement/", risk.ScaleRetirement.as_view(), name="api-risk-scale-retirement"),
    path("risk-scales/<uuid:pk>/trial/", risk.ScaleTrial.as_view(), name="api-risk-scale-trial"),
    path("conflicts/", risk.Conflicts.as_view(), name="api-conflicts"),
    path("conflicts/<uuid:pk>/", risk.ConflictDetail.as_view(), name="api-conflict"),
    path(
        "conflicts/<uuid:pk>/acknowledgement/",
        risk.ConflictAcknowledgement.as_view(),
        name="api-conflict-acknowledgement",
    ),
]
