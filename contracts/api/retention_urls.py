from django.urls import path

from contracts.api import retention

urlpatterns = [
    path("retention-rules/", retention.Rules.as_view(), name="api-retention-rules"),
    path("retention-rules/<uuid:pk>/", retention.RuleDetail.as_view(), name="api-retention-rule"),
    path("retention-rules/<uuid:pk>/retirement/", retention.RuleRetirement.as_view(), name="api-rule-retirement"),
    path("matters/", retention.Matters.as_view(), name="api-matters"),
    path("matters/<uuid:pk>/", retention.MatterDetail.as_view(), name="api-matter"),
    path("matters/<uuid:pk>/contracts/", retention.MatterContracts.as_view(), name="api-matter-contracts"),
    path(
        "matters/<uuid:pk>/contracts/<uuid:contract_id>/",
        retention.MatterContractDetail.as_view(),
        name="api-matter-contract",
    ),
    path("holds/", retention.Holds.as_view(), name="api-holds"),
    path("holds/<uuid:pk>/", retention.HoldDetail.as_view(), name="api-hold"),
    path("holds/<uuid:pk>/release/", retention.HoldRelease.as_view(), name="api-hold-release"),
    path("contracts/<uuid:pk>/holds/", retention.ContractHolds.as_view(), name="api-contract-holds"),
    path("contracts/<uuid:pk>/disposals/", retention.ContractDisposals.as_view(), name="api-contract-disposals"),
    path("disposals/", retention.Disposals.as_view(), name="api-disposals"),
    path("disposals/<uuid:pk>/", retention.DisposalDetail.as_view(), name="api-disposal"),
    path("disposals/<uuid:pk>/approval/", retention.DisposalApproval.as_view(), name="api-disposal-approval"),
    path("disposals/<uuid:pk>/refusal/", retention.DisposalRefusal.as_view(), name="api-disposal-refusal"),
    path("disposals/<uuid:pk>/withdrawal/", retention.DisposalWithdrawal.as_view(), name="api-disposal-withdrawal"),
]
