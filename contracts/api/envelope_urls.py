from django.urls import path

from contracts.api import envelopes

urlpatterns = [
    path("envelopes/", envelopes.Envelopes.as_view(), name="api-envelopes"),
    path("envelopes/<uuid:pk>/", envelopes.EnvelopeDetail.as_view(), name="api-envelope"),
    path("envelopes/<uuid:pk>/change/", envelopes.EnvelopeChange.as_view(), name="api-envelope-change"),
    path("envelopes/<uuid:pk>/preparing/", envelopes.EnvelopeAgain.as_view(), name="api-envelope-preparing"),
    path("envelopes/<uuid:pk>/elsewhere/", envelopes.EnvelopeElsewhere.as_view(), name="api-envelope-elsewhere"),
    path("envelopes/<uuid:pk>/on-paper/", envelopes.EnvelopeOnPaper.as_view(), name="api-envelope-on-paper"),
    path("envelopes/<uuid:pk>/sending/", envelopes.EnvelopeSending.as_view(), name="api-envelope-sending"),
    path("envelopes/<uuid:pk>/voiding/", envelopes.EnvelopeVoiding.as_view(), name="api-envelope-voiding"),
    path("envelopes/<uuid:pk>/sealing/", envelopes.EnvelopeSealing.as_view(), name="api-envelope-sealing"),
    path("envelopes/<uuid:pk>/events/", envelopes.EnvelopeEvents.as_view(), name="api-envelope-events"),
    path("envelopes/<uuid:pk>/executed/", envelopes.EnvelopeExecuted.as_view(), name="api-envelope-executed"),
    path("envelopes/<uuid:pk>/certificate/", envelopes.EnvelopeCertificate.as_view(), name="api-envelope-certificate"),
    path("recipients/<uuid:pk>/reminder/", envelopes.RecipientReminder.as_view(), name="api-recipient-reminder"),
    path("recipients/<uuid:pk>/correction/", envelopes.RecipientCorrection.as_view(), name="api-recipient-correction"),
    path("signed-copies/<uuid:pk>/", envelopes.SignedCopyFile.as_view(), name="api-signed-copy"),
]
