from django.urls import path

from contracts.pages import retention, retention_lists

urlpatterns = [
    path("", retention_lists.RecordList.as_view(), name="records"),
    path("rules/", retention_lists.RuleList.as_view(), name="retention-rules"),
    path("rules/new/", retention.rule_new, name="retention-rule-new"),
    path("rules/<uuid:pk>/retire/", retention.rule_retire, name="retention-rule-retire"),
    path("matters/", retention_lists.MatterList.as_view(), name="matters"),
    path("matters/new/", retention.matter_new, name="matter-new"),
    path("matters/<uuid:pk>/", retention.matter_page, name="matter"),
    path("matters/<uuid:pk>/contracts/<uuid:contract_id>/out/", retention.matter_take_out, name="matter-take-out"),
    path("holds/", retention_lists.HoldList.as_view(), name="holds"),
    path("holds/new/", retention.hold_new, name="hold-new"),
    path("holds/<uuid:pk>/", retention.hold_page, name="hold"),
    path("holds/<uuid:pk>/release/", retention.hold_release, name="hold-release"),
    path("readings/", retention_lists.UnusualReadingList.as_view(), name="unusual-readings"),
    path("readings/<uuid:pk>/", retention.unusual_reading, name="unusual-reading"),
    path("disposals/", retention_lists.DisposalList.as_view(), name="disposals"),
    path("disposals/<uuid:pk>/", retention.disposal_page, name="disposal"),
    path("disposals/<uuid:pk>/approve/", retention.disposal_approve, name="disposal-approve"),
    path("disposals/<uuid:pk>/refuse/", retention.disposal_refuse, name="disposal-refuse"),
    path("disposals/<uuid:pk>/withdraw/", retention.disposal_withdraw, name="disposal-withdraw"),
]
