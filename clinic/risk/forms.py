"""The form of an alert's end."""

from django import forms

from clinic.risk.models import Disposition


class CloseAlertForm(forms.Form):
    disposition = forms.ChoiceField(
        label="What came of it",
        choices=Disposition.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it."},
    )
    what_was_done = forms.CharField(
        label="What was done",
        help_text="Who was reached and when, what was agreed, who else knows.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what was done: who was reached, what was agreed."},
    )
