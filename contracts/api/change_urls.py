from django.urls import path

from contracts.api import changes

urlpatterns = [
    path("contracts/<uuid:pk>/answers/", changes.Answers.as_view(), name="api-answers"),
    path("contracts/<uuid:pk>/changes/", changes.Changes.as_view(), name="api-changes"),
    path("versions/<uuid:pk>/outgoing/", changes.Outgoing.as_view(), name="api-version-outgoing"),
    path("versions/<uuid:pk>/decisions/", changes.Decisions.as_view(), name="api-version-decisions"),
    path("changes/<uuid:pk>/", changes.ChangeDetail.as_view(), name="api-change"),
    path("changes/<uuid:pk>/acceptance/", changes.Acceptance.as_view(), name="api-change-acceptance"),
    path("changes/<uuid:pk>/rejection/", changes.Rejection.as_view(), name="api-change-rejection"),
    path("changes/<uuid:pk>/counter/", changes.Counter.as_view(), name="api-change-counter"),
    path("changes/<uuid:pk>/reopening/", changes.Reopening.as_view(), name="api-change-reopening"),
]
