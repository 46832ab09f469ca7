"""The public page on which anybody checks a file, or its hash."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from clm.accounts.addresses import client_address
from clm.documents.extraction.limits import DEFAULT
from contracts.queries.verification import Verdict, verdict_on, verdict_on_hash

# Reading signatures costs a second of a processor: so many files an address may ask about in ten minutes.
MOST_FILES, WITHIN = 20, 600


class VerifyForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("The PDF"), required=False)
    sha256 = forms.CharField(
        label=gettext_lazy("Or its sha256"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("64 hexadecimal digits. The file stays with you then."),
    )

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        file = given.get("file")
        if not file and not given.get("sha256"):
            raise forms.ValidationError(_("Choose a file, or give its sha256."))
        if file and file.size > DEFAULT.file_bytes:
            self.add_error("file", _("A document has at most 50 MB."))
        return given


@login_not_required
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """What is true of the file, in words. Nothing of it is kept."""
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    verdict = _verdict(request, form) if form.is_bound and form.is_valid() else None
    status = 400 if form.is_bound and verdict is None else 200
    return render(request, "signing/verify.html", {"form": form, "verdict": verdict}, status=status)


def _verdict(request: HttpRequest, form: VerifyForm) -> Verdict | None:
    file = form.cleaned_data.get("file")
    if not file:
        found = verdict_on_hash(form.cleaned_data["sha256"])
        if found is None:
            form.add_error("sha256", _("This is no sha256: it has 64 hexadecimal digits."))
        return found
    if _is_too_often(request):
        form.add_error("file", _("That were many files: try again in ten minutes, or give a sha256."))
        return None
    return verdict_on(file.read())


def _is_too_often(request: HttpRequest) -> bool:
    key = f"verify:{client_address(request)}"
    cache.add(key, 0, WITHIN)
    try:
        return cache.incr(key) > MOST_FILES
    except ValueError:  # it ran out between the two
        return False
