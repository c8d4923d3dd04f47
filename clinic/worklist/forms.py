"""How a duty ends, and until when it is put off."""

from django import forms

from clinic.core.forms import LongText
from clinic.worklist.models import Outcome


class CloseForm(forms.Form):
    """What came of a duty."""

    outcome = forms.ChoiceField(label="What came of it", choices=Outcome.choices)
    note = LongText(
        label="Note",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What the next person should know. No clinical detail.",
    )


class SnoozeForm(forms.Form):
    """In how many days a duty comes back."""

    days = forms.IntegerField()
