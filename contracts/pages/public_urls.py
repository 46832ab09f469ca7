"""What is open without signing in: the signers' pages, by their links, and the verifying of documents."""

from django.urls import path

from contracts.pages import signing, signing_hook, verifying

urlpatterns = [
    path("hooks/signing/<uuid:pk>/", signing_hook.signing_hook, name="signing-hook"),
    path("verify/", verifying.verify, name="verify"),
    path("sign/<str:token>/", signing.signing, name="signing"),
    path("sign/<str:token>/code/", signing.signing_code, name="signing-code"),
    path("sign/<str:token>/sign/", signing.signing_sign, name="signing-sign"),
    path("sign/<str:token>/decline/", signing.signing_decline, name="signing-decline"),
    path("sign/<str:token>/forward/", signing.signing_forward, name="signing-forward"),
    path("sign/<str:token>/paper/", signing.signing_paper, name="signing-paper"),
    path("sign/<str:token>/instrument/", signing.signing_instrument, name="signing-instrument"),
    path("sign/<str:token>/executed/", signing.signing_executed, name="signing-executed"),
    path("sign/<str:token>/certificate/", signing.signing_certificate, name="signing-certificate"),
    path("sign/<str:token>/pages/<int:number>/", signing.signing_page, name="signing-page"),
]
