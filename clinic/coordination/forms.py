"""What a clinician writes about a client to the other."""

from django import forms

from clinic.coordination.rules import LONGEST_OBSERVATION
from clinic.core.forms import LongText


class ObservationForm(forms.Form):
    """What was noticed."""

    text = LongText(
        label="What you noticed",
        help_text="Sleep, mood, energy, side effects, doses left out: everyone on the care team reads it.",
        max_length=LONGEST_OBSERVATION,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write what you noticed."},
    )


class AcknowledgeForm(forms.Form):
    """One click, perhaps with what was noticed."""

    observation = LongText(
        label="What you noticed (if anything)",
        required=False,
        max_length=LONGEST_OBSERVATION,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
