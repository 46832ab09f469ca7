from django.urls import path

from contracts.pages import amendments

urlpatterns = [
    path("<uuid:pk>/amendments/new/", amendments.amendment_new, name="amendment-new"),
    path("<uuid:pk>/in-force/", amendments.contract_in_force, name="contract-in-force"),
    path("amendments/<uuid:pk>/", amendments.amendment_page, name="amendment"),
    path("amendments/<uuid:pk>/edit/", amendments.amendment_edit, name="amendment-edit"),
    path("amendments/<uuid:pk>/accept/", amendments.amendment_accept, name="amendment-accept"),
    path("amendments/<uuid:pk>/refuse/", amendments.amendment_refuse, name="amendment-refuse"),
    path("amendments/<uuid:pk>/record/", amendments.amendment_record, name="amendment-record"),
    path("amendments/<uuid:pk>/withdraw/", amendments.amendment_withdraw, name="amendment-withdraw"),
    path("amendments/<uuid:pk>/instrument/", amendments.amendment_instrument, name="amendment-instrument"),
    path(
        "amendments/<uuid:pk>/parties/<uuid:part_id>/evidence/",
        amendments.amendment_evidence,
        name="amendment-evidence",
    ),
]
