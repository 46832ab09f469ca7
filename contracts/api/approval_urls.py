from django.urls import path

from contracts.api import approvals, matrices

urlpatterns = [
    path("contracts/<uuid:pk>/approvals/", approvals.ContractApprovals.as_view(), name="api-contract-approvals"),
    path("approvals/", approvals.Approvals.as_view(), name="api-approvals"),
    path("approvals/<uuid:pk>/", approvals.ApprovalDetail.as_view(), name="api-approval"),
    path("approvals/<uuid:pk>/withdrawal/", approvals.ApprovalWithdrawal.as_view(), name="api-approval-withdrawal"),
    path(
        "approvals/<uuid:pk>/setting-aside/",
        approvals.ApprovalSettingAside.as_view(),
        name="api-approval-setting-aside",
    ),
    path("approval-seats/<uuid:pk>/approval/", approvals.SeatApproval.as_view(), name="api-seat-approval"),
    path("approval-seats/<uuid:pk>/rejection/", approvals.SeatRejection.as_view(), name="api-seat-rejection"),
    path("approval-seats/<uuid:pk>/reassignment/", approvals.SeatReassignment.as_view(), name="api-seat-reassignment"),
    path("approval-matrices/", matrices.Matrices.as_view(), name="api-matrices"),
    path("approval-matrices/<uuid:pk>/", matrices.MatrixDetail.as_view(), name="api-matrix"),
    path("approval-matrices/<uuid:pk>/rules/", matrices.MatrixRules.as_view(), name="api-matrix-rules"),
    path("approval-matrices/<uuid:pk>/activation/", matrices.MatrixActivation.as_view(), name="api-matrix-activation"),
    path("approval-matrices/<uuid:pk>/retirement/", matrices.MatrixRetirement.as_view(), name="api-matrix-retirement"),
    path("approval-matrices/<uuid:pk>/trial/", matrices.MatrixTrial.as_view(), name="api-matrix-trial"),
    path("approval-rules/<uuid:pk>/", matrices.RuleDetail.as_view(), name="api-rule"),
]
