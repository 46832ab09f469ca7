from django.urls import path

from contracts.pages import approvals, matrices

urlpatterns = [
    path("", approvals.ApprovalList.as_view(), name="approvals"),
    path("<uuid:pk>/", approvals.approval_page, name="approval"),
    path("<uuid:pk>/withdraw/", approvals.approval_withdraw, name="approval-withdraw"),
    path("<uuid:pk>/set-aside/", approvals.approval_set_aside, name="approval-set-aside"),
    path("seats/<uuid:pk>/", approvals.seat_page, name="seat"),
    path("seats/<uuid:pk>/approve/", approvals.seat_approve, name="seat-approve"),
    path("seats/<uuid:pk>/reject/", approvals.seat_reject, name="seat-reject"),
    path("seats/<uuid:pk>/reassign/", approvals.seat_reassign, name="seat-reassign"),
    path("matrices/", matrices.MatrixList.as_view(), name="matrices"),
    path("matrices/new/", matrices.matrix_new, name="matrix-new"),
    path("matrices/<uuid:pk>/", matrices.matrix_page, name="matrix"),
    path("matrices/<uuid:pk>/trial/", matrices.matrix_trial, name="matrix-trial"),
    path("matrices/<uuid:pk>/activate/", matrices.matrix_activate, name="matrix-activate"),
    path("matrices/<uuid:pk>/retire/", matrices.matrix_retire, name="matrix-retire"),
    path("matrices/<uuid:pk>/rules/new/", matrices.rule_new, name="rule-new"),
    path("rules/<uuid:pk>/", matrices.rule_edit, name="rule-edit"),
    path("rules/<uuid:pk>/remove/", matrices.rule_remove, name="rule-remove"),
]
