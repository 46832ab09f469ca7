from django.urls import path, re_path

from slas.pages import breach_views, commitment_views, lists, telemetry_views, window_views

urlpatterns = [
    path("", lists.CommitmentList.as_view(), name="commitments"),
    path("bind/<uuid:passage_id>/", commitment_views.commitment_bind, name="commitment-bind"),
    path("breaches/", lists.BreachList.as_view(), name="breaches"),
    path("breaches/<uuid:pk>/", breach_views.breach_page, name="breach"),
    path("breaches/<uuid:pk>/acknowledge/", breach_views.breach_acknowledge, name="breach-acknowledge"),
    path("breaches/<uuid:pk>/resolve/", breach_views.breach_resolve, name="breach-resolve"),
    path("breaches/<uuid:pk>/evidence/", breach_views.breach_evidence, name="breach-evidence"),
    path("evidence/<uuid:pk>/", breach_views.evidence_bundle, name="evidence-bundle"),
    path("reports/new/<uuid:contract_id>/", breach_views.service_report_new, name="service-report-new"),
    path("reports/<uuid:pk>/", breach_views.service_report, name="service-report"),
    path("compliance/trace/", window_views.compliance_trace, name="compliance-trace"),
    path("windows/<uuid:pk>/", window_views.window_page, name="window"),
    path("windows/<uuid:pk>/trace/", window_views.window_trace, name="window-trace"),
    path("windows/<uuid:pk>/telemetry/", window_views.window_telemetry, name="window-telemetry"),
    path("windows/<uuid:pk>/judge/", window_views.window_judge, name="window-judge"),
    path("evaluations/<uuid:pk>/", window_views.evaluation_trace, name="evaluation-trace"),
    path("telemetry/", lists.BatchList.as_view(), name="telemetry"),
    path("telemetry/upload/", telemetry_views.telemetry_upload, name="telemetry-upload"),
    path("services/new/<uuid:contract_id>/", telemetry_views.service_new, name="service-new"),
    path("indicators/new/<uuid:contract_id>/", telemetry_views.indicator_new, name="indicator-new"),
    path("<uuid:pk>/", commitment_views.commitment_page, name="commitment"),
    path("<uuid:pk>/edit/", commitment_views.commitment_edit, name="commitment-edit"),
    path("<uuid:pk>/activate/", commitment_views.commitment_activate, name="commitment-activate"),
    path("<uuid:pk>/end/", commitment_views.commitment_end, name="commitment-end"),
    path("<uuid:pk>/exclusions/new/", commitment_views.exclusion_new, name="exclusion-new"),
    re_path(
        r"^exclusions/(?P<pk>[0-9a-f-]{36})/(?P<step>accept|dispute|withdraw)/$",
        commitment_views.exclusion_settle,
        name="exclusion-settle",
    ),
]
