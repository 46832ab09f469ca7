"""What people type in comments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models.comment import Audience


class CommentForm(forms.Form):
    """The words, and who is named. `people` are the choices: (id, name); `suggest` is where the people are asked for
    whom a name behind an @ may mean."""

    text = forms.CharField(
        label=_("Comment"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("@ and a name as listed below names somebody, too."),
    )
    mentions = forms.TypedMultipleChoiceField(
        label=_("Name people: they are told"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, people: list[tuple[str, str]], *args: Any, suggest: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mentions"].choices = people  # type: ignore[attr-defined]
        if suggest and people:
            self.fields["text"].widget.attrs |= {
                "data-mentions": suggest,
                "data-mentions-label": _("People to name"),
                "data-mentions-none": _("Nobody of that name reads this."),
                "data-mentions-more": _("Type more of the name to see others."),
            }
        if not people:
            del self.fields["mentions"]
            self.fields["text"].help_text = ""


class ThreadForm(CommentForm):
    """A new thread. Who reads it is chosen by how the form is reached, and said on it."""

    audience = forms.ChoiceField(choices=Audience.choices, widget=forms.HiddenInput)
    clause = forms.UUIDField(required=False, widget=forms.HiddenInput)
    draft_clause = forms.UUIDField(required=False, widget=forms.HiddenInput)
    quote = forms.CharField(
        label=_("Words it is about"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As they stand in the clause: mark them above, or leave this empty for the clause as a whole."),
    )

    field_order = ("audience", "clause", "draft_clause", "quote", "text", "mentions")

    def __init__(self, people: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(people, *args, **kwargs)
        sent = self.data or self.initial
        if not (sent.get("clause") or sent.get("draft_clause")):
            del self.fields["quote"]
