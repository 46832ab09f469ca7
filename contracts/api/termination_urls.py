from django.urls import path

from contracts.api import terminations

urlpatterns = [
    path(
        "contracts/<uuid:pk>/terminations/",
        terminations.ContractTerminations.as_view(),
        name="api-contract-terminations",
    ),
    path("terminations/<uuid:pk>/", terminations.TerminationDetail.as_view(), name="api-termination"),
    path(
        "terminations/<uuid:pk>/withdrawal/",
        terminations.TerminationWithdrawal.as_view(),
        name="api-termination-withdrawal",
    ),
    path("terminations/<uuid:pk>/items/", terminations.TerminationItems.as_view(), name="api-termination-items"),
    path("termination-items/<uuid:pk>/", terminations.TerminationItemTick.as_view(), name="api-termination-item"),
]
