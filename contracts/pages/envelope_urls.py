from django.urls import path

from contracts.pages import envelopes

urlpatterns = [
    path("envelopes/", envelopes.EnvelopeList.as_view(), name="envelopes"),
    path("<uuid:pk>/envelopes/new/", envelopes.envelope_new, name="envelope-new"),
    path("envelopes/<uuid:pk>/", envelopes.envelope_page, name="envelope"),
    path("envelopes/<uuid:pk>/facts/", envelopes.envelope_facts, name="envelope-facts"),
    path("envelopes/<uuid:pk>/people/", envelopes.envelope_people, name="envelope-people"),
    path("envelopes/<uuid:pk>/fields/", envelopes.envelope_fields, name="envelope-fields"),
    path("envelopes/<uuid:pk>/again/", envelopes.envelope_again, name="envelope-again"),
    path("envelopes/<uuid:pk>/send/", envelopes.envelope_send, name="envelope-send"),
    path("envelopes/<uuid:pk>/void/", envelopes.envelope_void, name="envelope-void"),
    path("envelopes/<uuid:pk>/on-paper/", envelopes.envelope_on_paper, name="envelope-on-paper"),
    path("envelopes/<uuid:pk>/elsewhere/", envelopes.envelope_elsewhere, name="envelope-elsewhere"),
    path("envelopes/<uuid:pk>/seal/", envelopes.envelope_seal, name="envelope-seal"),
    path("envelopes/<uuid:pk>/paper/", envelopes.envelope_paper, name="envelope-paper"),
    path("envelopes/<uuid:pk>/executed/", envelopes.envelope_executed, name="envelope-executed"),
    path("envelopes/<uuid:pk>/certificate/", envelopes.envelope_certificate, name="envelope-certificate"),
    path("envelopes/copies/<uuid:pk>/", envelopes.signed_copy, name="signed-copy"),
    path("envelopes/<uuid:pk>/pages/<int:number>/", envelopes.envelope_picture, name="envelope-picture"),
    path("recipients/<uuid:pk>/remind/", envelopes.recipient_remind, name="recipient-remind"),
    path("recipients/<uuid:pk>/correct/", envelopes.recipient_correct, name="recipient-correct"),
]
