"""What people type about changes: the document that came back, and words of our own."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    file = forms.FileField(
        label=_("Their document"),
        help_text=_("Word with or without tracked changes, PDF or plain text, up to 50 MB."),
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class CounterForm(forms.Form):
    text = forms.CharField(
        label=_("What it should say"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Without number and heading. A new line begins a new paragraph. Numbers of clauses are ours; [their 3.4] is"
            " a clause of theirs that our draft has not."
        ),
    )
