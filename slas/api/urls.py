from django.urls import path

from slas.api import actions, advice, alerts, back_test, views

urlpatterns = [
    path("services/", views.Services.as_view(), name="api-services"),
    path("indicators/", views.Indicators.as_view(), name="api-indicators"),
    path("commitments/", views.Commitments.as_view(), name="api-commitments"),
    path("commitments/<uuid:pk>/", views.CommitmentDetail.as_view(), name="api-commitment"),
    path("commitments/<uuid:pk>/activate/", views.ActivateCommitment.as_view(), name="api-commitment-activate"),
    path("commitments/<uuid:pk>/end/", views.EndCommitment.as_view(), name="api-commitment-end"),
    path("commitments/advice/", advice.Advise.as_view(), name="api-advice"),
    path("commitments/<uuid:pk>/advice/", advice.CommitmentAdvice.as_view(), name="api-commitment-advice"),
    path("commitments/<uuid:pk>/back-test/", back_test.BackTest.as_view(), name="api-back-test"),
    path("presets/", views.Presets.as_view(), name="api-presets"),
    path("telemetry/samples/", actions.Samples.as_view(), name="api-telemetry-samples"),
    path("telemetry/outages/", actions.Outages.as_view(), name="api-telemetry-outages"),
    path("telemetry/csv/", actions.Csv.as_view(), name="api-telemetry-csv"),
    path("telemetry/batches/", actions.Batches.as_view(), name="api-telemetry-batches"),
    path("windows/", views.Windows.as_view(), name="api-windows"),
    path("windows/<uuid:pk>/", views.WindowDetail.as_view(), name="api-window"),
    path("windows/<uuid:pk>/judge/", actions.JudgeWindow.as_view(), name="api-window-judge"),
    path("evaluations/", views.Evaluations.as_view(), name="api-evaluations"),
    path("evaluations/<uuid:pk>/", views.EvaluationDetail.as_view(), name="api-evaluation"),
    path("exclusions/", views.Exclusions.as_view(), name="api-exclusions"),
    path("exclusions/<uuid:pk>/", views.ExclusionDetail.as_view(), name="api-exclusion"),
    *(
        path(
            f"exclusions/<uuid:pk>/{step}/",
            actions.SettleExclusion.as_view(step=step),
            name=f"api-exclusion-{step}",
        )
        for step in actions.EXCLUSION_STEPS
    ),
    path("commitments/<uuid:pk>/burn/", alerts.Burn.as_view(), name="api-commitment-burn"),
    path("alerts/", alerts.Alerts.as_view(), name="api-alerts"),
    path("alerts/<uuid:pk>/", alerts.AlertDetail.as_view(), name="api-alert"),
    path("alerts/<uuid:pk>/acknowledge/", alerts.AcknowledgeAlert.as_view(), name="api-alert-acknowledge"),
    path("breaches/", views.Breaches.as_view(), name="api-breaches"),
    path("breaches/<uuid:pk>/", views.BreachDetail.as_view(), name="api-breach"),
    *(
        path(f"breaches/<uuid:pk>/{step}/", actions.SettleBreach.as_view(step=step), name=f"api-breach-{step}")
        for step in actions.BREACH_STEPS
    ),
    path("breaches/<uuid:pk>/evidence/", actions.Evidence.as_view(), name="api-breach-evidence"),
    path("contracts/<uuid:pk>/service-report/", actions.Report.as_view(), name="api-service-report-new"),
    path("service-reports/<uuid:pk>/", actions.ReportFile.as_view(), name="api-service-report"),
]
